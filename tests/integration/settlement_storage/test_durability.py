"""A step is there as a whole or not at all, after a killed process too, and one process alone goes on."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from tests.integration.settlement_storage.conftest import CPO, EMSP, LANE, NOON, next_voucher

from ocn.errors import ConfigurationError
from ocn.node.storage import open_database
from ocn.settlement.core.books import SessionBook
from ocn.settlement.records import Step
from ocn.settlement.storage import open_store
from ocn.settlement.storage.schema import SETTLEMENT_SCHEMA, open_settlement_database
from ocn.settlement.storage.tables import metadata


async def test_two_processes_on_one_lane_are_won_by_one(store_url: str) -> None:
    stores = [await open_store(store_url) for _ in range(4)]
    outcomes = await asyncio.gather(
        *(store.record(Step(NOON, vouchers=(next_voucher(amount=n + 1),))) for n, store in enumerate(stores)),
        return_exceptions=True,
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == [*["ConflictingState"] * 3, "NoneType"]
    assert len(await stores[0].vouchers(LANE, after=0, most=10)) == 1
    for store in stores:
        await store.close()


async def test_reopened_store_knows_everything(store_url: str) -> None:
    first = await open_store(store_url)
    await first.record(Step(NOON, vouchers=(next_voucher(),)))
    await first.close()
    second = await open_store(store_url)
    assert await second.last(LANE) == next_voucher()
    await second.close()


_WRITER = """
import asyncio, sys
from ocn.settlement.core.books import SessionBook
from ocn.settlement.records import Step
from ocn.settlement.storage import open_store
from tests.integration.settlement_storage.conftest import CPO, EMSP, LANE, NOON, next_voucher

async def main():
    store = await open_store(sys.argv[1])
    last, total = None, 0
    while True:
        last = next_voucher(last, amount=1)
        total += last.entry.amount
        book = SessionBook(CPO, "S1", EMSP, LANE.key, b"", total)
        await store.record(Step(NOON, vouchers=(last,), books=(book,)))
        print(last.entry.number, flush=True)

asyncio.run(main())
"""


async def test_killed_writer_has_lost_nothing_that_it_reported(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'settlement.db'}"
    writer = subprocess.Popen([sys.executable, "-c", _WRITER, url], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    reported = [int(writer.stdout.readline()) for _ in range(25)][-1]
    os.kill(writer.pid, signal.SIGKILL)
    rest = writer.stdout.read().split()
    writer.wait()
    writer.stdout.close()
    reported = max([reported, *map(int, rest)])

    store = await open_store(url)
    last = await store.last(LANE)
    books = await store.books(CPO, ["S1"])
    await store.close()
    assert last is not None
    assert last.entry.number >= reported
    assert books["S1"].paid == last.entry.cumulative
    assert isinstance(books["S1"], SessionBook)
    assert books["S1"].payer == EMSP


def differences(connection: Connection) -> list[object]:
    options = {"version_table": SETTLEMENT_SCHEMA.version_table, "compare_type": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


async def test_migrations_make_the_tables_of_the_code(store_url: str) -> None:
    async with open_settlement_database(store_url) as database:
        await database.upgrade()
        await database.upgrade()
        async with database.snapshot() as connection:
            assert await connection.run_sync(differences) == []


async def test_disk_is_waited_for(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'settlement.db'}"
    async with open_settlement_database(url) as database, database.statement() as connection:
        assert (await connection.execute(text("PRAGMA synchronous"))).scalar_one() == 2


async def test_database_of_a_node_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'node.db'}"
    async with open_database(url) as node:
        await node.upgrade()
    with pytest.raises(ConfigurationError, match="not a database of this settlement"):
        await open_store(url)
