"""``ocn registry``: the commands about services and agreements."""

from typing import TYPE_CHECKING, Annotated

import typer

from ocn.cli.options import takes
from ocn.cli.party_options import PairCommand
from ocn.cli.registry.options import SpreadCommand, connection_options, key_options, raw_key_options
from ocn.cli.registry.parties import Address, Credentials, one_of, party_id

if TYPE_CHECKING:
    from ocn.cli.accounts import Keys
    from ocn.cli.registry.session import Connection, RawKeys
    from ocn.registry.listings import Service
    from ocn.registry.reading import RegistryReader

app = typer.Typer()
_SERVICES = "Services"
_AGREEMENTS = "Agreements"
_Provider = Annotated[str, typer.Argument(help="Address of the service's provider.")]
_Name = Annotated[str, typer.Option("--name", help="Name of the service.")]
_Url = Annotated[str, typer.Option("--url", "-u", help="Where users find more about it.")]
_Permissions = Annotated[
    list[str],
    typer.Option(
        "--permissions",
        "-p",
        metavar="PERMISSION...",
        help="What it asks to receive, such as FORWARD_ALL or FORWARD_MODULE_CDRS_SENDER; or their numbers.",
    ),
]


@app.command(
    "get-service", rich_help_panel=_SERVICES, epilog="Example: ocn registry get-service 0x63ed...d1a4 --json"
)
@takes(connection=connection_options)
def get_service(provider: _Provider, connection: "Connection") -> None:
    """Show the service of a provider."""
    from ocn.cli.accounts import account
    from ocn.cli.output import show_one
    from ocn.cli.registry.output import service_json

    address = account(provider)
    service = connection.ask(lambda reader: reader.service(address))
    missing = "Provider has no Service listed"
    show_one(service, service_json, as_json=connection.as_json, missing=missing)


@app.command("list-services", rich_help_panel=_SERVICES, epilog="Example: ocn registry list-services")
@takes(connection=connection_options)
def list_services(connection: "Connection") -> None:
    """List every service, each once."""
    from ocn.cli.output import show_all
    from ocn.cli.registry.output import service_json

    services = connection.ask(lambda reader: reader.services())
    show_all(services, service_json, as_json=connection.as_json, nothing="No services are listed.")


@app.command(
    "set-service",
    cls=SpreadCommand,
    rich_help_panel=_SERVICES,
    epilog="Example: SIGNER=0x... ocn registry set-service -p FORWARD_MODULE_CDRS_SENDER",
)
@takes(connection=connection_options, keys=key_options)
def set_service(
    permissions: _Permissions,
    connection: "Connection",
    keys: "Keys",
    name: _Name = "",
    url: _Url = "",
) -> None:
    """Offer a service of the signer, or change it."""
    _set_service(name, url, permissions, connection, keys)


@app.command(
    "set-service-raw",
    cls=SpreadCommand,
    rich_help_panel=_SERVICES,
    epilog="Example: SIGNER=0x... SPENDER=0x... ocn registry set-service-raw -p FORWARD_ALL --typed",
)
@takes(connection=connection_options, keys=raw_key_options)
def set_service_raw(
    permissions: _Permissions,
    connection: "Connection",
    keys: "RawKeys",
    name: _Name = "",
    url: _Url = "",
) -> None:
    """Offer a service of the signer, or change it, paid by the spender."""
    _set_service(name, url, permissions, connection, keys)


@app.command(
    "delete-service", rich_help_panel=_SERVICES, epilog="Example: SIGNER=0x... ocn registry delete-service"
)
@takes(connection=connection_options, keys=key_options)
def delete_service(connection: "Connection", keys: "Keys") -> None:
    """End the signer's service."""
    _delete_service(connection, keys)


@app.command(
    "delete-service-raw",
    rich_help_panel=_SERVICES,
    epilog="Example: SIGNER=0x... SPENDER=0x... ocn registry delete-service-raw",
)
@takes(connection=connection_options, keys=raw_key_options)
def delete_service_raw(connection: "Connection", keys: "RawKeys") -> None:
    """End the signer's service, paid by the spender."""
    _delete_service(connection, keys)


@app.command(
    "get-agreements",
    cls=PairCommand,
    rich_help_panel=_AGREEMENTS,
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
    rich_help_panel=_AGREEMENTS,
    epilog="Example: SIGNER=0x... ocn registry set-agreement 0x63ed...d1a4",
)
@takes(connection=connection_options, keys=key_options)
def set_agreement(provider: _Provider, connection: "Connection", keys: "Keys") -> None:
    """Agree, as the signer, that a provider's service receives copies."""
    _agree(provider, connection, keys)


@app.command(
    "set-agreement-raw",
    rich_help_panel=_AGREEMENTS,
    epilog="Example: SIGNER=0x... SPENDER=0x... ocn registry set-agreement-raw 0x63ed...d1a4",
)
@takes(connection=connection_options, keys=raw_key_options)
def set_agreement_raw(provider: _Provider, connection: "Connection", keys: "RawKeys") -> None:
    """Agree, as the signer and paid by the spender, that a provider's service receives copies."""
    _agree(provider, connection, keys)


@app.command(
    "revoke-agreement",
    rich_help_panel=_AGREEMENTS,
    epilog="Example: SIGNER=0x... ocn registry revoke-agreement 0x63ed...d1a4",
)
@takes(connection=connection_options, keys=key_options)
def revoke_agreement(provider: _Provider, connection: "Connection", keys: "Keys") -> None:
    """Take the signer's agreement back."""
    _revoke(provider, connection, keys)


@app.command(
    "revoke-agreement-raw",
    rich_help_panel=_AGREEMENTS,
    epilog="Example: SIGNER=0x... SPENDER=0x... ocn registry revoke-agreement-raw 0x63ed...d1a4 --typed",
)
@takes(connection=connection_options, keys=raw_key_options)
def revoke_agreement_raw(provider: _Provider, connection: "Connection", keys: "RawKeys") -> None:
    """Take the signer's agreement back, paid by the spender."""
    _revoke(provider, connection, keys)


def _set_service(
    name: str, url: str, permissions: list[str], connection: "Connection", keys: "Keys | RawKeys"
) -> None:
    from ocn.registry import calls

    connection.change(calls.set_service(name, url, tuple(map(_permission, permissions))), keys)


def _permission(text: str) -> int:
    from ocn.errors import ConfigurationError
    from ocn.registry.listings import Permission

    if text.isascii() and text.isdigit():
        return int(text)
    try:
        return Permission[text.upper()]
    except KeyError:
        raise ConfigurationError(
            f"there is no permission {text}", hint=f"Choose of {', '.join(Permission.__members__)}."
        ) from None


def _delete_service(connection: "Connection", keys: "Keys | RawKeys") -> None:
    from ocn.registry import calls

    connection.change(calls.delete_service(), keys)


def _agree(provider: str, connection: "Connection", keys: "Keys | RawKeys") -> None:
    from ocn.cli.accounts import account
    from ocn.registry import calls

    connection.change(calls.create_agreement(account(provider)), keys)


def _revoke(provider: str, connection: "Connection", keys: "Keys | RawKeys") -> None:
    from ocn.cli.accounts import account
    from ocn.registry import calls

    connection.change(calls.revoke_agreement(account(provider)), keys)
