"""The strict signature of a copy, beside the notary's."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add it; copies that wait already have none."""
    op.add_column("service_copy", sa.Column("strict", sa.Text, nullable=True))
