"""Create the tables of the object store."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create them, and the row that counts; the store's id is new with every database."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "stored_object",
        sa.Column("position", number, autoincrement=False, nullable=False),
        sa.Column("module", sa.Text, nullable=False),
        sa.Column("owner_key", sa.String(5), nullable=False),
        sa.Column("object_key", sa.Text, nullable=False),
        sa.Column("audience", sa.String(5), nullable=False),
        sa.Column("owner", sa.String(5), nullable=False),
        sa.Column("object_id", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("arrival", sa.BigInteger, nullable=False),
        sa.Column("arrived_at", moment, nullable=False),
        sa.Column("last_updated", moment, nullable=False),
        sa.Column("fresh_at", moment, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_stored_object"),
        sa.UniqueConstraint(
            "module",
            "owner_key",
            "object_key",
            "audience",
            name="uq_stored_object_module_owner_key_object_key_audience",
        ),
    )
    op.create_index("ix_stored_object_list", "stored_object", ["module", "audience", "position"])
    op.create_index("ix_stored_object_fresh", "stored_object", ["module", "audience", "fresh_at"])
    op.create_index("ix_stored_object_change", "stored_object", ["audience", "arrival"])
    op.create_table(
        "object_name",
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name_key", sa.Text, nullable=False),
        sa.Column("position", number, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("kind", "name_key", "position", name="pk_object_name"),
        sa.ForeignKeyConstraint(
            ["position"],
            ["stored_object.position"],
            name="fk_object_name_position",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_object_name_position", "object_name", ["position"])
    op.create_table(
        "object_tally",
        sa.Column("module", sa.Text, nullable=False),
        sa.Column("audience", sa.String(5), nullable=False),
        sa.Column("owner_key", sa.String(5), nullable=False),
        sa.Column("owner", sa.String(5), nullable=False),
        sa.Column("visible", sa.BigInteger, nullable=False),
        sa.Column("shadows", sa.BigInteger, nullable=False),
        sa.Column("refresh", sa.BigInteger, nullable=False),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.Column("arrived_at", moment),
        sa.PrimaryKeyConstraint("module", "audience", "owner_key", name="pk_object_tally"),
    )
    op.create_index("ix_object_tally_owner_key", "object_tally", ["owner_key"])
    total = op.create_table(
        "object_total",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("store_id", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("objects", sa.BigInteger, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_object_total"),
        sa.CheckConstraint("id = 1", name="ck_object_total_one_row"),
    )
    op.create_table(
        "object_mark",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("store_id", sa.Text, nullable=False),
        sa.Column("arrival", sa.BigInteger, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_object_mark"),
    )
    first = {"id": 1, "store_id": secrets.token_hex(8), "number": 0, "objects": 0, "bytes": 0}
    op.bulk_insert(total, [first])
