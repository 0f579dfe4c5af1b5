"""Invoice Reconciliation records, and which credit CDRs a booking has."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create them; bookings of before have their credit CDRs among the others."""
    op.add_column("booking", sa.Column("credits", sa.LargeBinary, nullable=True))
    op.create_table(
        "invoice_record",
        sa.Column("owner", sa.String(5), nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("owner_codes", sa.String(5), nullable=False),
        sa.Column("peer", sa.String(5), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("owner", "id", name="pk_invoice_record"),
    )
    op.create_index("ix_invoice_record_state", "invoice_record", ["state", "at"])
