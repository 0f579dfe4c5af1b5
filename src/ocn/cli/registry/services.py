"""``ocn registry``: the commands about services."""

from typing import TYPE_CHECKING, Annotated

import typer

from ocn.cli.options import takes
from ocn.cli.registry.options import SpreadCommand, connection_options, key_options, raw_key_options

if TYPE_CHECKING:
    from ocn.cli.accounts import Keys
    from ocn.cli.registry.session import Connection, RawKeys

app = typer.Typer()
_PANEL = "Services"
Provider = Annotated[str, typer.Argument(help="Address of the service's provider.")]
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
    "get-service", rich_help_panel=_PANEL, epilog="Example: ocn registry get-service 0x63ed...d1a4 --json"
)
@takes(connection=connection_options)
def get_service(provider: Provider, connection: "Connection") -> None:
    """Show the service of a provider."""
    from ocn.cli.accounts import account
    from ocn.cli.output import show_one
    from ocn.cli.registry.output import service_json

    address = account(provider)
    service = connection.ask(lambda reader: reader.service(address))
    missing = "Provider has no Service listed"
    show_one(service, service_json, as_json=connection.as_json, missing=missing)


@app.command("list-services", rich_help_panel=_PANEL, epilog="Example: ocn registry list-services")
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
    rich_help_panel=_PANEL,
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
    rich_help_panel=_PANEL,
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
    "delete-service", rich_help_panel=_PANEL, epilog="Example: SIGNER=0x... ocn registry delete-service"
)
@takes(connection=connection_options, keys=key_options)
def delete_service(connection: "Connection", keys: "Keys") -> None:
    """End the signer's service."""
    _delete_service(connection, keys)


@app.command(
    "delete-service-raw",
    rich_help_panel=_PANEL,
    epilog="Example: SIGNER=0x... SPENDER=0x... ocn registry delete-service-raw",
)
@takes(connection=connection_options, keys=raw_key_options)
def delete_service_raw(connection: "Connection", keys: "RawKeys") -> None:
    """End the signer's service, paid by the spender."""
    _delete_service(connection, keys)


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
