"""``ocn node copies``: what becomes of the copies that services get."""

from typing import Annotated, Any

import typer

from ocn.cli.node.admin_options import Operator, operator_options, told
from ocn.cli.options import takes

app = typer.Typer(help="Copies for services: list, show, cancel, try again, count.", no_args_is_help=True)

_KEY = (
    "[bold]Example[/bold]\n\n  ocn node copies {} --url https://node.example.org --admin-key-file admin-key"
)
_STATES = "waiting, delivered, refused, parked, revoked or cancelled."
_Id = Annotated[int | None, typer.Argument(metavar="ID", help="One copy; else say which by the options.")]
_Service = Annotated[str | None, typer.Option("--service", help='Those for a service, "DE BIL".')]
_Sender = Annotated[str | None, typer.Option("--sender", help='Those of a party\'s messages, "DE CPO".')]
_State = Annotated[str | None, typer.Option("--state", help=_STATES)]


@app.command("list", epilog=_KEY.format("list --state parked"))
@takes(operator=operator_options)
def list_copies(
    operator: Operator,
    service: _Service = None,
    sender: _Sender = None,
    state: _State = None,
    after: Annotated[int, typer.Option("--after", help="Beyond this id, the last of the page before.")] = 0,
    limit: Annotated[int, typer.Option("--limit", min=1, max=500, help="So many at most.")] = 100,
) -> None:
    """List copies, oldest first."""
    query = {**_which(service, sender, state), "after": after, "limit": limit}
    operator.show(operator.ask("GET", "/copies", query=query), _row, "There are no such copies.")


@app.command("show", epilog=_KEY.format("show 17 --body"))
@takes(operator=operator_options)
def show_copy(
    copy_id: Annotated[int, typer.Argument(metavar="ID", help="Of the copy.")],
    operator: Operator,
    body: Annotated[bool, typer.Option("--body", help="With the message itself.")] = False,
) -> None:
    """Show one copy."""
    query = {"body": "true"} if body else None
    operator.show_fields(operator.ask("GET", f"/copies/{copy_id}", query=query))


@app.command("cancel", epilog=_KEY.format('cancel --service "DE BIL" --state parked'))
@takes(operator=operator_options)
def cancel(
    operator: Operator,
    copy_id: _Id = None,
    service: _Service = None,
    sender: _Sender = None,
    state: _State = None,
) -> None:
    """Cancel copies that wait or are parked; they are not sent any more."""
    place = "" if copy_id is None else f"/{copy_id}"
    which = _chosen(copy_id, service, sender, state)
    operator.show_fields(operator.ask("DELETE", f"/copies{place}", query=which))


@app.command("retry", epilog=_KEY.format("retry 17"))
@takes(operator=operator_options)
def retry(
    operator: Operator,
    copy_id: _Id = None,
    service: _Service = None,
    sender: _Sender = None,
    state: _State = None,
) -> None:
    """Have copies tried again that are parked or were refused."""
    place = "" if copy_id is None else f"/{copy_id}"
    which = _chosen(copy_id, service, sender, state)
    operator.show_fields(operator.ask("POST", f"/copies{place}/retry", query=which))


@app.command("counts", epilog=_KEY.format("counts"))
@takes(operator=operator_options)
def counts(operator: Operator) -> None:
    """Count copies by state, with the age of the oldest that waits, in seconds."""
    operator.show_fields(operator.ask("GET", "/copies/counts"))


def _which(service: str | None, sender: str | None, state: str | None) -> dict[str, str | int | None]:
    return {"service": service, "sender": sender, "state": state}


def _chosen(
    copy_id: int | None, service: str | None, sender: str | None, state: str | None
) -> dict[str, str | int | None]:
    """Return the query of a change; an operator who names nothing means everything least of all."""
    which = _which(service, sender, state)
    named = any(which.values())
    if named == (copy_id is not None):
        raise typer.BadParameter("Name one copy by its ID, or several by --service, --sender or --state.")
    return which


def _row(copy: dict[str, Any]) -> dict[str, Any]:
    shown = ("id", "state", "kind", "service", "sender", "receiver", "method", "module", "path", "attempts")
    row = {name: told(copy[name]) for name in shown}
    return {**row, "created": copy["created_at"], "problem": told(copy["problem"])}
