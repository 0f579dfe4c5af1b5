"""What a keeper remembers, for one that has no file of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create everything."""
    op.create_table(
        "keeper_transaction",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("nonce", sa.BigInteger, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("gas", sa.BigInteger, nullable=False),
        sa.Column("repeatable", sa.Boolean, nullable=False),
    )
    op.create_index("uq_keeper_transaction_account", "keeper_transaction", ["account", "nonce"], unique=True)
    op.create_table(
        "keeper_attempt",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("sent", sa.Integer, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        sa.Column("most", sa.Text, nullable=False),
        sa.Column("tip", sa.Text, nullable=True),
    )
    op.create_index("ix_keeper_attempt_sent", "keeper_attempt", ["sent"])
    op.create_table(
        "keeper_job",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("sent", sa.Integer, nullable=True),
    )
    op.create_index("uq_keeper_job_account", "keeper_job", ["account", "name"], unique=True)
