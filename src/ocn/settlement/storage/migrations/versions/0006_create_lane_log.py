"""What the chain said of lanes, where replicas share it."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create everything."""
    op.create_table(
        "lane_log",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("identity", sa.Text, nullable=False, unique=True),
        sa.Column("block", sa.BigInteger, nullable=True),
        sa.Column("hash", sa.String(66), nullable=True),
        sa.Column("whole", sa.Boolean, nullable=False),
    )
    op.create_table(
        "lane_log_block",
        sa.Column("log", sa.Integer, primary_key=True),
        sa.Column("block", sa.BigInteger, primary_key=True),
        sa.Column("hash", sa.String(66), nullable=False),
    )
    op.create_table(
        "lane_log_event",
        sa.Column("log", sa.Integer, primary_key=True),
        sa.Column("block", sa.BigInteger, primary_key=True),
        sa.Column("log_index", sa.Integer, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("block_hash", sa.String(66), nullable=False),
        sa.Column("record", sa.Text, nullable=True),
    )
    op.create_index("ix_lane_log_event_key", "lane_log_event", ["log", "key", "block", "log_index"])
