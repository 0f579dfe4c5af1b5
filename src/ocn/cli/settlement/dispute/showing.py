"""``ocn settlement dispute show``: one dispute, and what it is about where somebody can show that."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ocn.cli.options import takes
from ocn.cli.settlement.database import OptionalDatabase, opened_store
from ocn.cli.settlement.dispute.chosen import Leaf, chosen_dispute
from ocn.cli.settlement.documents import read_document
from ocn.cli.settlement.options import settlement_options
from ocn.errors import ConfigurationError

if TYPE_CHECKING:
    from ocn.cli.settlement.network import Settlement
    from ocn.cli.settlement.session import Session
    from ocn.settlement.core.canonical import JsonObject
    from ocn.settlement.core.disputing import Dispute

app = typer.Typer()
_LONGEST_FILE: Final = 64 * 1024


@app.command(
    "show",
    epilog="Example: ocn settlement dispute show 0x3f9c1b7a20de --database sqlite:///settlement.db --json",
)
@takes(settlement=settlement_options)
def show(
    leaf: Leaf,
    settlement: "Settlement",
    database: OptionalDatabase = None,
    opened: Annotated[
        Path | None,
        typer.Option(
            "--opened",
            help="What a party showed you (its `opened` of this command): check it against the chain.",
        ),
    ] = None,
) -> None:
    """Show one dispute. With a party's database, or what a party showed, also what was paid for.

    The chain knows a leaf by its hash alone. A party opens it to the arbiter by sending the member `opened`
    of --json, which nobody can make up for that hash; the document is the session or CDR whose hash is in it.
    """
    from ocn.cli.output import show_one

    shown = None if opened is None else _read(opened)

    async def read(session: "Session") -> dict[str, Any]:
        from ocn.cli.settlement.dispute.rows import dispute_row

        chosen = await chosen_dispute(session, leaf)
        row = dispute_row(chosen.dispute, chosen.arbiter, chosen.token, chosen.now)
        document = shown
        if document is not None:
            document = _checked(document, chosen.dispute)
        elif database is not None:
            document = await _opened(database, chosen.dispute)
        return row if document is None else {**row, "opened": document}

    show_one(settlement.run(read), lambda row: row, as_json=settlement.as_json, missing="")


async def _opened(database: str, dispute: "Dispute") -> "JsonObject | None":
    from ocn.settlement.core.disputing import opened_leaf
    from ocn.settlement.service.proving import disputed_leaf

    async with opened_store(database) as store:
        found = await disputed_leaf(store, dispute)
    return None if found is None else opened_leaf(found.entry, found.index)


def _read(path: Path) -> "JsonObject":
    from ocn.ocpi.errors import InvalidParameters

    try:
        return read_document(path, "opened leaf", _LONGEST_FILE)
    except (OSError, InvalidParameters) as error:
        raise ConfigurationError(f"{path} cannot be read as an opened leaf: {error}") from error


def _checked(document: "JsonObject", dispute: "Dispute") -> "JsonObject":
    """Return of what was shown that which the leaf's hash vouches for."""
    from ocn.settlement.core.disputing import leaf_of
    from ocn.settlement.errors import EvidenceInvalid

    try:
        found = leaf_of(document)
    except EvidenceInvalid as error:
        raise ConfigurationError(f"what was shown is no opened leaf: {error.message}") from error
    if found != dispute.leaf:
        raise ConfigurationError(
            f"what was shown is the leaf 0x{found.hex()}, and disputed is 0x{dispute.leaf.hex()}",
            hint="Whoever showed it has shown something else than what was paid for.",
        )
    return {name: document[name] for name in ("party", "id", "leaf")}
