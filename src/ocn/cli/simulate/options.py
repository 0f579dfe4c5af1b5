"""Options of ``ocn simulate``: how a simulated party joins the network."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ocn.cli.simulate.joining import Joining
from ocn.errors import ConfigurationError
from ocn.ocpi.versions import VersionNumber

if TYPE_CHECKING:
    from ocn.ocpi.party_id import PartyId

_SIGNATURES, _REGISTRY = "Signatures", "Registry"


def joining_options(
    node: Annotated[str, typer.Option("--node", help="Public base URL of the node.")],
    party: Annotated[
        tuple[str, str], typer.Option("--party", metavar="CC ID", help="Country code and party id.")
    ],
    token_a: Annotated[
        str | None,
        typer.Option("--token-a", envvar="OCN_TOKEN_A", help="Registration token, for the first start."),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(
            "--key",
            "--keystore",
            help="File with the party's key, in hex or a keystore, for the first start; else one is made.",
        ),
    ] = None,
    directory: Annotated[
        Path | None,
        typer.Option(
            "--directory",
            help="Where key, registration and objects are kept; by default ./ocn-CCID.",
            show_default=False,
        ),
    ] = None,
    versions_url: Annotated[
        str | None, typer.Option("--versions-url", help="Where versions are, if not at NODE/ocpi/versions.")
    ] = None,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="TCP port; 0 keeps the one of the last start.")
    ] = 0,
    public_url: Annotated[
        str | None, typer.Option("--public-url", help="How the node reaches this party, if not there.")
    ] = None,
    register_only: Annotated[
        bool, typer.Option("--register-only", help="Register with the node, then end.")
    ] = False,
    ocpi: Annotated[
        VersionNumber | None,
        typer.Option(
            "--ocpi", help="Version to speak, by default 2.2.1 or else 2.2; 2.1.1 knows no signatures."
        ),
    ] = None,
    no_signatures: Annotated[
        bool, typer.Option("--no-signatures", help="Sign nothing.", rich_help_panel=_SIGNATURES)
    ] = False,
    accept_unsigned: Annotated[
        bool,
        typer.Option(
            "--accept-unsigned",
            help="Sign, but do not refuse what others have not signed.",
            rich_help_panel=_SIGNATURES,
        ),
    ] = False,
    list_at: Annotated[
        str | None,
        typer.Option(
            "--list-at",
            metavar="RPC",
            help="List the party in the registry of this JSON-RPC endpoint before it registers; "
            "SPENDER pays, or the party itself.",
            rich_help_panel=_REGISTRY,
        ),
    ] = None,
    operator: Annotated[
        str | None,
        typer.Option(
            "--operator",
            help="Address of the node's operator; by default the node is asked.",
            rich_help_panel=_REGISTRY,
        ),
    ] = None,
    registry: Annotated[
        str | None,
        typer.Option("--registry", help="Address of the Registry contract.", rich_help_panel=_REGISTRY),
    ] = None,
    permissions_address: Annotated[
        str | None,
        typer.Option(
            "--permissions-address",
            help="Address of the Permissions contract.",
            rich_help_panel=_REGISTRY,
        ),
    ] = None,
) -> Joining:
    """How the party joins."""
    from ocn.cli.party_options import party_id

    own = party_id(" ".join(party))
    return Joining(
        party=own,
        node=node,
        versions_url=versions_url,
        token_a=token_a,
        key_file=key,
        directory=directory or usual_directory(own),
        host=host,
        port=port,
        public_url=public_url,
        sign=not no_signatures,
        signatures_required=not accept_unsigned,
        list_at=list_at,
        operator=operator,
        registry=registry,
        permissions=permissions_address,
        register_only=register_only,
        ocpi=ocpi,
    )


def usual_directory(party: "PartyId") -> Path:
    """Return where a party's files are kept if nothing else is said.

    Raises:
        ConfigurationError: OCPI allows the party's codes, but they are no part of a file name (``../..``).
    """
    if not party.key.isalnum():
        raise ConfigurationError(
            f"the codes of {party} do not make a name for a directory", hint="Choose one with --directory."
        )
    return Path(f"ocn-{party.key}")
