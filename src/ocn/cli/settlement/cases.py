"""``ocn settlement cases``: what was not paid, why, and what people say about it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from ocn.cli.options import AsJson, takes
from ocn.cli.settlement.database import Database, opened_store

if TYPE_CHECKING:
    from ocn.settlement.records import Case
    from ocn.settlement.store import Store

T = TypeVar("T")

app = typer.Typer(
    help="What was not paid, and why: list, show with evidence, close.",
    no_args_is_help=True,
    epilog="Both parties know a case by the same id. Example: ocn settlement cases list --database sqlite:///my.db",
)
_KEY = "[bold]Example[/bold]\n\n  ocn settlement cases {} --database sqlite:///settlement.db"


class _Cases:
    """The cases of one settlement's database."""

    def __init__(self, database: str, *, as_json: bool) -> None:
        self._database = database
        self.as_json = as_json

    def run(self, work: "Callable[[Store], Awaitable[T]]") -> T:
        """Open the database, work, and close it."""

        async def opened() -> T:
            async with opened_store(self._database) as store:
                return await work(store)

        return asyncio.run(opened())

    async def find(self, store: "Store", case_id: str) -> "Case":
        """Return a case of that id, of whichever own party.

        Raises:
            BadParameter: there is none.
        """
        found = [case for case in await store.cases(closed=True) if case.id == case_id]
        if not found:
            raise typer.BadParameter(f"There is no case {case_id[:40]}.", param_hint="ID")
        return next((case for case in found if case.closed_at is None), found[0])


def _options(
    database: Database,
    as_json: AsJson = False,
) -> _Cases:
    """Whose cases, and how to print."""
    return _Cases(database, as_json=as_json)


_Id = Annotated[str, typer.Argument(metavar="ID", help="Of the case.")]


@app.command("list", epilog=_KEY.format("list --all"))
@takes(cases=_options)
def list_cases(
    cases: _Cases,
    closed: Annotated[bool, typer.Option("--all", help="Closed ones, too.")] = False,
) -> None:
    """List open cases, the oldest first."""
    from ocn.cli.output import show_all

    found = cases.run(lambda store: store.cases(closed=closed))
    show_all(list(found), _row, as_json=cases.as_json, nothing="There are no open cases.")


@app.command("show", epilog=_KEY.format("show 3f9c1b7a20de"))
@takes(cases=_options)
def show_case(case_id: _Id, cases: _Cases) -> None:
    """Show one case with its evidence: the document that both sides compute alike, under one hash."""
    from ocn.cli.output import show_one

    found = cases.run(lambda store: cases.find(store, case_id))
    show_one(found, lambda case: _whole(case, as_json=cases.as_json), as_json=cases.as_json, missing="")


@app.command("close", epilog=_KEY.format('close 3f9c1b7a20de --approve --note "agreed by phone"'))
@takes(cases=_options)
def close_case(
    case_id: _Id,
    cases: _Cases,
    approve: Annotated[
        bool,
        typer.Option("--approve", help="As the payer: pay the CDR as it is, when it is asked for again."),
    ] = False,
    reject: Annotated[bool, typer.Option("--reject", help="It stays unpaid.")] = False,
    note: Annotated[str, typer.Option("--note", help="Why, for whoever looks later.")] = "",
) -> None:
    """Close a case. One that a credit CDR and a new CDR settle closes by itself."""
    from ocn.cli.output import show_one
    from ocn.settlement.core.reasons import Reason
    from ocn.settlement.records import Outcome

    if approve == reject:
        raise typer.BadParameter("Say --approve or --reject.")
    outcome = Outcome.APPROVED if approve else Outcome.REJECTED

    async def close(store: "Store") -> "Case":
        case = await cases.find(store, case_id)
        if case.reason is Reason.DISPUTED:
            raise typer.BadParameter(
                f"Case {case.id} is a dispute on chain and ends there: ocn settlement dispute.",
                param_hint="ID",
            )
        if not await store.close_case(case.own, case.id, outcome, note[:500], datetime.now(UTC)):
            raise typer.BadParameter(f"Case {case.id} is closed already: {case.outcome}.", param_hint="ID")
        return await cases.find(store, case_id)

    show_one(cases.run(close), _row, as_json=cases.as_json, missing="")


def _row(case: "Case") -> dict[str, Any]:
    from ocn.ocpi.timestamps import format_datetime

    return {
        "id": case.id,
        "own": str(case.own),
        "peer": str(case.peer),
        "session": case.session_id,
        "cdr": case.cdr_id,
        "reason": case.reason.value,
        "opened": format_datetime(case.opened_at),
        "closed": format_datetime(case.closed_at) if case.closed_at else "",
        "outcome": case.outcome.value if case.outcome else "",
        "note": case.note,
    }


def _whole(case: "Case", *, as_json: bool) -> dict[str, Any]:
    evidence: Any = json.loads(case.evidence) if case.evidence else None
    if not as_json:
        evidence = json.dumps(evidence, indent=2, ensure_ascii=False) if evidence else "none"
    return {
        **_row(case),
        "detail": case.detail,
        "evidence_hash": "0x" + case.evidence_hash.hex() if case.evidence_hash else "",
        "evidence": evidence,
    }
