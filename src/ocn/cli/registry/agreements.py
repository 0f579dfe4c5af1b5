"""``ocn registry``: the commands about agreements, by which parties have copies of their messages sent."""

from typing import TYPE_CHECKING

import typer

from ocn.cli.options import takes
from ocn.cli.party_options import PairCommand
from ocn.cli.registry.named_party import Address, Credentials, one_of, party_id
from ocn.cli.registry.options import connection_options, key_options, raw_key_options
from ocn.cli.registry.services import Provider

if TYPE_CHECKING:
    from ocn.cli.accounts import Keys
    from ocn.cli.registry.session import Connection, RawKeys
    from ocn.registry.listings import Service
    from ocn.registry.reading import RegistryReader

app = typer.Typer()
_PANEL = "Agreements"


@app.command(
    "get-agreements",
    cls=PairCommand,
    rich_help_panel=_PANEL,
    epilog="Example: ocn registry get-agreements -c DE MSP",
)
@takes(connection=connection_options)
def get_agreements(
    connection: "Connection", address: Address = None, credentials: Credentials = None
) -> None:
    """List the services that a party has agreed to, by its address or its ids."""
    from ocn.cli.accounts import account
    from ocn.cli.output import show_all
    from ocn.cli.registry.output import service_json

    if one_of(address, credentials) is not None:
        user = account(str(address))
        services = connection.ask(lambda reader: reader.agreements_of(user))
    else:
        ids = party_id(*(credentials or ("", "")))

        async def of_party(reader: "RegistryReader") -> "list[Service]":
            listing = await reader.party(ids)
            return [] if listing is None else await reader.agreements_of(listing.address)

        services = connection.ask(of_party)
    show_all(services, service_json, as_json=connection.as_json, nothing="No agreements were made.")


@app.command(
    "set-agreement",
    rich_help_panel=_PANEL,
    epilog="Example: SIGNER=0x... ocn registry set-agreement 0x63ed...d1a4",
)
@takes(connection=connection_options, keys=key_options)
def set_agreement(provider: Provider, connection: "Connection", keys: "Keys") -> None:
    """Agree, as the signer, that a provider's service receives copies."""
    _agree(provider, connection, keys)


@app.command(
    "set-agreement-raw",
    rich_help_panel=_PANEL,
    epilog="Example: SIGNER=0x... SPENDER=0x... ocn registry set-agreement-raw 0x63ed...d1a4",
)
@takes(connection=connection_options, keys=raw_key_options)
def set_agreement_raw(provider: Provider, connection: "Connection", keys: "RawKeys") -> None:
    """Agree, as the signer and paid by the spender, that a provider's service receives copies."""
    _agree(provider, connection, keys)


@app.command(
    "revoke-agreement",
    rich_help_panel=_PANEL,
    epilog="Example: SIGNER=0x... ocn registry revoke-agreement 0x63ed...d1a4",
)
@takes(connection=connection_options, keys=key_options)
def revoke_agreement(provider: Provider, connection: "Connection", keys: "Keys") -> None:
    """Take the signer's agreement back."""
    _revoke(provider, connection, keys)


@app.command(
    "revoke-agreement-raw",
    rich_help_panel=_PANEL,
    epilog="Example: SIGNER=0x... SPENDER=0x... ocn registry revoke-agreement-raw 0x63ed...d1a4 --typed",
)
@takes(connection=connection_options, keys=raw_key_options)
def revoke_agreement_raw(provider: Provider, connection: "Connection", keys: "RawKeys") -> None:
    """Take the signer's agreement back, paid by the spender."""
    _revoke(provider, connection, keys)


def _agree(provider: str, connection: "Connection", keys: "Keys | RawKeys") -> None:
    from ocn.cli.accounts import account
    from ocn.registry import calls

    connection.change(calls.create_agreement(account(provider)), keys)


def _revoke(provider: str, connection: "Connection", keys: "Keys | RawKeys") -> None:
    from ocn.cli.accounts import account
    from ocn.registry import calls

    connection.change(calls.revoke_agreement(account(provider)), keys)
