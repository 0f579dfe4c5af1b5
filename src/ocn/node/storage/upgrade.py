"""Brings the tables to what this code knows: Alembic, driven from inside and shipped in the package."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

from ocn.errors import ConfigurationError

VERSION_TABLE = "schema_version"
_ADVISORY_LOCK = 0x6F636E
"""Any number that everybody who upgrades agrees on; this one spells ``ocn``."""


async def upgrade(connection: AsyncConnection, name: str) -> None:
    """Upgrade within the connection's transaction, which keeps other upgrades waiting until it ends.

    Raises:
        ConfigurationError: the database is newer than this code, or is not a database of this node.
    """
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SET LOCAL statement_timeout = 0"))
        await connection.execute(text("SET LOCAL lock_timeout = '60s'"))
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
    await connection.run_sync(_upgrade, name)


def alembic_config(connection: Connection) -> Config:
    """Return the configuration under which Alembic works on that connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection, name: str) -> None:
    config = alembic_config(connection)
    _refuse_strangers(connection, config, name)
    command.upgrade(config, "head")


def _refuse_strangers(connection: Connection, config: Config, name: str) -> None:
    names = inspect(connection).get_table_names()
    if not names:
        return
    if VERSION_TABLE not in names:
        raise ConfigurationError(
            f"{name} is not a database of this node: it has tables, but no {VERSION_TABLE}",
            hint="give the node a database of its own, empty at first",
        )
    found = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalars().all()  # noqa: S608 - a constant of ours
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
