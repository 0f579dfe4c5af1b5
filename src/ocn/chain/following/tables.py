"""The tables of logs that replicas share. They stand in a room's own database, under a name of its own."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, String, Table, Text


@dataclass(frozen=True, slots=True)
class LogTables:
    """``log`` has a row for whatever is followed, ``block`` its newest blocks, ``event`` what happened."""

    log: Table
    block: Table
    event: Table


def log_tables(metadata: MetaData, name: str) -> LogTables:
    """Define them."""
    log = Table(
        name,
        metadata,
        Column("id", Integer, primary_key=True),
        Column("identity", Text, nullable=False, unique=True),
        Column("block", BigInteger),
        Column("hash", String(66)),
        Column("whole", Boolean, nullable=False),
    )
    block = Table(
        f"{name}_block",
        metadata,
        Column("log", Integer, primary_key=True),
        Column("block", BigInteger, primary_key=True),
        Column("hash", String(66), nullable=False),
    )
    event = Table(
        f"{name}_event",
        metadata,
        Column("log", Integer, primary_key=True),
        Column("block", BigInteger, primary_key=True),
        Column("log_index", Integer, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("block_hash", String(66), nullable=False),
        Column("record", Text),
        Index(f"ix_{name}_event_key", "log", "key", "block", "log_index"),
    )
    return LogTables(log, block, event)
