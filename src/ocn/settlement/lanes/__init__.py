"""The contract Lanes as this program sees it: what to call, what its events mean, who has what.

In come events of a chain, through :mod:`ocn.chain.following`, and amounts in units of a token; out go calls
as bytes, and balances in two views. This room knows the contract and nothing of vouchers' evidence, sessions
or terms; it decides nothing and sends nothing.
"""

from ocn.settlement.lanes.index import LaneIndex
from ocn.settlement.lanes.records import LaneRecord, SignerRecord
from ocn.settlement.lanes.source import LaneSource

__all__ = ["LaneIndex", "LaneRecord", "LaneSource", "SignerRecord"]
