"""The table of OcnRules. A platform without a row has no list in force.

The row hangs on the platform, so what removes a platform removes its rules, and no statement about one
platform's rules can reach another's. A list is read and written whole, so it is one value: JSON,
``[["DEMSP", "cdrs", "tokens"], ...]``, codes in upper case, then the modules, none for every module.
"""

from sqlalchemy import Column, ForeignKey, Table, Text

from ocn.node.storage.tables import metadata

rules = Table(
    "rules",
    metadata,
    Column("platform_id", ForeignKey("platform.id", ondelete="CASCADE"), primary_key=True),
    Column("active", Text, nullable=False),
    Column("entries", Text, nullable=False),
)
