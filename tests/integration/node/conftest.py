"""A node listening on a real socket, its way out real too; the registry and the database are in memory.

Beside it back ends that answer as told, byte by byte, and a client that sends bytes as told.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvloop
from tests.unit.node.directory import FakeDirectory, Listing

from ocn.node.client_info import ClientInfo
from ocn.node.compose import Parts, assemble
from ocn.node.config import NodeConfig
from ocn.node.copies.parts import CopyParts
from ocn.node.edge.application import Application
from ocn.node.edge.server import HttpServer
from ocn.node.exits import Exit, GuardedUrls
from ocn.node.members import Members
from ocn.node.outbound import AddressGuard, HttpClient, OutboundLimits
from ocn.node.serving import listening
from ocn.node.storage import MemoryLinkStore, MemoryPlatformStore
from ocn.ocpi.party_id import PartyId
from ocn.signing import PrivateKey

ADMIN_KEY = "admin-key"


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"uvloop": uvloop.new_event_loop}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> int:
        """The OCPI status; every answer of the node has one."""
        return int(self.json["status_code"])


async def read_answer(reader: asyncio.StreamReader, *, head_only: bool = False) -> Answer:
    """Read one HTTP answer; its length must be told."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:-2])}
    length = 0 if head_only else int(headers.get("content-length", "0"))
    return Answer(int(head[0].split()[1]), headers, await reader.readexactly(length))


@dataclass
class Request:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes


Behaviour = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]


