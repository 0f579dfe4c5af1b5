"""Strict party signatures in the node: verified when a message comes in, extended by what this node changes.

Enters: ``Received``, or the answer to a ``Routed``. Leaves: a ``StrictProof``, whose ``standing`` travels on
in ``Routed.strict`` and is extended by whoever changes a part of the message. Whether anybody demands one is
asked of ``SignatureDemands``. Knows the registry through ``Directory``; no storage and no connection.
"""

from ocn.node.strict.demands import MISSING_STRICT, SignatureDemands
from ocn.node.strict.links import StrictLinks
from ocn.node.strict.signatures import StrictSignatures

__all__ = ["MISSING_STRICT", "SignatureDemands", "StrictLinks", "StrictSignatures"]
