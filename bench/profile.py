"""Where a request's time goes: each step of the relay alone, in this process, without sockets.

Each step is given what the step before made of a real request, many times over; the best of several rounds
counts. What a node takes on top of the sum is the event loop, the sockets and the kernel's part.
"""

import argparse
import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.bodies import ANSWER, PATH, Message, messages
from ocn.node.compose import Parts, assemble
from ocn.node.config import NodeConfig
from ocn.node.edge.reading import read_functional, read_headers
from ocn.node.edge.server import HttpRequest, ServerLimits
from ocn.node.edge.server.reader import RequestReader
from ocn.node.edge.server.writing import answer_bytes
from ocn.node.exits import GuardedUrls
from ocn.node.members import Members, token_hash
from ocn.node.model import Platform, PlatformRole
from ocn.node.outbound import AddressGuard, OutboundLimits, OutboundRequest, OutboundResponse
from ocn.node.outbound.request import RequestEncoder
from ocn.node.outbound.response import ResponseReader
from ocn.node.stages import Door
from ocn.node.storage import MemoryLinkStore, MemoryPlatformStore
from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role
from ocn.ocpi.versions import VersionNumber
from ocn.registry.listings import NodeListing
from ocn.signing import PrivateKey

KINDS = ("2 kB", "2 kB signed", "20 kB", "20 kB signed")
SENDER, RECEIVER = PartyId("DE", "CPO"), PartyId("DE", "MSP")
TOKEN = "a" * 43
RESPONSE = (
    b"HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
    b"Connection: keep-alive\r\n\r\n" % len(ANSWER)
) + ANSWER


def _response() -> OutboundResponse:
    reader = ResponseReader(OutboundLimits())
    reader.begin(head_only=False)
    response = reader.feed(RESPONSE)
    if response is None:
        raise AssertionError("the answer is no whole response")
    return response


@dataclass(frozen=True)
class _Listing:
    address: str
    operator: str
    party: PartyId
    node_url: str | None = "http://node.test"
    roles: tuple[Role, ...] = ()


@dataclass
class _Surroundings:
    """Registry and way out of the node; the answer is always the same."""

    listings: dict[PartyId, _Listing] = field(default_factory=dict)
    sent: tuple[Mapping[str, str], bytes] = ({}, b"")
    answer: OutboundResponse = field(default_factory=_response)

    def party(self, party: PartyId) -> _Listing | None:
        return self.listings.get(party)

    def nodes(self) -> list[NodeListing]:
        return []

    def node(self, operator: str) -> NodeListing | None:
        return None

    def parties(self) -> list[_Listing]:
        return list(self.listings.values())

    async def caught_up(self) -> None:
        return None

    async def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, *, timeout_s: float
    ) -> OutboundResponse:
        self.sent = (headers, body)
        return self.answer


def profile(rounds: int = 5, repetitions: int = 1_000) -> dict[str, dict[str, float]]:
    """Microseconds of each step, by the kind of message."""
    key = PrivateKey.generate()
    made = messages(SENDER, RECEIVER, key)
    return {kind: _steps(made[kind], key, rounds, repetitions) for kind in KINDS}


def table(found: Mapping[str, Mapping[str, float]]) -> list[str]:
    """The same as Markdown."""
    kinds = list(found)
    return [
        f"| step, µs | {' | '.join(kinds)} |",
        "|---|" + "---|" * len(kinds),
        *(
            f"| {step} | {' | '.join(f'{found[kind][step]:.1f}' for kind in kinds)} |"
            for step in found[kinds[0]]
        ),
        f"| **sum** | {' | '.join(f'**{sum(found[kind].values()):.0f}**' for kind in kinds)} |",
    ]


def _steps(message: Message, key: PrivateKey, rounds: int, repetitions: int) -> dict[str, float]:
    around = _Surroundings()
    pipeline = asyncio.run(_node(around, key))._pipeline  # noqa: SLF001  # stages are looked at one by one
    raw = _request_bytes(message)
    request = _read(raw)
    path = request.path.removeprefix("/ocpi")

    def receive() -> Any:
        return read_functional(Door.PARTY, path, request, read_headers(request))

    received = receive()
    authenticated = pipeline._authentication.authenticate(received)  # noqa: SLF001  # as above
    addressed = _done(pipeline._addressing.address(authenticated))  # noqa: SLF001  # as above
    permitted = pipeline._rules.permit(addressed)  # noqa: SLF001  # as above
    routed = _done(pipeline._routing.route(permitted))  # noqa: SLF001  # as above
    delivered = _done(pipeline._forwarding.deliver(routed))  # noqa: SLF001  # as above
    answer = _done(pipeline._responding.respond(delivered))  # noqa: SLF001  # as above
    guard = AddressGuard(allow_private=True, allow_http=True)
    encoder = RequestEncoder(OutboundLimits().max_request_head)
    headers, body = around.sent

    def sending() -> bytes:
        outgoing = OutboundRequest("PUT", routed.url, tuple(headers.items()), body)
        return encoder.head(outgoing, guard.check_url(routed.url)) + body

    reader, responses = RequestReader(ServerLimits()), ResponseReader(OutboundLimits())

    def reading() -> None:
        reader.feed(raw)
        reader.ready.popleft()

    def response() -> None:
        responses.begin(head_only=False)
        responses.feed(RESPONSE)

    steps: dict[str, Callable[[], object]] = {
        "server: bytes to request": reading,
        "edge: request to `Received`": receive,
        "authentication": lambda: pipeline._authentication.authenticate(received),  # noqa: SLF001  # as above
        "addressing": lambda: _done(pipeline._addressing.address(authenticated)),  # noqa: SLF001  # as above
        "rules": lambda: pipeline._rules.permit(addressed),  # noqa: SLF001  # as above
        "routing": lambda: _done(pipeline._routing.route(permitted)),  # noqa: SLF001  # as above
        "forwarding": lambda: _done(pipeline._forwarding.deliver(routed)),  # noqa: SLF001  # as above
        "outbound: request to bytes": sending,
        "outbound: bytes to response": response,
        "responding": lambda: _done(pipeline._responding.respond(delivered)),  # noqa: SLF001  # as above
        "server: answer to bytes": lambda: answer_bytes(
            answer, head_only=False, closing=False, version_1_0=False
        ),
    }
    return {name: best_of(step, rounds, repetitions) for name, step in steps.items()}


