"""Takes vouchers to the chain, and does not let go until the chain has them for good.

In come vouchers to be cashed or set off, and calls of a party's own money; out go transactions of one
account. Everything is stored before it is sent, so a process may end at any point; endpoints may be away,
fees may rise, blocks may be replaced. What became of a claim is seen in the index of lanes. This room decides
how to bundle claims, not when money is claimed (:mod:`ocn.settlement.core.settling`), and knows nothing of
sessions.
"""

from ocn.settlement.keeper.keeper import Keeper, KeeperSettings, KeeperStanding
from ocn.settlement.keeper.store import KeeperStore
from ocn.settlement.keeper.store_sql import SqlKeeperStore
from ocn.settlement.keeper.store_sqlite import SqliteKeeperStore

__all__ = [
    "Keeper",
    "KeeperSettings",
    "KeeperStanding",
    "KeeperStore",
    "SqlKeeperStore",
    "SqliteKeeperStore",
]
