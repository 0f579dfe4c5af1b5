"""A whole network of processes whose nodes and chain a test may kill, stop and start again."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
from tests.integration.node.conftest import Backend, NodeAddress, Party

from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role
from ocn.signing.keys import PrivateKey
from ocn.simulation.network.network import LocalNetwork, LocalNode, local_network
from ocn.simulation.network.processes import Process, ProcessGroup


async def until(answers: Callable[[], Awaitable[bool]]) -> None:
    """Ask until the answer is yes, for half a minute."""
    async with asyncio.timeout(30):
        while not await answers():
            await asyncio.sleep(0.02)


class Operated:
    """The network in the hands of its operators, and parties with hand-written back ends."""

    def __init__(self, network: LocalNetwork, stack: AsyncExitStack) -> None:
        self.network = network
        self.nodes = [
            NodeAddress(int(node.url.rpartition(":")[2]), node.url, node.admin_key) for node in network.nodes
        ]
        self._stack = stack
        self._listed = 0
        self._group: ProcessGroup = network._group
        chain, *nodes = self._group._processes
        self.processes: dict[str, Process] = {"chain": chain}
        self.processes |= {node.name: process for node, process in zip(network.nodes, nodes, strict=True)}

    async def end(self, name: str, number: signal.Signals) -> int:
        """Send a signal to a process and wait for its end."""
        os.kill(self.processes[name].pid, number)
        return await self.processes[name].ended()

    async def start(self, name: str, **environment: str) -> None:
        """Start a process that has ended; a node is ready, or at least healthy without its chain."""
        if name == "chain":
            port = self.network.chain_url.rpartition(":")[2]
            state = str(self.network.directory / "chain.sqlite")
            arguments = ["chain", "run", "--port", port, "--state", state]
        else:
            arguments = ["node", "run", "--config", str(self.network.directory / name / "node.toml")]
        process = await self._group.start(name, arguments, environment)
        self.processes[name] = process
        if name != "chain":
            path = "/ready" if self.processes["chain"].running else "/health"
            await process.until_ready(lambda: self.is_ok(self._node(name), path))

    async def restart(self, name: str, **environment: str) -> None:
        """Kill a process and start it again, with these settings."""
        await self.end(name, signal.SIGKILL)
        await self.start(name, **environment)

    async def seen(self) -> None:
        """Wait until every node has read the newest block: a party that is listed last is seen by all."""
        number = self._listed = self._listed + 1
        digits = f"{number:03}"
        party = PartyId("ZZ", digits)
        await self.network.list_party(
            party, (Role.OTHER,), PrivateKey.generate(), self.network.nodes[number % 2]
        )

    async def is_ok(self, node: NodeAddress, path: str) -> bool:
        """Whether a node answers 200."""
        try:
            return (await node.call("GET", path)).status == 200
        except (ConnectionError, asyncio.IncompleteReadError):
            return False

    async def party(self, node: int, country_code: str, party_id: str, *, register: bool = True) -> Party:
        """List a party under a node and let it register."""
        backend = await self._stack.enter_async_context(Backend().listening())
        address = self.nodes[node]
        party = Party(PartyId(country_code, party_id), PrivateKey.generate(), address, backend)
        await self.network.list_party(party.id, (Role.CPO,), party.key, self._local(address))
        if register:
            answer = await party.register(await party.invited())
            assert answer.code == 1000, answer.body
        return party

    def _node(self, name: str) -> NodeAddress:
        return self.nodes[[node.name for node in self.network.nodes].index(name)]

    def _local(self, address: NodeAddress) -> LocalNode:
        return next(node for node in self.network.nodes if node.url == address.url)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def operated(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Operated]:
    directory = tmp_path_factory.mktemp("network")
    async with local_network(directory, signatures_required=False) as network, AsyncExitStack() as stack:
        yield Operated(network, stack)


__all__ = ["Operated", "until"]
