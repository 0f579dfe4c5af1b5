"""Add the lists of OcnRules."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the tables of the list in force and of its entries."""
    op.create_table(
        "rules",
        sa.Column("platform_id", sa.Text, nullable=False),
        sa.Column("active", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("platform_id", name="pk_rules"),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["platform.id"], name="fk_rules_platform_id", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "rules_entry",
        sa.Column("platform_id", sa.Text, nullable=False),
        sa.Column("party", sa.String(5), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("modules", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("platform_id", "party", name="pk_rules_entry"),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["rules.platform_id"], name="fk_rules_entry_platform_id", ondelete="CASCADE"
        ),
    )
