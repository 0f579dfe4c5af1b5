"""Alembic's entry, run by it for every command; the connection, already in a transaction, is handed in."""

from alembic import context
from sqlalchemy import Connection

from ocn.settlement.storage.tables import metadata

connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    version_table=context.config.attributes["version_table"],
    compare_type=True,
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
