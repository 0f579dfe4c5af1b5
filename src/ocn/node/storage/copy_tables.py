"""The tables of copies. ``copy_lane`` has a row for each lane that has, or lately had, copies waiting.

Whoever changes which copies of a lane wait holds the lane's row first: so ``waiting`` of a lane is always
what the copies say, and two changes at once cannot each miss the other.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table, Text, text

from ocn.database.columns import PartyCodes, UtcDateTime
from ocn.node.storage.tables import metadata

service_copy = Table(
    "service_copy",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("lane", String(32), nullable=False),
    Column("state", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("service", PartyCodes, nullable=False),
    Column("service_key", String(5), nullable=False),
    Column("provider", Text, nullable=False),
    Column("user", PartyCodes, nullable=False),
    Column("user_key", String(5), nullable=False),
    Column("other", PartyCodes),
    Column("method", Text, nullable=False),
    Column("module", Text, nullable=False),
    Column("interface_role", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("correlation_id", Text, nullable=False),
    Column("signature", Text),
    Column("strict", Text),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("problem", Text),
    Column("settled_at", UtcDateTime, index=True),
    sqlite_autoincrement=True,
)

_WAITS = text("state = 'waiting'")
Index(
    "ix_service_copy_waiting",
    service_copy.c.lane,
    service_copy.c.id,
    sqlite_where=_WAITS,
    postgresql_where=_WAITS,
)

copy_lane = Table(
    "copy_lane",
    metadata,
    Column("lane", String(32), primary_key=True),
    Column("service_key", String(5), nullable=False),
    Column("waiting", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("leased_until", UtcDateTime),
    Column("lease", Text),
)

_LANE_WAITS = text("waiting")
Index(
    "ix_copy_lane_due",
    copy_lane.c.service_key,
    copy_lane.c.due_at,
    sqlite_where=_LANE_WAITS,
    postgresql_where=_LANE_WAITS,
)
