"""How a simulated party joins the network, as the options say."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ocn.errors import ConfigurationError
from ocn.ocpi.versions import VersionNumber

if TYPE_CHECKING:
    from ocn.chain.client import ChainClient
    from ocn.ocpi.party_id import PartyId
    from ocn.ocpi.roles import Role
    from ocn.party.joining.listing import RegistryListing, RegistrySignatories
    from ocn.party.traffic import Watch
    from ocn.signing.keys import PrivateKey
    from ocn.simulation.parties.connection import Connection


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
        from ocn.simulation.network.party_files import PartyFiles
        from ocn.simulation.parties.connection import Connection

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
        from ocn.party.joining.listing import RegistryListing, RegistrySignatories
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


def _payer() -> "PrivateKey | None":
    from ocn.chain.wallet import key_from_hex

    text = os.environ.get("SPENDER")
    return key_from_hex(text, "the variable SPENDER") if text else None


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
