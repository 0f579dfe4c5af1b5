"""Add the lists of OcnRules."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the table of the list in force."""
    op.create_table(
        "rules",
        sa.Column("platform_id", sa.Text, nullable=False),
        sa.Column("active", sa.Text, nullable=False),
        sa.Column("entries", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("platform_id", name="pk_rules"),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["platform.id"], name="fk_rules_platform_id", ondelete="CASCADE"
        ),
    )
