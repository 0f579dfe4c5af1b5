"""The database of a settlement: its option, and its store for the length of a command."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ocn.settlement.core.lane import Lane
    from ocn.settlement.store import Store

Database = Annotated[
    str,
    typer.Option(
        "--database",
        envvar="OCN_SETTLEMENT_DATABASE",
        help="Of the settlement: sqlite:///path or postgresql://user:password@host/name.",
    ),
]
OptionalDatabase = Annotated[
    str | None,
    typer.Option(
        "--database",
        envvar="OCN_SETTLEMENT_DATABASE",
        help="Of the settlement, to say which session each is about.",
    ),
]


@asynccontextmanager
async def opened_store(database: str) -> AsyncIterator["Store"]:
    """Open the database for the length of a block."""
    from ocn.settlement.storage import open_store

    store = await open_store(database)
    try:
        yield store
    finally:
        await store.close()


async def lanes_of(store: "Store") -> list["Lane"]:
    """Return both directions of every lane that terms in the database are about."""
    lanes: dict[Lane, None] = {}
    for payer, payee in await store.pairs():
        for signed in await store.terms(payer, payee):
            lanes[signed.terms.lane] = lanes[signed.terms.lane.opposite] = None
    return list(lanes)
