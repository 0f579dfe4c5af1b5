"""Two nodes and their back ends in one process: real stages, fakes of the ports."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from tests.unit.node.directory import FakeDirectory, Listing

from ocn.node.compose import HubStore, Parts, assemble
from ocn.node.config import NodeConfig
from ocn.node.copies.parts import CopyParts
from ocn.node.edge.application import Application
from ocn.node.edge.server import ServerLimits
from ocn.node.edge.server.message import Refusal
from ocn.node.edge.server.reader import RequestReader
from ocn.node.exits import GuardedUrls
from ocn.node.forwarding.lanes import Lanes
from ocn.node.forwarding.nothing_stored import NothingStored
from ocn.node.members import Members
from ocn.node.object_store.noting import Notes
from ocn.node.object_store.port import ObjectStore
from ocn.node.outbound import AddressGuard
from ocn.node.storage import (
    MemoryClientInfoStore,
    MemoryLinkStore,
    MemoryObjectStore,
    MemoryPlatformStore,
)
from ocn.ocpi.errors import InvalidParameters, ReceiverUnreachable
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role
from ocn.signing import PrivateKey


@dataclass(frozen=True)
class Answer:
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        values = [value for key, value in self.headers if key == name.lower()]
        return ", ".join(values) if values else None

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class FakeClock:
    moment: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def now_ms(self) -> int:
        return int(self.moment.timestamp() * 1000)

    def advance(self, by: timedelta) -> None:
        self.moment += by


@dataclass
class Request:
    method: str
    url: str
    headers: dict[str, str]
    body: bytes

    def header(self, name: str) -> str | None:
        return {key.lower(): value for key, value in self.headers.items()}.get(name.lower())


class Backend:
    """A platform: answers discovery, records what reaches it, answers the rest as told."""

    def __init__(self, url: str, token: str = "token-b", version: str = "2.2.1") -> None:
        self.url, self.token, self.version = url, token, version
        self.received: list[Request] = []
        self.answers: dict[tuple[str, str], Answer] = {}
        self.signing: Callable[[Request, Answer], Answer] | None = None
        self.modules = [
            "locations",
            "sessions",
            "cdrs",
            "tariffs",
            "tokens",
            "commands",
            "chargingprofiles",
            "nltnm-things",
        ]

    def set(self, method: str, path: str, data: Any = None, *, status: int = 200, **headers: str) -> None:
        body = (
            data
            if isinstance(data, bytes)
            else msgspec.json.encode({"status_code": 1000, "timestamp": "2026-01-01T00:00:00Z", "data": data})
        )
        pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
        self.answers[method, self.url + path] = Answer(status, pairs, body)

    def handle(self, request: Request) -> Answer:
        def enveloped(data: Any) -> Answer:
            return Answer(
                200,
                (),
                msgspec.json.encode({"status_code": 1000, "timestamp": "2026-01-01T00:00:00Z", "data": data}),
            )

        if request.url == f"{self.url}/versions":
            return enveloped([{"version": self.version, "url": f"{self.url}/details"}])
        if request.url == f"{self.url}/details":
            endpoints = [
                {"identifier": module, "role": role, "url": f"{self.url}/{role.lower()}/{module}"}
                for module in self.modules
                for role in ("SENDER", "RECEIVER")
            ]
            if self.version == "2.1.1":
                endpoints = [{"identifier": module, "url": f"{self.url}/{module}"} for module in self.modules]
            return enveloped({"version": self.version, "endpoints": endpoints})
        self.received.append(request)
        answer = self.answers.get((request.method, request.url), enveloped(None))
        return self.signing(request, answer) if self.signing else answer


class World:
    """Everything that has an address."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.directory = FakeDirectory()
        self.nodes: dict[str, Node] = {}
        self.backends: dict[str, Backend] = {}
        self.slow: dict[str, Callable[[Request], Awaitable[Answer]]] = {}
        self.tampering: Any = None
        self.parts: dict[str, Parts] = {}
        self.new_copy_parts: Callable[[], CopyParts] | None = None

    async def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, *, timeout_s: float
    ) -> Answer:
        request = Request(method, url, dict(headers), body)
        for base, backend in self.backends.items():
            if url.startswith(base + "/"):
                slow = self.slow.get(base)
                return await slow(request) if slow else backend.handle(request)
        for base, node in self.nodes.items():
            if url.startswith(base + "/"):
                if self.tampering:
                    request = self.tampering(request)
                return await node.call(
                    request.method, request.url.removeprefix(base), request.headers, request.body
                )
        raise ReceiverUnreachable(f"nothing answers at {url}")

    def check(self, url: str) -> None:
        if "internal" in url:
            raise InvalidParameters("refused")
        GuardedUrls(AddressGuard(allow_http=True)).check(url)

    async def join(
        self,
        node: "Node",
        country_code: str,
        party_id: str,
        role: str,
        version: str = "2.2.1",
        *,
        further_roles: Sequence[str] = (),
        hears: bool = False,
    ) -> "Party":
        return await join(
            self, node, country_code, party_id, role, version, further_roles=further_roles, hears=hears
        )

    def list(self, party: PartyId, node: "Node", *roles: Role) -> Listing:
        """List a party in the registry that is connected nowhere."""
        listing = Listing(PrivateKey.generate().address, node.key.address, node.url, party, roles)
        self.directory.listings[party] = listing
        return listing

    async def restarted(self, node: "Node") -> "Node":
        """The same node as a new process finds it: its key and its database, and nothing else."""
        return await self.node(
            node.url.removeprefix("http://").removesuffix(".test"),
            key=node.key,
            store=node.store,
            links=node.links,
            clients=node.clients,
        )

    async def node(
        self,
        name: str,
        *,
        signatures: bool = False,
        signing: Mapping[str, object] | None = None,
        key: PrivateKey | None = None,
        store: MemoryPlatformStore | None = None,
        links: MemoryLinkStore | None = None,
        stored: HubStore | None = None,
        clients: MemoryClientInfoStore | None = None,
        direct_pushes: bool = False,
    ) -> "Node":
        config = NodeConfig(
            url=f"http://{name}.test",
            network={"allow_http": True},
            signatures={"required": signatures, **(signing or {})},
        )
        key = key or PrivateKey.generate()
        store, links = store or MemoryPlatformStore(), links or MemoryLinkStore()
        clients = clients or MemoryClientInfoStore()
        members = Members(store)
        await members.refresh()
        objects = MemoryObjectStore(self.clock) if stored is None else None
        parts = Parts(
            key=key,
            admin_key="admin",
            platforms=store,
            links=links,
            stored=stored or NothingStored(),
            objects=objects,
            notes=Notes(objects) if objects is not None and direct_pushes else None,
            clients=clients,
            directory=self.directory,
            outbound=self,
            url_check=self,
            index_view=dict,
            problems=list,
            copies=self.new_copy_parts() if self.new_copy_parts else None,
            clock=self.clock,
            now_ms=self.clock.now_ms,
        )
        self.parts[config.base_url] = parts
        app = assemble(config, parts, members)
        node = Node(
            config.base_url, key, app, store, links, parts.lanes, members, objects, clients, parts.notes
        )
        self.nodes[node.url] = node
        return node