async def relay_of(
    message: Message, key: PrivateKey, spoken: VersionNumber, wanted: VersionNumber
) -> Callable[[], object]:
    """Return what takes a message through the node once, from its bytes to the bytes of its answer."""
    around = _Surroundings()
    application = await _node(around, key, wanted)
    raw = _request_bytes(message, PATH.replace(str(VersionNumber.V2_2_1), str(spoken)))
    guard = AddressGuard(allow_private=True, allow_http=True)
    encoder = RequestEncoder(OutboundLimits().max_request_head)
    responses = ResponseReader(OutboundLimits())

    def relay() -> object:
        answer = _done(application.handle(_read(raw)))
        if b'"status_code":1000' not in answer.body:
            raise AssertionError(answer.body.decode())
        headers, body = around.sent
        outgoing = OutboundRequest("PUT", "http://127.0.0.1:9/sessions", tuple(headers.items()), body)
        sent = encoder.head(outgoing, guard.check_url(outgoing.url)) + body
        responses.begin(head_only=False)
        responses.feed(RESPONSE)
        return sent, answer_bytes(answer, head_only=False, closing=False, version_1_0=False)

    return relay


async def _node(
    around: _Surroundings, key: PrivateKey, receiver: VersionNumber = VersionNumber.V2_2_1
) -> Any:
    store = MemoryPlatformStore()
    for party, token in ((SENDER, TOKEN), (RECEIVER, "b" * 43)):
        around.listings[party] = _Listing(key.address, key.address, party)
        version = receiver if party == RECEIVER else VersionNumber.V2_2_1
        await store.register(_platform(party, token, version))
    members = Members(store)
    await members.refresh()
    guard = AddressGuard(allow_private=True, allow_http=True)
    parts = Parts(
        key=key,
        admin_key="admin",
        platforms=store,
        links=MemoryLinkStore(),
        directory=around,
        outbound=around,
        url_check=GuardedUrls(guard),
        index_view=dict,
        problems=list,
    )
    return assemble(
        NodeConfig.model_validate({"url": "http://node.test", "network": {"allow_http": True}}),
        parts,
        members,
    )


def _platform(party: PartyId, token: str, version: VersionNumber) -> Platform:
    return Platform(
        id=str(party),
        version=version,
        versions_url="http://127.0.0.1:9/versions",
        their_token="b",
        our_token_hash=token_hash(token),
        roles=(PlatformRole(party, Role.CPO),),
        sends_base64=True,
        endpoints={("sessions", InterfaceRole.RECEIVER): "http://127.0.0.1:9/sessions"},
    )


def _request_bytes(message: Message, path: str = PATH) -> bytes:
    headers = {
        "Host": "127.0.0.1:8080",
        **message.headers,
        "Authorization": f"Token {TOKEN}",
        "Content-Length": str(len(message.body)),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"PUT {path} HTTP/1.1\r\n{lines}\r\n".encode() + message.body


def _read(raw: bytes) -> HttpRequest:
    reader = RequestReader(ServerLimits())
    reader.feed(raw)
    request = reader.ready.popleft()
    if not isinstance(request, HttpRequest):
        raise TypeError(f"the request is refused: {request.error}")
    return request


def _done(work: Coroutine[Any, Any, Any]) -> Any:
    """Run to its end what has nothing to wait for."""
    try:
        work.send(None)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("a step waited for something")


def best_of(step: Callable[[], object], rounds: int, repetitions: int) -> float:
    """Return the microseconds of a step: the mean of the best round."""
    for _ in range(repetitions // 5):
        step()
    best = float("inf")
    for _ in range(rounds):
        begun = time.perf_counter()
        for _ in range(repetitions):
            step()
        best = min(best, time.perf_counter() - begun)
    return best / repetitions * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.profile", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    print("\n".join(table(profile(parser.parse_args().rounds))))


if __name__ == "__main__":
    main()
