"""Settlement's tables, in SQLite or PostgreSQL.

In and out: the values of :mod:`ocn.settlement.records`, through the port :mod:`ocn.settlement.store`. A
commit waits for the disk, since a signature that has left the house must be remembered. The room knows
tables; it must not know what anything means.
"""

from ocn.settlement.storage.schema import open_store
from ocn.settlement.storage.sql_store import SqlStore

__all__ = ["SqlStore", "open_store"]
