"""A whole local network of real processes: a chain with the contracts, and two nodes listed in them."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import aiohttp

from ocn.chain.client import ChainClient
from ocn.chain.errors import ChainError
from ocn.chain.rpc import RpcClient
from ocn.chain.transactions import Sender
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role
from ocn.party.joining.listing import RegistryListing, RegistrySignatories
from ocn.registry.calls import Change, create_agreement, set_node, set_party, set_service
from ocn.registry.listings import Permission
from ocn.registry.reading import RegistryReader
from ocn.registry.writing import RegistryWriter
from ocn.signing.keys import PrivateKey
from ocn.simulation.errors import NetworkFailed
from ocn.simulation.network.files import CHAIN, HOST, SPENDER, NetworkFiles, NodeFiles, Ports
from ocn.simulation.network.held_ports import held_ports, in_use
from ocn.simulation.network.processes import Process, ProcessGroup

_READ_S, _POLL_S = 30.0, 0.05
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LocalNode:
    """A node of the network, seen from outside."""

    name: str
    url: str
    operator: str
    admin_key: str = field(repr=False)

    @property
    def versions_url(self) -> str:
        """Where a party starts."""
        return f"{self.url}/ocpi/versions"


class LocalNetwork:
    """A network that is up. Everything here goes through interfaces that anybody could use."""

    def __init__(
        self, files: NetworkFiles, group: ProcessGroup, http: aiohttp.ClientSession, chain: ChainClient
    ) -> None:
        self.directory = files.directory
        self.logs = files.logs
        self.chain_url = files.chain_url
        self.registry, self.permissions = CHAIN.registry, CHAIN.permissions
        self.nodes: Sequence[LocalNode] = tuple(
            LocalNode(node.name, node.url, node.key.address, node.admin_key) for node in files.nodes
        )
        self._group = group
        self._http = http
        self.chain = chain
        self._reader = RegistryReader(chain, CHAIN.registry, CHAIN.permissions)
        self.signatories = RegistrySignatories(self._reader)
        self._writer = RegistryWriter(Sender(chain, SPENDER), CHAIN.registry, CHAIN.permissions)

    async def watch(self) -> None:
        """Wait for a process to end by itself; NetworkFailed when one does."""
        await self._group.watch()

    async def while_up(self, work: Coroutine[None, None, T]) -> T:
        """Do something, unless a process of the network ends meanwhile.

        Raises:
            NetworkFailed: one did.
        """
        doing, watching = asyncio.ensure_future(work), asyncio.ensure_future(self.watch())
        try:
            await asyncio.wait((doing, watching), return_when=asyncio.FIRST_COMPLETED)
            if not doing.done():
                watching.result()
        finally:
            for task in (doing, watching):
                task.cancel()
            await asyncio.gather(doing, watching, return_exceptions=True)
        return doing.result()

    async def list_node(self, node: LocalNode, key: PrivateKey) -> None:
        """List a node in the registry, unless it is."""
        listed = await self._reader.node(node.operator)
        if listed is None or listed.url != node.url:
            await self._change(set_node(node.url), key)

    async def list_party(
        self, party: PartyId, roles: tuple[Role, ...], key: PrivateKey, node: LocalNode
    ) -> None:
        """List a party under a node, unless it is, and wait until the nodes have read it."""
        listed = await self._reader.party(party)
        if listed is None or (listed.address, listed.operator) != (key.address, node.operator):
            await self._change(set_party(party, roles, node.operator), key)
        await self.seen_everywhere(party, at=node)

    def listing(self, key: PrivateKey, node: LocalNode) -> RegistryListing:
        """What lists a party under a node; the network pays."""
        return RegistryListing(self._reader, self._writer, key=key, operator=node.operator)

    async def seen_everywhere(self, party: PartyId, *, at: LocalNode | None = None) -> str:
        """Wait until every node has read a party's listing (at a node); return the URL of its node."""
        async with asyncio.timeout(_READ_S):
            while True:
                homes = {await self.node_of(party, asking=node) for node in self.nodes}
                home = homes.pop()
                if home is not None and not homes and (at is None or home == at.url):
                    return home
                await asyncio.sleep(_POLL_S)

    async def node_of(self, party: PartyId, *, asking: LocalNode | None = None) -> str | None:
        """Ask a node which node serves a party, by the registry."""
        url = f"{(asking or self.nodes[0]).url}/ocn/registry/node/{party.country_code}/{party.party_id}"
        async with self._http.get(url) as answer:
            listing = await answer.json(content_type=None) if "json" in answer.content_type else {}
        found = listing.get("url")
        return found if isinstance(found, str) else None

    async def offer_service(
        self, name: str, url: str, permissions: Sequence[Permission], key: PrivateKey
    ) -> None:
        """List a service of a party, which must be listed itself."""
        await self._change(set_service(name, url, tuple(permissions)), key)

    async def permit(self, provider: str, key: PrivateKey) -> None:
        """Let a listed party agree that a service receives copies of what it sends."""
        await self._change(create_agreement(provider), key)

    async def read_everywhere(self) -> None:
        """Wait until every node has read what the chain has by now."""
        head = await self.chain.head_number()
        async with asyncio.timeout(_READ_S):
            while True:
                if all([await self._cursor(node) >= head for node in self.nodes]):
                    return
                await asyncio.sleep(_POLL_S)

    async def _cursor(self, node: LocalNode) -> int:
        headers = {"Authorization": f"Token {node.admin_key}"}
        async with self._http.get(f"{node.url}/admin/node", headers=headers) as answer:
            cursor = (await answer.json())["registry"]["cursor"]
        return int(cursor) if cursor is not None else -1

    async def is_connected(self, party: PartyId, node: LocalNode) -> bool:
        """Ask a node's operator whether a party is registered there, now reachable or not."""
        url = f"{node.url}/admin/parties/{party.country_code}/{party.party_id}"
        async with self._http.get(url, headers={"Authorization": f"Token {node.admin_key}"}) as answer:
            return answer.status == 200

    async def invite(self, party: PartyId, node: LocalNode) -> str:
        """Ask a node's operator for a TOKEN_A."""
        async with self._http.post(
            f"{node.url}/admin/generate-registration-token",
            headers={"Authorization": f"Token {node.admin_key}"},
            json=[{"country_code": party.country_code, "party_id": party.party_id}],
        ) as answer:
            if answer.status != 200:
                raise NetworkFailed(f"{node.name} gives no TOKEN_A: {(await answer.text())[:500]}")
            return str((await answer.json())["token"])

    async def conversions(self) -> list[dict[str, Any]]:
        """Ask every node's operator what was lost, or refused, when messages were converted."""
        reports: list[dict[str, Any]] = []
        for node in self.nodes:
            headers = {"Authorization": f"Token {node.admin_key}"}
            async with self._http.get(f"{node.url}/admin/conversions", headers=headers) as answer:
                reports += await answer.json()
        return reports

    async def _change(self, change: Change, key: PrivateKey) -> None:
        try:
            await self._writer.send_typed(change, key)
        except ChainError as error:
            raise NetworkFailed(f"the registry did not take {change.function}: {error.message}") from error


