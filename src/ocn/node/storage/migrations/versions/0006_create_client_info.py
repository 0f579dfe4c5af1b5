"""Create the tables of HubClientInfo."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create them, and the row that counts and says whose turn it is."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "client_info",
        sa.Column("party_key", sa.String(5), nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("party", sa.String(5), nullable=False),
        sa.Column("operator", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("last_updated", moment, nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("party_key", "role", name="pk_client_info"),
    )
    op.create_table(
        "client_report",
        sa.Column("party_key", sa.String(5), nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("party", sa.String(5), nullable=False),
        sa.Column("operator", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("told_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("party_key", "role", name="pk_client_report"),
    )
    op.create_table(
        "client_view",
        sa.Column("platform_id", sa.Text, nullable=False),
        sa.Column("party_key", sa.String(5), nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("last_updated", moment, nullable=False),
        sa.Column("delivered", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("platform_id", "party_key", "role", name="pk_client_view"),
    )
    op.create_table(
        "platform_seen",
        sa.Column("platform_id", sa.Text, nullable=False),
        sa.Column("heard_at", moment),
        sa.Column("checked_at", moment),
        sa.Column("offline_since", moment),
        sa.PrimaryKeyConstraint("platform_id", name="pk_platform_seen"),
    )
    turn = op.create_table(
        "client_info_turn",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("until", moment),
        sa.PrimaryKeyConstraint("id", name="pk_client_info_turn"),
        sa.CheckConstraint("id = 1", name="ck_client_info_turn_one_row"),
    )
    op.bulk_insert(turn, [{"id": 1, "revision": 0, "holder": "", "until": None}])
