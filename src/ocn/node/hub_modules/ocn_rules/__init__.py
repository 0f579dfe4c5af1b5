"""The module ``ocnrules``: a platform reads and changes who may send to it.

Enters: a request of a registered platform, method, path below the module and body. Leaves: the rules as OCPI
data, or changed rules in the store. Bodies are read and every limit is checked before the store is asked, and
what a change needs to find is checked while no other change of these rules can come between. It knows
nothing of how rules are applied to messages: that is ``ocn.node.rules``.
"""

from ocn.node.hub_modules.ocn_rules.answering import RulesModule
from ocn.node.hub_modules.ocn_rules.showing import rules_data

__all__ = ["RulesModule", "rules_data"]
