"""The tables. ``voucher`` is append-only; ``lane`` has each lane's newest and decides who may add one.

Amounts are text: both databases have integers of 64 bits, a lane counts to 120. Ids of sessions and CDRs
stand in a column of their own in lower case for comparison, and as written beside it.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

from ocn.chain.following.tables import log_tables
from ocn.database import PartyCodes, UtcDateTime

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)


class Units(TypeDecorator[int]):
    """A whole amount of any size, as text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - the base's signature
        """Write digits."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - the base's signature
        """Read digits."""
        return None if value is None else int(value)


terms = Table(
    "terms",
    metadata,
    Column("payer", String(5), primary_key=True),
    Column("payee", String(5), primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("document", LargeBinary, nullable=False),
    Column("payer_signature", LargeBinary, nullable=False),
    Column("payee_signature", LargeBinary, nullable=False),
    Column("agreed_at", UtcDateTime, nullable=False),
    Column("payer_vault_signature", LargeBinary),
    Column("payee_vault_signature", LargeBinary),
)

lane = Table(
    "lane",
    metadata,
    Column("key", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("evidence", LargeBinary, nullable=False),
)

voucher = Table(
    "voucher",
    metadata,
    Column("lane", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("cumulative", Units, nullable=False),
    Column("previous", LargeBinary, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("evidence", LargeBinary, nullable=False),
    Column("seed", LargeBinary, nullable=False),
    Column("leaves", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

session = Table(
    "session",
    metadata,
    Column("owner", String(5), primary_key=True),
    Column("folded", Text, primary_key=True),
    Column("id", Text, nullable=False),
    Column("payer", PartyCodes, nullable=False),
    Column("lane", Text, nullable=False),
    Column("identity", LargeBinary, nullable=False),
    Column("paid", Units, nullable=False),
    Column("credited", Units, nullable=False),
    Column("wh", BigInteger, nullable=False),
    Column("stated_at", UtcDateTime),
    Column("cdr_id", Text, nullable=False),
    Index("ix_session_identity", "owner", "identity"),
)

cdr = Table(
    "cdr",
    metadata,
    Column("owner", String(5), primary_key=True),
    Column("folded", Text, primary_key=True),
    Column("id", Text, nullable=False),
    Column("session_id", Text, nullable=False),
    Column("lane", Text, nullable=False),
    Column("document", LargeBinary, nullable=False),
    Column("total", Units, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("missing", Units, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_cdr_lane", "lane", "state"),
)

session_tariffs = Table(
    "session_tariffs",
    metadata,
    Column("owner", String(5), primary_key=True),
    Column("folded", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

case = Table(
    "settlement_case",
    metadata,
    Column("own", PartyCodes, nullable=False),
    Column("own_key", String(5), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("peer", PartyCodes, nullable=False),
    Column("owner", String(5), nullable=False),
    Column("session_folded", Text, nullable=False),
    Column("session_id", Text, nullable=False),
    Column("cdr_id", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("evidence", LargeBinary, nullable=False),
    Column("evidence_hash", LargeBinary, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("outcome", Text),
    Column("note", Text, nullable=False),
    Index("ix_settlement_case_session", "owner", "session_folded"),
)

booking = Table(
    "booking",
    metadata,
    Column("lane", Text, primary_key=True),
    Column("claimed_after", Units, primary_key=True),
    Column("claimed_before", Units, nullable=False),
    Column("through", BigInteger, nullable=False),
    Column("evidence", LargeBinary, nullable=False),
    Column("transaction", Text, nullable=False),
    Column("block", BigInteger, nullable=False),
    Column("sessions", LargeBinary, nullable=False),
    Column("cdrs", LargeBinary, nullable=False),
    Column("unassigned", Units, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("credits", LargeBinary),
)

invoice = Table(
    "invoice_record",
    metadata,
    Column("owner", String(5), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("owner_codes", PartyCodes, nullable=False),
    Column("peer", PartyCodes, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("state", Text, nullable=False),
    Index("ix_invoice_record_state", "state", "at"),
)

keeper_transaction = Table(
    "keeper_transaction",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", Text, nullable=False),
    Column("nonce", BigInteger, nullable=False),
    Column("target", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("gas", BigInteger, nullable=False),
    Column("repeatable", Boolean, nullable=False),
    Index("uq_keeper_transaction_account", "account", "nonce", unique=True),
)

keeper_attempt = Table(
    "keeper_attempt",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sent", Integer, nullable=False),
    Column("hash", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("most", Units, nullable=False),
    Column("tip", Units),
    Index("ix_keeper_attempt_sent", "sent"),
)

keeper_job = Table(
    "keeper_job",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("sent", Integer),
    Index("uq_keeper_job_account", "account", "name", unique=True),
)

lane_log = log_tables(metadata, "lane_log")
"""What the index of lanes has read, where it is kept here."""

beginning = Table(
    "beginning",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)
"""One row: when the books of this database began."""
