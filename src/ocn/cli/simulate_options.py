"""Options of ``ocn simulate``: how a simulated party joins the network."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from ocn.errors import ConfigurationError
from ocn.ocpi.versions import VersionNumber

if TYPE_CHECKING:
    from ocn.chain.client import ChainClient
    from ocn.ocpi.party_id import PartyId
    from ocn.ocpi.roles import Role
    from ocn.party.listing import RegistryListing, RegistrySignatories
    from ocn.party.traffic import Watch
    from ocn.signing.keys import PrivateKey
    from ocn.simulation.connection import Connection

_SIGNATURES, _REGISTRY = "Signatures", "Registry"


@dataclass(frozen=True, slots=True)
class Joining:
    """What the options say."""

    party: "PartyId"
    node: str
    versions_url: str | None
    token_a: str | None = field(repr=False)
    key_file: Path | None
    directory: Path
    host: str
    port: int
    public_url: str | None
    sign: bool
    signatures_required: bool
    list_at: str | None
    operator: str | None
    registry: str | None
    permissions: str | None
    register_only: bool
    ocpi: VersionNumber | None

    @asynccontextmanager
    async def connection(self, watch: "Watch") -> "AsyncIterator[Connection]":
        """Open what the party needs; the registry only when it is to be listed there."""
        from ocn.chain.client import ChainClient
        from ocn.chain.rpc import RpcClient
        from ocn.party.errors import TokenMissing
        from ocn.simulation.connection import Connection
        from ocn.simulation.party_files import PartyFiles

        if self.token_a is None and not self.directory.exists():
            raise TokenMissing(
                f"{self.party} has not registered from {self.directory} before, and there is no TOKEN_A.",
                hint="Ask the node's operator for a registration token, and give it with --token-a.",
            )
        files = PartyFiles(self.directory, key=self._key(), host=self.host, port=self.port)

        def made(chain: ChainClient | None, operator: str = "") -> Connection:
            reader, listing = self._registry_parts(chain, files.key, operator)
            return Connection(
                node_url=self.node,
                versions_url=self.versions_url,
                token_a=self.token_a,
                storage=files.storage,
                key=files.key if self.sign else None,
                signatures_required=self.signatures_required,
                listing=listing,
                signatories=reader,
                host=self.host,
                port=files.port,
                public_url=self.public_url,
                watch=watch,
                version=self.ocpi,
            )

        if self.list_at is None:
            yield made(None)
            return
        async with RpcClient(self.list_at) as rpc:
            yield made(ChainClient(rpc), self.operator or await _operator_of(self.node))

    def refuse_directory_of_another(self, role: "Role") -> None:
        """A directory holds one registration: another party or role would only seem to be registered."""
        file, own = self._owner(role)
        kept = file.read_text("utf-8").strip() if file.is_file() else own
        if kept != own:
            raise ConfigurationError(
                f"{self.directory} is the directory of ({kept}), not of ({own})",
                hint="Choose another with --directory.",
            )

    def keep_directory_for(self, role: "Role") -> None:
        """From now on the directory is this party's."""
        file, own = self._owner(role)
        file.write_text(f"{own}\n", "utf-8")

    def refuse_registration_elsewhere(self, versions_url: str) -> None:
        """The node that is named must be the one that the party is registered with."""
        if urlsplit(versions_url).netloc != urlsplit(self.versions_url or self.node).netloc:
            raise ConfigurationError(
                f"{self.party} registered from {self.directory} with {versions_url}, not with {self.node}",
                hint="Name that node, or choose another --directory to register anew.",
            )

    def _owner(self, role: "Role") -> tuple[Path, str]:
        return self.directory / "party", f"{self.party}, {role}"

    def _registry_parts(
        self, chain: "ChainClient | None", key: "PrivateKey", operator: str
    ) -> "tuple[RegistrySignatories | None, RegistryListing | None]":
        if chain is None:
            return None, None
        from ocn.chain.networks import BUILT_IN
        from ocn.chain.transactions import Sender
        from ocn.party.listing import RegistryListing, RegistrySignatories
        from ocn.registry.reading import RegistryReader
        from ocn.registry.writing import RegistryWriter

        registry = self.registry or BUILT_IN["local"].registry
        permissions = self.permissions or BUILT_IN["local"].permissions
        reader = RegistryReader(chain, registry, permissions)
        payer = _payer()
        writer = RegistryWriter(Sender(chain, payer or key), registry, permissions)
        listing = RegistryListing(reader, writer, key=key, operator=operator, pays_itself=payer is None)
        return RegistrySignatories(reader), listing

    def _key(self) -> "PrivateKey | None":
        if self.key_file is None:
            return None
        from ocn.chain.wallet import key_from_file, password_source

        prompt = f"Password of {self.key_file}: "
        return key_from_file(self.key_file, password_source(None, os.environ, prompt=prompt))


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


def _payer() -> "PrivateKey | None":
    from ocn.chain.wallet import key_from_hex

    text = os.environ.get("SPENDER")
    return key_from_hex(text, "the variable SPENDER") if text else None


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


async def _operator_of(node: str) -> str:
    """Ask an OCN node who operates it."""
    import aiohttp

    url = f"{node.rstrip('/')}/ocn/registry/node-info"
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http,
            http.get(url) as answer,
        ):
            return str((await answer.json())["address"])
    except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(
            f"{url} does not say who operates the node", hint="Give --operator."
        ) from error
