"""The tables. The migrations make them; a test holds that both say the same.

A party belongs to one platform: ``platform_party`` says so with its primary key, whatever the case the
codes came in. A party plays any number of roles there: ``platform_role``. The one row of ``revision`` is
changed first by every writer of the other tables, which puts writers in a queue and makes the number grow
in the order of the commits. ``link`` stands apart: it is written on the way of messages and counts nothing.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from ocn.database.columns import PartyCodes, UtcDateTime

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

platform = Table(
    "platform",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Text, nullable=False),
    Column("versions_url", Text, nullable=False),
    Column("their_token_sealed", LargeBinary, nullable=False),
    Column("our_token_hash", LargeBinary, nullable=False, unique=True),
    Column("sends_base64", Boolean, nullable=False),
    Column("requires_signatures", Boolean, nullable=False),
    Column("status", Text, nullable=False),
    Column("conversion", Text, nullable=True),
    Column("strictness", Text, nullable=True),
    Column("signature_demand", Text, nullable=True),
    Column("signs_strictly", Boolean, nullable=True),
    Column("registered_at", UtcDateTime),
    Column("updated_at", UtcDateTime),
)

platform_party = Table(
    "platform_party",
    metadata,
    Column("party_key", String(5), primary_key=True),
    Column("platform_id", ForeignKey("platform.id", ondelete="CASCADE"), nullable=False),
    Column("key_proved_at", UtcDateTime, nullable=True),
    UniqueConstraint("platform_id", "party_key"),
)

platform_role = Table(
    "platform_role",
    metadata,
    Column("platform_id", Text, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("party_key", String(5), nullable=False),
    Column("party", PartyCodes, nullable=False),
    Column("role", Text, nullable=False),
    Column("business_details", LargeBinary, nullable=False),
    ForeignKeyConstraint(
        ["platform_id", "party_key"],
        ["platform_party.platform_id", "platform_party.party_key"],
        ondelete="CASCADE",
    ),
)

endpoint = Table(
    "endpoint",
    metadata,
    Column("platform_id", ForeignKey("platform.id", ondelete="CASCADE"), primary_key=True),
    Column("module", Text, primary_key=True),
    Column("interface_role", Text, primary_key=True),
    Column("url", Text, nullable=False),
)

invitation = Table(
    "invitation",
    metadata,
    Column("id", Text, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

invitation_party = Table(
    "invitation_party",
    metadata,
    Column("invitation_id", ForeignKey("invitation.id", ondelete="CASCADE"), primary_key=True),
    Column("party_key", String(5), primary_key=True),
    Column("party", PartyCodes, nullable=False),
    Column("role", Text, nullable=True),
)

link = Table(
    "link",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("module", Text, nullable=False),
    Column("holder", PartyCodes, nullable=False),
    Column("owner", PartyCodes, nullable=False),
    Column("target", Text, nullable=False),
    Column("owner_platform", Text, nullable=True),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

revision = Table(
    "revision",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)
