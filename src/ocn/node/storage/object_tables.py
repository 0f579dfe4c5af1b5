"""The tables of the object store.

``stored_object`` has its position, the order of every list, as primary key: a page is a range of it. The one
row of ``object_total`` is changed first by every writer, which puts writers in a queue, so that numbers
become visible in their order. ``object_tally`` keeps the counts that lists would otherwise have to count.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from ocn.database.columns import PartyCodes, UtcDateTime
from ocn.node.storage.tables import metadata

_Number = BigInteger().with_variant(Integer, "sqlite")
"""In SQLite only ``INTEGER`` makes a primary key the order in which rows lie."""

stored_object = Table(
    "stored_object",
    metadata,
    Column("position", _Number, primary_key=True, autoincrement=False),
    Column("module", Text, nullable=False),
    Column("owner_key", String(5), nullable=False),
    Column("object_key", Text, nullable=False),
    Column("audience", String(5), nullable=False),
    Column("owner", PartyCodes, nullable=False),
    Column("object_id", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("arrival", BigInteger, nullable=False),
    Column("arrived_at", UtcDateTime, nullable=False),
    Column("last_updated", UtcDateTime, nullable=False),
    Column("fresh_at", UtcDateTime, nullable=False),
    Column("size", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("module", "owner_key", "object_key", "audience"),
    Index("ix_stored_object_list", "module", "audience", "position"),
    Index("ix_stored_object_fresh", "module", "audience", "fresh_at"),
    Index("ix_stored_object_change", "audience", "arrival"),
)

object_name = Table(
    "object_name",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("name_key", Text, primary_key=True),
    Column(
        "position",
        _Number,
        ForeignKey("stored_object.position", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    ),
)

object_tally = Table(
    "object_tally",
    metadata,
    Column("module", Text, primary_key=True),
    Column("audience", String(5), primary_key=True),
    Column("owner_key", String(5), primary_key=True),
    Column("owner", PartyCodes, nullable=False),
    Column("visible", BigInteger, nullable=False),
    Column("shadows", BigInteger, nullable=False),
    Column("refresh", BigInteger, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("arrived_at", UtcDateTime),
    Index("ix_object_tally_owner_key", "owner_key"),
)

object_total = Table(
    "object_total",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("store_id", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("objects", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)

object_mark = Table(
    "object_mark",
    metadata,
    Column("name", Text, primary_key=True),
    Column("store_id", Text, nullable=False),
    Column("arrival", BigInteger, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
