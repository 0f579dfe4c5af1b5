"""Since when a database has the books."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the table. A database that has terms began with the first of them."""
    op.create_table(
        "beginning",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.execute("INSERT INTO beginning (id, at) SELECT 1, agreed_at FROM terms ORDER BY agreed_at LIMIT 1")