@asynccontextmanager
async def local_network(
    directory: Path, ports: Ports | None = None, *, signatures_required: bool = True
) -> AsyncIterator[LocalNetwork]:
    """Run a network in a directory for the length of a block.

    ``signatures_required`` says whether its nodes refuse what a party has not signed.

    Raises:
        ConfigurationError: the directory or a port cannot be used.
        NetworkFailed: a process did not start; the message has the end of its log.
    """
    files = NetworkFiles(directory, ports or Ports(), signatures_required=signatures_required)
    chain = ChainClient(RpcClient(files.chain_url))
    timeout = aiohttp.ClientTimeout(total=5)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as http, ProcessGroup(files.logs) as group:
            await _refuse_ports_in_use(files)
            with held_ports(HOST, (files.ports.chain, *files.ports.nodes)):
                network = await _started(files, group, chain, http)
            yield network
    finally:
        await chain.close()


async def _started(
    files: NetworkFiles, group: ProcessGroup, chain: ChainClient, http: aiohttp.ClientSession
) -> LocalNetwork:
    await _start_chain(files, group, chain)
    nodes = [
        await group.start(node.name, ["node", "run", "--config", str(node.config)], {})
        for node in files.nodes
    ]
    network = LocalNetwork(files, group, http, chain)
    for node, of_files in zip(network.nodes, files.nodes, strict=True):
        await network.list_node(node, of_files.key)
    await asyncio.gather(*(_ready(p, n, http) for p, n in zip(nodes, files.nodes, strict=True)))
    return network


async def _refuse_ports_in_use(files: NetworkFiles) -> None:
    for port in (files.ports.chain, *files.ports.nodes):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            continue
        writer.close()
        raise in_use(port)


async def _start_chain(files: NetworkFiles, group: ProcessGroup, chain: ChainClient) -> None:
    arguments = ["chain", "run", "--port", str(files.ports.chain), "--state", str(files.chain_state)]
    process = await group.start("chain", arguments, {})

    async def answers() -> bool:
        try:
            return await chain.chain_id() == CHAIN.chain_id
        except ChainError:
            return False

    await process.until_ready(answers)


async def _ready(process: Process, node: NodeFiles, http: aiohttp.ClientSession) -> None:
    async def answers() -> bool:
        try:
            async with http.get(f"{node.url}/ready") as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    await process.until_ready(answers)
