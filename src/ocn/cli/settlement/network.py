"""What a settlement command does once its options are known: connect, run, and say what is waited for."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from rich.console import Console

from ocn.chain.client import ChainClient
from ocn.chain.networks import Network, contract_address
from ocn.chain.rpc import RpcClient
from ocn.cli.accounts import Keys
from ocn.cli.chain_options import chosen_network
from ocn.cli.settlement.session import Session
from ocn.errors import ConfigurationError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Settlement:
    """A network with the contract, and how answers are printed."""

    network: Network
    lanes: str
    index_file: Path | None
    as_json: bool

    def run(self, command: Callable[["Session"], Awaitable[T]], keys: Keys | None = None) -> T:
        """Run a command against the chain; with keys, it may send."""
        key = None if keys is None else keys.key()

        async def work() -> T:
            async with RpcClient(self.network.rpc_url) as rpc, _progress() as tell:
                session = Session(self.network, self.lanes, self.index_file, ChainClient(rpc), key, tell)
                await session.require_network()
                return await command(session)

        return asyncio.run(work())


def settlement(
    network: str,
    network_file: Path | None,
    rpc: str | None,
    lanes: str | None,
    index_file: Path | None,
    *,
    as_json: bool,
) -> Settlement:
    """Return what the options describe; the more particular option wins.

    Raises:
        ConfigurationError: an option that cannot be used, or no contract is known.
    """
    chosen = chosen_network(network, network_file, rpc)
    contract = chosen.lanes if lanes is None else contract_address(lanes, "Lanes")
    if contract is None:
        raise ConfigurationError(
            f"no contract for settlement is known on {chosen.name}",
            hint='Give --lanes, or "contracts": {"Lanes": {"address"}} in the network file.',
        )
    return Settlement(chosen, contract, index_file, as_json)


@asynccontextmanager
async def _progress() -> AsyncIterator[Callable[[str], None]]:
    """Say on standard error what is waited for: in place on a terminal, line by line elsewhere."""
    console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    if not console.is_terminal:
        yield console.print
        return
    with console.status("") as status:
        yield status.update
