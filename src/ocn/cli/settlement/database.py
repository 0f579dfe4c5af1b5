"""The database of a settlement: its option, and its store for the length of a command."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ocn.errors import ConfigurationError

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
    """Open the database for the length of a block; one that is not there is not made.

    Raises:
        ConfigurationError: there is no such file: an empty database would answer that nothing is open.
    """
    from ocn.settlement.storage import open_store

    _refuse_missing(database)
    store = await open_store(database)
    try:
        yield store
    finally:
        await store.close()


def _refuse_missing(database: str) -> None:
    path = database.removeprefix("sqlite:///")
    if path != database and not Path(path).exists():
        raise ConfigurationError(
            f"there is no database {path}", hint="Name the one that your settlement writes: sqlite:///path."
        )


async def lanes_of(store: "Store") -> list["Lane"]:
    """Return both directions of every lane that terms in the database are about."""
    lanes: dict[Lane, None] = {}
    for payer, payee in await store.pairs():
        for signed in await store.terms(payer, payee):
            lanes[signed.terms.lane] = lanes[signed.terms.lane.opposite] = None
    return list(lanes)
