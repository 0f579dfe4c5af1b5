"""Create the tables of copies for services."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the queue and its lanes."""
    op.create_table(
        "service_copy",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("lane", sa.String(32), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("service", sa.String(5), nullable=False),
        sa.Column("service_key", sa.String(5), nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("user", sa.String(5), nullable=False),
        sa.Column("user_key", sa.String(5), nullable=False),
        sa.Column("other", sa.String(5)),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("module", sa.Text, nullable=False),
        sa.Column("interface_role", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("content_type", sa.Text, nullable=False),
        sa.Column("correlation_id", sa.Text, nullable=False),
        sa.Column("signature", sa.Text),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("problem", sa.Text),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_service_copy"),
        sqlite_autoincrement=True,
    )
    waits = sa.text("state = 'waiting'")
    op.create_index(
        "ix_service_copy_waiting",
        "service_copy",
        ["lane", "id"],
        sqlite_where=waits,
        postgresql_where=waits,
    )
    op.create_index("ix_service_copy_settled_at", "service_copy", ["settled_at"])
    op.create_table(
        "copy_lane",
        sa.Column("lane", sa.String(32), nullable=False),
        sa.Column("service_key", sa.String(5), nullable=False),
        sa.Column("waiting", sa.Boolean, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True)),
        sa.Column("lease", sa.Text),
        sa.PrimaryKeyConstraint("lane", name="pk_copy_lane"),
    )
    lane_waits = sa.text("waiting")
    op.create_index(
        "ix_copy_lane_due",
        "copy_lane",
        ["service_key", "due_at"],
        sqlite_where=lane_waits,
        postgresql_where=lane_waits,
    )
