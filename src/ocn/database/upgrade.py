"""Brings the tables to what this code knows: Alembic, driven from inside and shipped in the package."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

from ocn.errors import ConfigurationError

_ADVISORY_LOCK = 0x6F636E
"""Any number that everybody who upgrades agrees on; this one spells ``ocn``."""


@dataclass(frozen=True, slots=True)
class Schema:
    """Whose tables these are."""

    owner: str
    """For messages: whose database it is."""
    migrations: Path
    """The folder with Alembic's ``env.py`` and versions."""
    version_table: str
    """Where the schema's version is kept; another owner's has another name."""
    synchronous: Literal["NORMAL", "FULL"] = "NORMAL"
    """In SQLite: whether a commit waits for the disk."""


async def upgrade(connection: AsyncConnection, schema: Schema, name: str) -> None:
    """Upgrade within the connection's transaction, which keeps other upgrades waiting until it ends.

    Raises:
        ConfigurationError: the database is newer than this code, or is somebody else's.
    """
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SET LOCAL statement_timeout = 0"))
        await connection.execute(text("SET LOCAL lock_timeout = '60s'"))
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
    await connection.run_sync(_upgrade, schema, name)


def alembic_config(connection: Connection, schema: Schema) -> Config:
    """Return the configuration under which Alembic works on that connection."""
    config = Config()
    config.set_main_option("script_location", str(schema.migrations).replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["version_table"] = schema.version_table
    return config


def _upgrade(connection: Connection, schema: Schema, name: str) -> None:
    config = alembic_config(connection, schema)
    _refuse_strangers(connection, config, schema, name)
    command.upgrade(config, "head")


def _refuse_strangers(connection: Connection, config: Config, schema: Schema, name: str) -> None:
    names = inspect(connection).get_table_names()
    if not names:
        return
    if schema.version_table not in names:
        raise ConfigurationError(
            f"{name} is not a database of this {schema.owner}: it has tables, but no {schema.version_table}",
            hint=f"give the {schema.owner} a database of its own, empty at first",
        )
    versions = text(f"SELECT version_num FROM {schema.version_table}")  # noqa: S608 - a constant of ours
    found = connection.execute(versions).scalars().all()
    script = ScriptDirectory.from_config(config)
    for revision in found:
        try:
            script.get_revision(revision)
        except CommandError as error:
            raise ConfigurationError(
                f"{name} was made by a newer ocn: its tables are at {revision},"
                f" this version knows them up to {script.get_current_head()}",
                hint="install the newer version, or restore a backup made before the upgrade",
            ) from error