def answer_bytes(body: bytes, status: int = 200, **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Told", f"content-length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def enveloped(data: object) -> bytes:
    return json.dumps({"status_code": 1000, "timestamp": "2026-01-01T00:00:00Z", "data": data}).encode()


class Backend:
    """A platform: answers discovery, then whatever ``behave`` does; notes what reaches it."""

    MODULES = (
        "locations",
        "sessions",
        "cdrs",
        "tariffs",
        "tokens",
        "commands",
        "chargingprofiles",
        "x-custom",
    )

    def __init__(self) -> None:
        self.port = 0
        self.received: list[Request] = []
        self.behave: Behaviour | None = None
        self.data: object = None
        self.endpoints: dict[str, str] = {}
        self.versions: object = None
        self.discoveries = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Backend"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            tasks = list(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                method, target, _ = head[0].split(" ")
                headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:-2])}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                await self._answer(Request(method, target, headers, body), writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> None:
        if request.target == "/versions":
            self.discoveries += 1
            offered = self.versions or [{"version": "2.2.1", "url": f"{self.url}/details"}]
            writer.write(answer_bytes(enveloped(offered)))
        elif request.target == "/details":
            endpoints = [
                {
                    "identifier": module,
                    "role": role,
                    "url": self.endpoints.get(module, f"{self.url}/{role.lower()}/{module}"),
                }
                for module in dict.fromkeys((*self.MODULES, *self.endpoints))
                for role in ("SENDER", "RECEIVER")
            ]
            writer.write(answer_bytes(enveloped({"version": "2.2.1", "endpoints": endpoints})))
        else:
            self.received.append(request)
            if self.behave is not None:
                await self.behave(request, writer)
            else:
                writer.write(answer_bytes(enveloped(self.data)))


@dataclass
class NodeAddress:
    """A node as its parties see it."""

    port: int
    url: str
    admin_key: str = field(repr=False)

    async def raw(self, data: bytes, *, eof: bool = False) -> bytes:
        """Send bytes on a connection of its own, and return all bytes until the node closes it."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(data)
            if eof:
                writer.write_eof()
            async with asyncio.timeout(30):
                return await reader.read()
        except ConnectionResetError:
            return b""
        finally:
            writer.close()

    async def call(
        self, method: str, target: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        """Send one well-formed request."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(request_bytes(method, target, headers or {}, body))
            async with asyncio.timeout(30):
                return await read_answer(reader, head_only=method == "HEAD")
        finally:
            writer.close()


@dataclass
class Node(NodeAddress):
    """A node in this process."""

    key: PrivateKey
    store: MemoryPlatformStore
    links: MemoryLinkStore
    connections: Collection[object]
    client_info: ClientInfo


def request_bytes(method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    lines = [f"{method} {target} HTTP/1.1", "host: node", *(f"{k}: {v}" for k, v in headers.items())]
    if body:
        lines.append(f"content-length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


@dataclass
class Party:
    id: PartyId
    key: PrivateKey
    node: NodeAddress
    backend: Backend
    token: str = ""

    def headers(self, to: "Party | PartyId", **more: str) -> dict[str, str]:
        receiver = to.id if isinstance(to, Party) else to
        return {
            "Authorization": f"Token {self.token}",
            "X-Request-ID": "req-1",
            "X-Correlation-ID": "corr-1",
            "OCPI-from-country-code": self.id.country_code,
            "OCPI-from-party-id": self.id.party_id,
            "OCPI-to-country-code": receiver.country_code,
            "OCPI-to-party-id": receiver.party_id,
            **{name.replace("_", "-"): value for name, value in more.items()},
        }

    async def call(
        self, to: "Party | PartyId", method: str, target: str, body: bytes = b"", **more: str
    ) -> Answer:
        target = target.removeprefix(self.node.url)
        return await self.node.call(method, target, self.headers(to, **more), body)

    def credentials(self, **changed: object) -> bytes:
        """The credentials object it would send."""
        role = {
            "role": "CPO",
            "country_code": self.id.country_code,
            "party_id": self.id.party_id,
            "business_details": {"name": "X"},
        }
        return json.dumps(
            {"token": "token-b", "url": f"{self.backend.url}/versions", "roles": [role], **changed}
        ).encode()

    async def invited(self) -> str:
        """Be given a TOKEN_A."""
        wanted = [{"country_code": self.id.country_code, "party_id": self.id.party_id}]
        admin = {"Authorization": f"Token {self.node.admin_key}"}
        answer = await self.node.call(
            "POST", "/admin/generate-registration-token", admin, json.dumps(wanted).encode()
        )
        return str(answer.json["token"])

    async def register(self, token_a: str, **changed: object) -> Answer:
        headers = {"Authorization": f"Token {token_a}"}
        answer = await self.node.call("POST", "/ocpi/2.2.1/credentials", headers, self.credentials(**changed))
        if answer.status == 200 and answer.code == 1000:
            self.token = answer.json["data"]["token"]
        return answer

    async def register_again(self, **changed: object) -> Answer:
        """Renew the registration by PUT."""
        headers = {"Authorization": f"Token {self.token}"}
        answer = await self.node.call("PUT", "/ocpi/2.2.1/credentials", headers, self.credentials(**changed))
        if answer.status == 200 and answer.code == 1000:
            self.token = answer.json["data"]["token"]
        return answer


class World:
    """Makes nodes and parties, and ends them."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self.registry = FakeDirectory()
        self.copies: CopyParts | None = None
        self._stack = stack

    async def node(self, **settings: Any) -> Node:
        config = NodeConfig(
            **{
                "url": "http://node.test",
                "listen": {"port": 0},
                "network": {"allow_http": True, "allow_private_addresses": True},
                **settings,
            }
        )
        guard = AddressGuard(
            allow_private=config.network.allow_private_addresses, allow_http=config.network.allow_http
        )
        limits = OutboundLimits(max_response_body=config.limits.answer_bytes)
        client = HttpClient(limits, guard)
        self._stack.push_async_callback(client.close)
        socket_holder = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
        port = socket_holder.sockets[0].getsockname()[1]
        socket_holder.close()
        await socket_holder.wait_closed()
        config = config.model_copy(
            update={
                "url": f"http://127.0.0.1:{port}",
                "listen": config.listen.model_copy(update={"port": port}),
            }
        )
        key, store, links = PrivateKey.generate(), MemoryPlatformStore(), MemoryLinkStore()
        members = Members(store)
        await members.refresh()
        parts = Parts(
            key=key,
            admin_key=ADMIN_KEY,
            platforms=store,
            links=links,
            directory=self.registry,
            outbound=Exit(client),
            url_check=GuardedUrls(guard),
            index_view=dict,
            problems=list,
            copies=self.copies,
        )
        application = assemble(config, parts, members)
        self._stack.push_async_callback(application.client_info.close)
        server = await self._stack.enter_async_context(_serving(application, config))
        return Node(
            port, config.url, ADMIN_KEY, key, store, links, server.connections, application.client_info
        )

    def list(self, party: PartyId, key: PrivateKey, operator: str, node_url: str) -> None:
        """List a party in the registry."""
        self.registry.listings[party] = Listing(key.address, operator, node_url, party)

    async def backend(self) -> Backend:
        return await self._stack.enter_async_context(Backend().listening())

    async def party(self, node: Node, country_code: str, party_id: str, *, register: bool = True) -> Party:
        party = Party(PartyId(country_code, party_id), PrivateKey.generate(), node, await self.backend())
        self.list(party.id, party.key, node.key.address, node.url)
        if register:
            answer = await party.register(await party.invited())
            assert answer.code == 1000, answer.body
        return party


@asynccontextmanager
async def _serving(application: Application, config: NodeConfig) -> AsyncIterator[HttpServer]:
    async with listening(application, config) as server:
        try:
            yield server
        finally:
            server.hurry()


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        yield World(stack)


@dataclass
class Network:
    world: World
    one: Node
    two: Node
    msp: Party
    cpo: Party
    cpx: Party

    def nothing_arrived(self) -> bool:
        """Whether no back end has been reached."""
        return not any(party.backend.received for party in (self.msp, self.cpo, self.cpx))


@pytest.fixture
async def network(world: World) -> Network:
    """Node one with eMSP and CPO, node two with another CPO."""
    one, two = await world.node(), await world.node()
    return Network(
        world,
        one,
        two,
        msp=await world.party(one, "DE", "MSP"),
        cpo=await world.party(one, "DE", "CPO"),
        cpx=await world.party(two, "NL", "CPX"),
    )


@pytest.fixture(params=["local", "remote"])
def station(request: pytest.FixtureRequest, network: Network) -> Party:
    """The CPO of the same node and the one behind the other node: the same must hold for both."""
    return network.cpo if request.param == "local" else network.cpx
