"""What a registry command does once its options are known: connect, ask or change, print."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from ocn.chain.client import ChainClient
from ocn.chain.networks import Network, contract_address
from ocn.chain.rpc import RpcClient
from ocn.chain.transactions import Sender
from ocn.chain.values import Receipt
from ocn.cli.accounts import Keys
from ocn.cli.chain_options import chosen_network
from ocn.cli.output import show_receipt
from ocn.registry.calls import Change
from ocn.registry.reading import RegistryReader
from ocn.registry.writing import RegistryWriter

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Connection:
    """A network, and how its answers are printed."""

    network: Network
    as_json: bool

    def ask(self, question: Callable[[RegistryReader], Awaitable[T]]) -> T:
        """Run a question against the contracts."""

        async def run() -> T:
            async with RpcClient(self.network.rpc_url) as rpc:
                return await question(self._reader(ChainClient(rpc)))

        return asyncio.run(run())

    def change(
        self,
        change: Change,
        keys: "Keys | RawKeys",
        *,
        unless: Callable[[RegistryReader, str], Awaitable[None]] | None = None,
    ) -> None:
        """Make a change and print the receipt; ``unless`` may look at the chain first, and raise."""
        owner = keys.key() if isinstance(keys, Keys) else keys.owner.key()
        payer = owner if isinstance(keys, Keys) else keys.payer.key()

        async def run() -> Receipt:
            async with RpcClient(self.network.rpc_url) as rpc:
                chain = ChainClient(rpc)
                if unless is not None:
                    await unless(self._reader(chain), owner.address)
                writer = RegistryWriter(Sender(chain, payer), self.network.registry, self.network.permissions)
                if isinstance(keys, Keys):
                    return await writer.send(change)
                return await (writer.send_typed if keys.typed else writer.send_raw)(change, owner)

        show_receipt(asyncio.run(run()), as_json=self.as_json)

    def _reader(self, chain: ChainClient) -> RegistryReader:
        return RegistryReader(chain, self.network.registry, self.network.permissions)


@dataclass(frozen=True, slots=True)
class RawKeys:
    """The key that owns the listing, the key that pays, and which kind of signature joins them."""

    owner: Keys
    payer: Keys
    typed: bool


def connect(
    network: str,
    network_file: Path | None,
    rpc: str | None,
    registry: str | None,
    permissions: str | None,
    *,
    as_json: bool,
) -> Connection:
    """Return the network that the options describe; the more particular option wins.

    Raises:
        ConfigurationError: an option that cannot be used.
    """
    chosen = chosen_network(network, network_file, rpc)
    if registry is not None:
        chosen = replace(chosen, registry=contract_address(registry, "Registry"))
    if permissions is not None:
        chosen = replace(chosen, permissions=contract_address(permissions, "Permissions"))
    return Connection(chosen, as_json)
