"""Links that come at once are written together, and each caller is told of its own alone."""

import asyncio
import traceback
from collections.abc import Callable

import pytest
from sqlalchemy import text

from ocn.node.model import Link
from ocn.node.storage import AlreadyStored, Database, NotStorable, SqlLinkStore, StorageError


async def test_add_known_id_among_many_at_once_refuses_it_alone(
    database: Database, new_link: Callable[..., Link]
) -> None:
    store = SqlLinkStore(database)
    await store.add(new_link("k3"))
    outcomes = await asyncio.gather(
        *(store.add(new_link(f"k{number}")) for number in (0, 1, 2, 3, 4, 4, 5)), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [
        *[type(None)] * 3,
        AlreadyStored,
        type(None),
        AlreadyStored,
        type(None),
    ]
    assert all([await store.get(f"k{number}") for number in range(6)])


async def test_add_text_that_cannot_be_stored_among_many_refuses_it_alone(
    database: Database, new_link: Callable[..., Link]
) -> None:
    store = SqlLinkStore(database)
    targets = ["https://x.example"] * 3 + ["https://x.example/\ud800"] + ["https://x.example"] * 3
    links = [new_link(f"k{number}", target) for number, target in enumerate(targets)]
    outcomes = await asyncio.gather(*map(store.add, links), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [
        NotStorable if link.id == "k3" else type(None) for link in links
    ]


async def test_add_more_than_go_together_are_all_stored(
    database: Database, new_link: Callable[..., Link]
) -> None:
    store = SqlLinkStore(database)
    await asyncio.gather(*(store.add(new_link(f"k{number}")) for number in range(1100)))
    async with database.statement() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM link"))).scalar_one() == 1100


@pytest.mark.parametrize("cancelled", [1, 5])
async def test_add_cancelled_while_it_writes_for_others_takes_none_with_it(
    database: Database, new_link: Callable[..., Link], cancelled: int
) -> None:
    """The first writes alone; the second writes for all who came meanwhile; the last only waits."""
    store = SqlLinkStore(database)
    tasks = [asyncio.create_task(store.add(new_link(f"k{number}"))) for number in range(6)]
    await tasks[0]
    for _ in range(3):
        await asyncio.sleep(0)
        tasks[cancelled].cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)

    assert isinstance(outcomes.pop(cancelled), asyncio.CancelledError)
    assert outcomes == [None] * 5
    others = [number for number in range(6) if number != cancelled]
    assert all([await store.get(f"k{number}") for number in others])
    await store.add(new_link("after"))


async def test_add_when_the_table_is_gone_is_told_to_all(
    database: Database, new_link: Callable[..., Link]
) -> None:
    store = SqlLinkStore(database)
    async with database.transaction() as connection:
        await connection.execute(text("DROP TABLE link"))
    outcomes = await asyncio.gather(
        *(store.add(new_link(f"k{number}")) for number in range(5)), return_exceptions=True
    )
    errors = [outcome for outcome in outcomes if isinstance(outcome, StorageError)]
    assert len({id(error) for error in errors}) == 5
    told = "".join(line for error in errors for line in traceback.format_exception(error))
    assert "x.example" not in told
