"""Create the tables of settlement."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create everything."""
    op.create_table(
        "terms",
        sa.Column("payer", sa.String(5), nullable=False),
        sa.Column("payee", sa.String(5), nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.Column("payer_signature", sa.LargeBinary, nullable=False),
        sa.Column("payee_signature", sa.LargeBinary, nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("payer", "payee", "number", name="pk_terms"),
    )
    op.create_table(
        "lane",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("evidence", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_lane"),
    )
    op.create_table(
        "voucher",
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("cumulative", sa.Text, nullable=False),
        sa.Column("previous", sa.LargeBinary, nullable=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.Column("evidence", sa.LargeBinary, nullable=False),
        sa.Column("seed", sa.LargeBinary, nullable=False),
        sa.Column("leaves", sa.LargeBinary, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("lane", "number", name="pk_voucher"),
    )
    op.create_table(
        "session",
        sa.Column("owner", sa.String(5), nullable=False),
        sa.Column("folded", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("payer", sa.String(5), nullable=False),
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("identity", sa.LargeBinary, nullable=False),
        sa.Column("paid", sa.Text, nullable=False),
        sa.Column("credited", sa.Text, nullable=False),
        sa.Column("wh", sa.BigInteger, nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cdr_id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("owner", "folded", name="pk_session"),
    )
    op.create_table(
        "cdr",
        sa.Column("owner", sa.String(5), nullable=False),
        sa.Column("folded", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("session_id", sa.Text, nullable=False),
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.Column("total", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("missing", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("owner", "folded", name="pk_cdr"),
    )
    op.create_index("ix_cdr_lane", "cdr", ["lane", "state"])
    op.create_table(
        "session_tariffs",
        sa.Column("owner", sa.String(5), nullable=False),
        sa.Column("folded", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("owner", "folded", name="pk_session_tariffs"),
    )
    op.create_table(
        "settlement_case",
        sa.Column("own", sa.String(5), nullable=False),
        sa.Column("own_key", sa.String(5), nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("peer", sa.String(5), nullable=False),
        sa.Column("owner", sa.String(5), nullable=False),
        sa.Column("session_folded", sa.Text, nullable=False),
        sa.Column("session_id", sa.Text, nullable=False),
        sa.Column("cdr_id", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evidence", sa.LargeBinary, nullable=False),
        sa.Column("evidence_hash", sa.LargeBinary, nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text, nullable=True),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("own_key", "id", name="pk_settlement_case"),
    )
    op.create_index("ix_settlement_case_session", "settlement_case", ["owner", "session_folded"])
    op.create_table(
        "booking",
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("claimed_after", sa.Text, nullable=False),
        sa.Column("claimed_before", sa.Text, nullable=False),
        sa.Column("through", sa.BigInteger, nullable=False),
        sa.Column("evidence", sa.LargeBinary, nullable=False),
        sa.Column("transaction", sa.Text, nullable=False),
        sa.Column("block", sa.BigInteger, nullable=False),
        sa.Column("sessions", sa.LargeBinary, nullable=False),
        sa.Column("cdrs", sa.LargeBinary, nullable=False),
        sa.Column("unassigned", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("lane", "claimed_after", name="pk_booking"),
    )
