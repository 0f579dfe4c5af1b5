"""The custom module ``ocn-settlement``: what two parties say to each other about money.

In come requests of a party (:mod:`ocn.party`) and the values of :mod:`ocn.settlement.core`; out go the JSON
of both and the calls that carry it. The reference is docs/reference/settlement-module.md. What is decided on
a message is the service's business.
"""

MODULE = "ocn-settlement"
"""The module's identifier; it has a RECEIVER interface only."""
