"""What proves whose vaults terms are about."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add it; terms that were agreed before have none."""
    for side in ("payer", "payee"):
        op.add_column("terms", sa.Column(f"{side}_vault_signature", sa.LargeBinary, nullable=True))
