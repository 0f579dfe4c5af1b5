"""The tables of HubClientInfo. The migrations make them; a test holds that both say the same.

``client_info`` has a statement for each party and role, ``client_report`` what other nodes said of theirs,
``client_view`` how each platform sees each statement and whether it was told, ``platform_seen`` when a
platform was last heard and checked. The one row of ``client_info_turn`` counts changes of the first two and
says which replica does the work, until when. Nothing refers to ``platform``: a sighting that comes late, of
a platform that is gone, is no error, and who leads forgets it.
"""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Integer, String, Table, Text

from ocn.database.columns import PartyCodes, UtcDateTime
from ocn.node.storage.tables import metadata

client_info = Table(
    "client_info",
    metadata,
    Column("party_key", String(5), primary_key=True),
    Column("role", Text, primary_key=True),
    Column("party", PartyCodes, nullable=False),
    Column("operator", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("last_updated", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

client_report = Table(
    "client_report",
    metadata,
    Column("party_key", String(5), primary_key=True),
    Column("role", Text, primary_key=True),
    Column("party", PartyCodes, nullable=False),
    Column("operator", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("told_at", UtcDateTime, nullable=False),
)

client_view = Table(
    "client_view",
    metadata,
    Column("platform_id", Text, primary_key=True),
    Column("party_key", String(5), primary_key=True),
    Column("role", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("last_updated", UtcDateTime, nullable=False),
    Column("delivered", Boolean, nullable=False),
)

platform_seen = Table(
    "platform_seen",
    metadata,
    Column("platform_id", Text, primary_key=True),
    Column("heard_at", UtcDateTime),
    Column("checked_at", UtcDateTime),
    Column("offline_since", UtcDateTime),
)

client_info_turn = Table(
    "client_info_turn",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("revision", BigInteger, nullable=False),
    Column("holder", Text, nullable=False),
    Column("until", UtcDateTime),
    CheckConstraint("id = 1", name="one_row"),
)
