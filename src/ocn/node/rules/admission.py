"""Whether the receiver lets the sender use a module, and in which words it is told that it may not.

The rules are those of a platform connected here; the node of a remote receiver asks the same when the message
arrives there. Every request is asked, one to a page link or a ``response_url`` too; answers are not.
"""

from ocn.node.ocn_rules import ActiveList, OcnRules, admits
from ocn.ocpi.errors import ClientFault
from ocn.ocpi.party_id import PartyId


def refuse_unwelcome(rules: OcnRules, sender: PartyId, receiver: PartyId, module: str) -> None:
    """Return when the rules of the receiver's platform admit it.

    Raises:
        ClientFault: they do not (2000), with a text that names the list, both parties and the module.
    """
    if admits(rules, sender, module):
        return
    if rules.active is ActiveList.BLACKLIST:
        raise ClientFault(f"{receiver} does not take {module} from {sender}, which is on its blacklist")
    if sender.key in rules.modules_of:
        raise ClientFault(
            f"{receiver} does not take {module} from {sender}: its whitelist names other modules"
        )
    raise ClientFault(f"{receiver} does not take {module} from {sender}, which is not on its whitelist")
