"""A platform's policy of conversion, and the role that an invitation gives a party of OCPI 2.1.1."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add both; there is nothing to say of what is stored."""
    op.add_column("platform", sa.Column("conversion", sa.Text, nullable=True))
    op.add_column("invitation_party", sa.Column("role", sa.Text, nullable=True))
