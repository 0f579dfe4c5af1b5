"""A service on PostgreSQL keeps its index of lanes there; one on SQLite, in a file beside it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from ocn.chain.following import IndexSettings
from ocn.chain.networks import Network, built_in
from ocn.database import Database
from ocn.errors import ConfigurationError
from ocn.settlement import open_store
from ocn.settlement.chain_side import chain_side
from ocn.settlement.lanes import calls
from ocn.settlement.storage.tables import lane_log

Ground = Any  # the class of conftest
A, B, C = 0, 1, 2
FOLLOWING = IndexSettings(confirmations=0, poll_s=0.02, audit_sample=0)


def network(ground: Ground) -> Network:
    source = ground.source
    tokens = {"EUR": ground.tokens[0]}
    return replace(built_in("local"), lanes=source.contract, first_block=source.first_block, tokens=tokens)


async def reserve(ground: Ground, database: Database, folder: Path | None = None) -> int:
    """What a service started on this database says of the lane."""
    following = chain_side(
        ground.chain, network(ground), ground.keys[C], database=database, folder=folder, following=FOLLOWING
    )
    async with following as side:
        return (await side.ledger.state(ground.lane(A, B))).reserve


async def identities(database: Database) -> list[str]:
    async with database.statement() as connection:
        return list((await connection.execute(select(lane_log.log.c.identity))).scalars())


@pytest.mark.postgres
async def test_service_on_postgresql_keeps_its_index_there(
    ground: Ground, new_postgresql_database: Callable[[], str], tmp_path: Path
) -> None:
    await ground.funded()
    store = await open_store(new_postgresql_database())
    for amount in (100, 350):
        await ground.send(A, calls.reserve(ground.lane(A, B), amount - (amount > 100) * 100).data)
        assert await reserve(ground, store.database, tmp_path) == amount
    (identity,) = await identities(store.database)
    assert identity.startswith(f"9 lanes with disputes {ground.source.contract}")
    assert list(tmp_path.iterdir()) == []
    await store.close()


async def test_service_on_sqlite_keeps_its_index_in_a_file(ground: Ground, tmp_path: Path) -> None:
    await ground.funded()
    await ground.send(A, calls.reserve(ground.lane(A, B), 100).data)
    store = await open_store(f"sqlite:///{tmp_path / 'settlement.db'}")
    folder = tmp_path / "chain"
    assert await reserve(ground, store.database, folder) == 100
    assert await identities(store.database) == []
    assert (folder / "lanes.sqlite").exists()
    with pytest.raises(ConfigurationError, match="has one connection"):
        store.database.blocking()
    await store.close()