@dataclass
class Node:
    url: str
    key: PrivateKey
    app: Application
    store: MemoryPlatformStore
    links: MemoryLinkStore
    lanes: Lanes
    members: Members
    objects: ObjectStore | None
    clients: MemoryClientInfoStore
    notes: Notes | None = None

    async def settled(self) -> None:
        """Wait until every broadcast has come to its end."""
        await self.lanes.close(grace_s=10)

    async def call(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str] | Sequence[tuple[str, str]] = (),
        body: bytes = b"",
    ) -> Answer:
        """Send a request through the server's parser, as far as can be without a socket."""
        pairs = headers.items() if isinstance(headers, Mapping) else headers
        lines = [f"{method} {target} HTTP/1.1", "host: test", f"content-length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in pairs]
        reader = RequestReader(ServerLimits())
        reader.feed("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)
        request = reader.ready.popleft()
        if isinstance(request, Refusal):
            answer = self.app.refuse(request.error, request.request)
        else:
            answer = await self.app.handle(request)
        return Answer(answer.http_status, tuple(answer.headers.items()), answer.body)


@dataclass
class Party:
    """A registered party and its side of the connection."""

    world: World
    node: Node
    id: PartyId
    key: PrivateKey
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


async def join(
    world: World,
    node: Node,
    country_code: str,
    party_id: str,
    role: str,
    version: str = "2.2.1",
    *,
    further_roles: Sequence[str] = (),
    hears: bool = False,
) -> Party:
    """Register a party; one that ``hears`` offers to be told who is there (hubclientinfo)."""
    party = PartyId(country_code, party_id)
    key = PrivateKey.generate()
    backend = Backend(f"http://{party_id.lower()}.test", version=version)
    if hears:
        backend.modules.append("hubclientinfo")
    world.backends[backend.url] = backend
    world.directory.listings[party] = Listing(key.address, node.key.address, node.url, party, (Role(role),))
    invited = await node.call(
        "POST",
        "/admin/generate-registration-token",
        {"Authorization": "Token admin"},
        json.dumps([{"country_code": country_code, "party_id": party_id}]).encode(),
    )
    token_a = invited.json["token"]
    said = {"party_id": party_id, "country_code": country_code, "business_details": {"name": party_id}}
    introduced = (
        said if version == "2.1.1" else {"roles": [{"role": each, **said} for each in (role, *further_roles)]}
    )
    answer = await node.call(
        "POST",
        f"/ocpi/{version}/credentials",
        {"Authorization": f"Token {token_a}"},
        json.dumps({"token": backend.token, "url": f"{backend.url}/versions", **introduced}).encode(),
    )
    assert answer.status == 200, answer.body
    return Party(world, node, party, key, backend, answer.json["data"]["token"])


@dataclass
class Network:
    world: World
    one: Node
    two: Node
    msp: Party
    cpo: Party
    cpx: Party


@pytest.fixture
def world() -> World:
    """No node and no party yet."""
    return World()


@pytest.fixture
async def network() -> Network:
    """Node one with eMSP and CPO, node two with another CPO."""
    return await joined()


@pytest.fixture
def make_network() -> Callable[[Callable[[], HubStore]], Awaitable[Network]]:
    """The same network, whose nodes have been sent something before."""
    return joined


async def joined(stored: Callable[[], HubStore | None] = lambda: None) -> Network:
    """Let both nodes start and the three parties join."""
    world = World()
    one, two = await world.node("one", stored=stored()), await world.node("two", stored=stored())
    msp = await join(world, one, "DE", "MSP", "EMSP")
    cpo = await join(world, one, "DE", "CPO", "CPO")
    cpx = await join(world, two, "NL", "CPX", "CPO")
    return Network(world, one, two, msp, cpo, cpx)


@pytest.fixture(params=["local", "remote"])
def station(request: pytest.FixtureRequest, network: Network) -> Party:
    """The CPO of the same node and the one behind the other node: the same must hold for both."""
    return network.cpo if request.param == "local" else network.cpx
