"""What a platform rejects that others let pass, so that conversions for it do without."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add it; nobody is known to be strict yet."""
    op.add_column("platform", sa.Column("strictness", sa.Text, nullable=True))
