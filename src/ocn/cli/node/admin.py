"""``ocn node``: what an operator asks of a running node."""

from typing import Annotated, Any

import typer

from ocn.cli.node.admin_options import PANEL, Operator, operator_options, told
from ocn.cli.options import takes
from ocn.ocpi.roles import Role

app = typer.Typer()

_KEY = "[bold]Example[/bold]\n\n  ocn node {} --url https://node.example.org --admin-key-file admin-key"


@app.command("platforms", rich_help_panel=PANEL, epilog=_KEY.format("platforms"))
@takes(operator=operator_options)
def platforms(operator: Operator) -> None:
    """List the platforms that are registered at the node."""
    found = operator.ask("GET", "/platforms")
    operator.show(found, _platform, "No platform is registered.")


@app.command(
    "invite",
    rich_help_panel=PANEL,
    epilog=_KEY.format("invite DE ABC --role CPO"),
)
@takes(operator=operator_options)
def invite(
    country_code: Annotated[str, typer.Argument(metavar="CC", help="Country code.")],
    party_id: Annotated[str, typer.Argument(metavar="PID", help="Party id.")],
    operator: Operator,
    role: Annotated[
        Role | None, typer.Option("--role", help="Of a party of OCPI 2.1.1, which does not say it itself.")
    ] = None,
) -> None:
    """Issue a TOKEN_A with which one party can register; it is shown this once."""
    party = {"country_code": country_code, "party_id": party_id}
    body = [{**party, "role": role.value} if role is not None else party]
    operator.show_fields(operator.ask("POST", "/generate-registration-token", body=body))


@app.command("broadcasts", rich_help_panel=PANEL, epilog=_KEY.format("broadcasts"))
@takes(operator=operator_options)
def broadcasts(operator: Operator) -> None:
    """List the latest broadcasts, and whom they did not reach."""
    operator.show(operator.ask("GET", "/broadcasts"), _broadcast, "Nothing was broadcast since the start.")


@app.command("client-info", rich_help_panel=PANEL, epilog=_KEY.format("client-info"))
@takes(operator=operator_options)
def client_info(operator: Operator) -> None:
    """List who is there, here and at other nodes."""
    operator.show(operator.ask("GET", "/client-info"), _client, "The node knows of no party.")


@app.command("conversions", rich_help_panel=PANEL, epilog=_KEY.format("conversions"))
@takes(operator=operator_options)
def conversions(operator: Operator) -> None:
    """List the latest messages that lost something between versions of OCPI, or were refused for it."""
    operator.show(operator.ask("GET", "/conversions"), _conversion, "Nothing was lost since the start.")


def _platform(platform: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": platform["id"],
        "parties": [
            f"{role['country_code']} {role['party_id']} {role['role'] or ''}".strip()
            for role in platform["roles"]
        ],
        "status": platform["status"],
        "version": platform["version"],
        "signatures": platform["signature_demand"],
        "registered": told(platform["registered_at"]),
    }


def _broadcast(broadcast: dict[str, Any]) -> dict[str, Any]:
    shown = {name: broadcast[name] for name in ("at", "sender", "method", "module", "path")}
    counts = {name: broadcast[name] for name in ("receivers", "delivered", "failed", "under_way")}
    failures = [f"{failure['receiver']}: {failure['reason']}" for failure in broadcast["failures"]]
    return {**shown, **counts, "failures": failures}


def _client(client: dict[str, Any]) -> dict[str, Any]:
    shown = {name: told(client[name]) for name in ("role", "status", "last_updated", "last_seen", "operator")}
    return {"party": f"{client['country_code']} {client['party_id']}", **shown}


def _conversion(report: dict[str, Any]) -> dict[str, Any]:
    shown = {name: report[name] for name in ("at", "from", "to", "method", "module", "path")}
    changes = [f"{change['pointer']} {change['loss']}" for change in report["changes"]]
    versions = f"{report['source']} to {report['target']}"
    return {**shown, "versions": versions, "refused": told(report["refused"]), "changes": changes}
