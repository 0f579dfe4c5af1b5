"""Find a session that was paid under another id."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_session_identity", "session", ["owner", "identity"])
