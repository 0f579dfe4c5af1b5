"""The tables of OcnRules. A platform without a row in ``rules`` has no list in force.

The entries hang on that row and it on the platform, so what removes a platform removes its rules, and no
statement about one platform's rules can reach another's.
"""

from sqlalchemy import Column, ForeignKey, Integer, Table, Text

from ocn.node.storage.columns import PartyCodes
from ocn.node.storage.tables import metadata

rules = Table(
    "rules",
    metadata,
    Column("platform_id", ForeignKey("platform.id", ondelete="CASCADE"), primary_key=True),
    Column("active", Text, nullable=False),
)

rules_entry = Table(
    "rules_entry",
    metadata,
    Column("platform_id", ForeignKey("rules.platform_id", ondelete="CASCADE"), primary_key=True),
    Column("party", PartyCodes, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("modules", Text, nullable=False),
)
"""``modules`` are separated by spaces; ``party`` is in upper case."""
