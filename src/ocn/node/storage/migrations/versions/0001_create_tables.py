"""Create the tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table of the first version, and the row that counts."""
    op.create_table(
        "platform",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("versions_url", sa.Text, nullable=False),
        sa.Column("their_token_sealed", sa.LargeBinary, nullable=False),
        sa.Column("our_token_hash", sa.LargeBinary, nullable=False),
        sa.Column("sends_base64", sa.Boolean, nullable=False),
        sa.Column("requires_signatures", sa.Boolean, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True)),
        sa.Column("updated_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_platform"),
        sa.UniqueConstraint("our_token_hash", name="uq_platform_our_token_hash"),
    )
    op.create_table(
        "platform_party",
        sa.Column("party_key", sa.String(5), nullable=False),
        sa.Column("platform_id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("party_key", name="pk_platform_party"),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["platform.id"], name="fk_platform_party_platform_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("platform_id", "party_key", name="uq_platform_party_platform_id_party_key"),
    )
    op.create_table(
        "platform_role",
        sa.Column("platform_id", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("party_key", sa.String(5), nullable=False),
        sa.Column("party", sa.String(5), nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("business_details", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("platform_id", "position", name="pk_platform_role"),
        sa.ForeignKeyConstraint(
            ["platform_id", "party_key"],
            ["platform_party.platform_id", "platform_party.party_key"],
            name="fk_platform_role_platform_id_party_key",
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "endpoint",
        sa.Column("platform_id", sa.Text, nullable=False),
        sa.Column("module", sa.Text, nullable=False),
        sa.Column("interface_role", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("platform_id", "module", "interface_role", name="pk_endpoint"),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["platform.id"], name="fk_endpoint_platform_id", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("token_hash", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_invitation"),
        sa.UniqueConstraint("token_hash", name="uq_invitation_token_hash"),
    )
    op.create_index("ix_invitation_expires_at", "invitation", ["expires_at"])
    op.create_table(
        "invitation_party",
        sa.Column("invitation_id", sa.Text, nullable=False),
        sa.Column("party_key", sa.String(5), nullable=False),
        sa.Column("party", sa.String(5), nullable=False),
        sa.PrimaryKeyConstraint("invitation_id", "party_key", name="pk_invitation_party"),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name="fk_invitation_party_invitation_id", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "link",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("module", sa.Text, nullable=False),
        sa.Column("holder", sa.String(5), nullable=False),
        sa.Column("owner", sa.String(5), nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("owner_platform", sa.Text, nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_link"),
    )
    op.create_index("ix_link_expires_at", "link", ["expires_at"])
    revision_table = op.create_table(
        "revision",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_revision"),
        sa.CheckConstraint("id = 1", name="ck_revision_one_row"),
    )
    op.bulk_insert(revision_table, [{"id": 1, "number": 0}])
