"""``ocn registry``: the commands about parties."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from ocn.cli.options import takes
from ocn.cli.party_options import PairCommand
from ocn.cli.registry.named_party import Address, Credentials, one_of, party_id
from ocn.cli.registry.options import SpreadCommand, connection_options, key_options, raw_key_options
from ocn.ocpi.roles import Role

if TYPE_CHECKING:
    from ocn.cli.accounts import Keys
    from ocn.cli.registry.session import Connection, RawKeys

app = typer.Typer()
_PANEL = "Parties"


class Module(StrEnum):
    """The modules that the Registry can list."""

    CDRS = "cdrs"
    CHARGINGPROFILES = "chargingprofiles"
    COMMANDS = "commands"
    LOCATIONS = "locations"
    SESSIONS = "sessions"
    TARIFFS = "tariffs"
    TOKENS = "tokens"


_Ids = Annotated[
    tuple[str, str],
    typer.Option("--credentials", "-c", metavar="CC ID", help="OCPI country_code and party_id."),
]
_Roles = Annotated[
    list[Role], typer.Option("--roles", "-r", metavar="ROLE...", help="One or more OCPI roles.")
]
_Operator = Annotated[
    str, typer.Option("--operator", "-o", help="Address of the operator whose node serves the party.")
]
_Sender = Annotated[
    list[Module] | None,
    typer.Option("--sender-interface", "--si", metavar="MODULE...", help="Modules offered as sender."),
]
_Receiver = Annotated[
    list[Module] | None,
    typer.Option("--receiver-interface", "--ri", metavar="MODULE...", help="Modules offered as receiver."),
]


@app.command(
    "get-party", cls=PairCommand, rich_help_panel=_PANEL, epilog="Example: ocn registry get-party -c DE CPO"
)
@takes(connection=connection_options)
def get_party(connection: "Connection", address: Address = None, credentials: Credentials = None) -> None:
    """Show a party, by its address or its ids."""
    from ocn.cli.accounts import account
    from ocn.cli.output import show_one
    from ocn.cli.registry.output import party_json

    if one_of(address, credentials) is not None:
        wanted = account(str(address))
        party = connection.ask(lambda reader: reader.party_by_address(wanted))
    else:
        ids = party_id(*(credentials or ("", "")))
        party = connection.ask(lambda reader: reader.party(ids))
    missing = "OCPI Party not listed in registry."
    show_one(party, party_json, as_json=connection.as_json, missing=missing)


@app.command(
    "list-parties", rich_help_panel=_PANEL, epilog="Example: ocn registry list-parties --network volta"
)
@takes(connection=connection_options)
def list_parties(connection: "Connection") -> None:
    """List every party."""
    from ocn.cli.output import show_all
    from ocn.cli.registry.output import party_json

    parties = connection.ask(lambda reader: reader.parties())
    show_all(parties, party_json, as_json=connection.as_json, nothing="No parties are listed.")


@app.command(
    "set-party",
    cls=SpreadCommand,
    rich_help_panel=_PANEL,
    epilog="Example: SIGNER=0x... ocn registry set-party -c DE CPO -r CPO SCSP -o 0x63ed...d1a4",
)
@takes(connection=connection_options, keys=key_options)
def set_party(
    credentials: _Ids, roles: _Roles, operator: _Operator, connection: "Connection", keys: "Keys"
) -> None:
    """List the signer as a party. Its modules become empty, also on a change."""
    _set_party(credentials, roles, operator, connection, keys)


@app.command(
    "set-party-raw",
    cls=SpreadCommand,
    rich_help_panel=_PANEL,
    epilog="Example: SIGNER=0x... SPENDER=0x... ocn registry set-party-raw -c DE CPO -r CPO -o 0x63ed...",
)
@takes(connection=connection_options, keys=raw_key_options)
def set_party_raw(
    credentials: _Ids, roles: _Roles, operator: _Operator, connection: "Connection", keys: "RawKeys"
) -> None:
    """List the signer as a party, paid by the spender."""
    _set_party(credentials, roles, operator, connection, keys)


_MODULES_EXAMPLE = "Example: SIGNER=0x... ocn registry set-party-modules --si locations tariffs --ri tokens"


@app.command("set-modules", cls=SpreadCommand, hidden=True)
@app.command("set-party-modules", cls=SpreadCommand, rich_help_panel=_PANEL, epilog=_MODULES_EXAMPLE)
@takes(connection=connection_options, keys=key_options)
def set_party_modules(
    connection: "Connection", keys: "Keys", sender: _Sender = None, receiver: _Receiver = None
) -> None:
    """Say which modules the signer offers; none given clears them. Alias: set-modules."""
    _set_modules(sender, receiver, connection, keys)


@app.command("set-modules-raw", cls=SpreadCommand, hidden=True)
@app.command(
    "set-party-modules-raw",
    cls=SpreadCommand,
    rich_help_panel=_PANEL,
    epilog="Example: SIGNER=0x... SPENDER=0x... ocn registry set-party-modules-raw --si locations",
)
@takes(connection=connection_options, keys=raw_key_options)
def set_party_modules_raw(
    connection: "Connection", keys: "RawKeys", sender: _Sender = None, receiver: _Receiver = None
) -> None:
    """Say which modules the signer offers, paid by the spender. Alias: set-modules-raw."""
    _set_modules(sender, receiver, connection, keys)


@app.command(
    "delete-party", rich_help_panel=_PANEL, epilog="Example: ocn registry delete-party --keystore party.json"
)
@takes(connection=connection_options, keys=key_options)
def delete_party(connection: "Connection", keys: "Keys") -> None:
    """Take the signer off the list of parties."""
    _delete(connection, keys)


@app.command(
    "delete-party-raw",
    rich_help_panel=_PANEL,
    epilog="Example: SIGNER=0x... SPENDER=0x... ocn registry delete-party-raw",
)
@takes(connection=connection_options, keys=raw_key_options)
def delete_party_raw(connection: "Connection", keys: "RawKeys") -> None:
    """Take the signer off the list of parties, paid by the spender."""
    _delete(connection, keys)


def _set_party(
    credentials: tuple[str, str],
    roles: list[Role],
    operator: str,
    connection: "Connection",
    keys: "Keys | RawKeys",
) -> None:
    from ocn.cli.accounts import account
    from ocn.registry import calls

    connection.change(calls.set_party(party_id(*credentials), tuple(roles), account(operator)), keys)


def _set_modules(
    sender: list[Module] | None,
    receiver: list[Module] | None,
    connection: "Connection",
    keys: "Keys | RawKeys",
) -> None:
    from ocn.ocpi.modules import ModuleID
    from ocn.registry import calls

    offered = tuple(ModuleID(module) for module in sender or ())
    consumed = tuple(ModuleID(module) for module in receiver or ())
    connection.change(calls.set_party_modules(offered, consumed), keys)


def _delete(connection: "Connection", keys: "Keys | RawKeys") -> None:
    from ocn.registry import calls

    connection.change(calls.delete_party(), keys)
