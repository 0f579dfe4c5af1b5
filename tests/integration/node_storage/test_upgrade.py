"""The tables: made by migrations, equal to the code's, by one process at a time, and never a stranger's."""

import asyncio
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from ocn.errors import ConfigurationError
from ocn.node.storage import AesGcmSealing, Database, SqlPlatformStore, StorageError, open_database
from ocn.node.storage.schema import NODE_SCHEMA, VERSION_TABLE
from ocn.node.storage.tables import metadata


def differences(connection: Connection) -> list[object]:
    options = {"version_table": VERSION_TABLE, "compare_type": True, "compare_server_default": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


async def test_upgrade_of_an_empty_database_makes_the_tables_of_the_code(database: Database) -> None:
    async with database.snapshot() as connection:
        assert await connection.run_sync(differences) == []


async def test_tables_that_differ_from_the_code_are_noticed(database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute(text("ALTER TABLE link ADD COLUMN surplus TEXT"))
        await connection.execute(text("DROP INDEX ix_link_expires_at"))
    async with database.snapshot() as connection:
        assert len(await connection.run_sync(differences)) == 2


async def test_constraints_of_the_tables_are_those_of_the_code(database: Database) -> None:
    """Alembic compares neither primary keys nor rules of deletion nor checks."""

    def constraints(connection: Connection) -> dict[str, tuple[object, ...]]:
        found = inspect(connection)
        return {
            table.name: (
                found.get_pk_constraint(table.name)["constrained_columns"],
                [key["options"].get("ondelete") for key in found.get_foreign_keys(table.name)],
                len(found.get_check_constraints(table.name)),
            )
            for table in metadata.sorted_tables
        }

    async with database.snapshot() as connection:
        migrated = await connection.run_sync(constraints)
        await connection.rollback()
    async with database.transaction() as connection:
        await connection.run_sync(metadata.drop_all)
        await connection.run_sync(metadata.create_all)
        assert migrated == await connection.run_sync(constraints)


async def test_upgrade_twice_keeps_what_is_stored(database: Database, sealing: AesGcmSealing) -> None:
    async with database.transaction() as connection:
        await connection.execute(text("UPDATE revision SET number = 7"))
    await database.upgrade()
    assert await SqlPlatformStore(database, sealing).revision() == 7


async def test_upgrade_by_several_at_once_happens_once(database_url: str) -> None:
    replicas = [open_database(database_url) for _ in range(4)]
    await asyncio.gather(*(replica.upgrade() for replica in replicas))
    async with replicas[0].statement() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM revision"))).scalar_one() == 1
    for replica in replicas:
        await replica.close()


async def test_upgrade_that_fails_leaves_nothing_behind(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("in the middle")

    async with open_database(database_url) as opened:
        monkeypatch.setattr("alembic.op.bulk_insert", fail)
        with pytest.raises(RuntimeError, match="in the middle"):
            await opened.upgrade()
        async with opened.snapshot() as connection:
            assert await connection.run_sync(lambda c: inspect(c).get_table_names()) == []
        monkeypatch.undo()
        await opened.upgrade()


async def test_upgrade_of_a_newer_database_is_refused_and_leaves_it(database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute(text("UPDATE schema_version SET version_num = '9999'"))
    with pytest.raises(ConfigurationError, match=r"newer ocn.* 9999.* up to \d{4}") as caught:
        await database.upgrade()
    assert caught.value.hint
    async with database.statement() as connection:
        version = await connection.execute(text("SELECT version_num FROM schema_version"))
        assert version.scalar_one() == "9999"


async def test_upgrade_of_somebody_elses_database_is_refused_and_leaves_it(database_url: str) -> None:
    async with open_database(database_url) as opened:
        async with opened.transaction() as connection:
            await connection.execute(text("CREATE TABLE alembic_version (version_num TEXT)"))
        with pytest.raises(ConfigurationError, match="not a database of this node"):
            await opened.upgrade()
        async with opened.snapshot() as connection:
            found = await connection.run_sync(lambda c: inspect(c).get_table_names())
    assert found == ["alembic_version"]


async def test_upgrade_of_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear operator, " * 100)
    async with open_database(f"sqlite:///{file}") as opened:
        with pytest.raises(StorageError, match="file is not a database"):
            await opened.upgrade()
    assert file.read_text().startswith("Dear operator")


def test_migrations_are_one_line_named_by_their_numbers() -> None:
    script = ScriptDirectory(str(NODE_SCHEMA.migrations))
    revisions = [step.revision for step in script.walk_revisions()][::-1]
    files = sorted(path.name[:4] for path in Path(script.versions).glob("[0-9]*.py"))
    assert revisions == files == [f"{number:04}" for number in range(1, len(files) + 1)]
