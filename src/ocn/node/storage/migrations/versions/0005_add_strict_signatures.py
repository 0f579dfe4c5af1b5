"""What a platform demands and declares of strict signatures, and when its parties proved their keys."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add them; nobody has demanded, declared or proved anything yet."""
    op.add_column("platform", sa.Column("signature_demand", sa.Text, nullable=True))
    op.add_column("platform", sa.Column("signs_strictly", sa.Boolean, nullable=True))
    moment = sa.DateTime(timezone=True)
    op.add_column("platform_party", sa.Column("key_proved_at", moment, nullable=True))
