"""Messages that nodes send in their own name: who is heard, once, and whose answer is believed."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from ocn.node.authentication.answers import AnswersToNodes
from ocn.node.outbound import OutboundResponse
from ocn.node.peers import NodeProofs, Peer, PeerDoor, Peers, SignedExchange
from ocn.node.peers import door as door_module
from ocn.node.ports import OutboundAnswer
from ocn.node.stages import Answer as NodeAnswer
from ocn.ocpi.errors import ReceiverUnreachable, TooLarge
from ocn.registry.listings import NodeListing
from ocn.registry.static import StaticDirectory
from ocn.signing import PrivateKey, ReplayWindow

if TYPE_CHECKING:
    from tests.unit.node.conftest import Network, Request
else:
    Network = Request = object

ONE, TWO = "http://one.test", "http://two.test/base"
MAX_AGE_MS = 60_000


class Clock:
    ms = 1_767_225_600_000

    def now_ms(self) -> int:
        return self.ms


class TwoNodes:
    """Node one speaks, node two hears; what travels between them can be looked at and changed."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.one, self.two = PrivateKey.generate(), PrivateKey.generate()
        self.directory = StaticDirectory(
            nodes=[NodeListing(self.one.address, ONE), NodeListing(self.two.address, f"{TWO}/")]
        )
        self.heard: list[tuple[str, str, str, bytes]] = []
        self.sent: list[tuple[str, str, dict[str, str], bytes]] = []
        self.answering_key = self.two
        replays = ReplayWindow(max_age_ms=MAX_AGE_MS, max_entries=1000, max_per_node=1000)
        self.door = PeerDoor(
            directory=self.directory,
            proofs=NodeProofs(
                address=self.two.address,
                replays=replays,
                now_ms=self.clock.now_ms,
                max_age_ms=MAX_AGE_MS,
            ),
            handlers={"greeting": self._greeting},
            now_ms=self.clock.now_ms,
        )
        exchange = SignedExchange(
            key=self.one, outbound=self, now_ms=self.clock.now_ms, max_age_ms=MAX_AGE_MS
        )
        self.peers = Peers(address=self.one.address, url=ONE, directory=self.directory, exchange=exchange)

    async def _greeting(self, sender: str, method: str, query: str, body: bytes) -> tuple[int, bytes]:
        self.heard.append((sender, method, query, body))
        return 200, b'{"data":"hello","status_code":1000}'

    async def hear(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        path, _, query = url.removeprefix(f"{TWO}/ocn/node/").partition("?")
        found = {name.lower(): value for name, value in headers.items()}
        return await self.door.answer(method, path, query, found, body)

    async def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, *, timeout_s: float
    ) -> OutboundResponse:
        self.sent.append((method, url, dict(headers), body))
        status, told = await self.hear(method, url, headers, body)
        answers = AnswersToNodes(key=self.answering_key, now_ms=self.clock.now_ms)
        proof = answers.sign(headers["OCN-Node-Signature"], NodeAnswer(status, {}, told))
        assert proof is not None
        return OutboundResponse(status, (("ocn-node-signature", proof),), told)


@pytest.fixture
def nodes() -> TwoNodes:
    return TwoNodes()


def test_others_are_all_listed_nodes_but_this_one(nodes: TwoNodes) -> None:
    assert nodes.peers.others() == [Peer(nodes.two.address, TWO)]


async def test_message_of_a_listed_node_reaches_its_handler_and_the_answer_comes_back(
    nodes: TwoNodes,
) -> None:
    (peer,) = nodes.peers.others()
    answer = await nodes.peers.send(peer, "PUT", "greeting?a=1", b'{"x":1}')
    assert (answer.status, json.loads(answer.body)["data"]) == (200, "hello")
    assert nodes.heard == [(nodes.one.address, "PUT", "a=1", b'{"x":1}')]
    assert nodes.sent[0][1] == f"{TWO}/ocn/node/greeting?a=1"


@pytest.mark.parametrize("changed", ["method", "query", "body", "path"])
async def test_message_changed_on_the_way_is_refused(nodes: TwoNodes, changed: str) -> None:
    (peer,) = nodes.peers.others()
    await nodes.peers.send(peer, "PUT", "greeting?a=1", b"{}")
    method, url, headers, body = nodes.sent[0]
    told = {
        "method": ("POST", url, headers, body),
        "query": (method, url + "2", headers, body),
        "body": (method, url, headers, b"[]"),
        "path": (method, url.replace("greeting", "greetings"), headers, body),
    }
    with pytest.raises(ReceiverUnreachable, match="refused: Message has been modified"):
        await nodes.hear(*told[changed])
    assert len(nodes.heard) == 1


async def test_message_sent_again_is_refused(nodes: TwoNodes) -> None:
    (peer,) = nodes.peers.others()
    await nodes.peers.send(peer, "PUT", "greeting", b"{}")
    with pytest.raises(ReceiverUnreachable, match="received before"):
        await nodes.hear(*nodes.sent[0])
    nodes.clock.ms += MAX_AGE_MS + 1
    with pytest.raises(ReceiverUnreachable, match="too old"):
        await nodes.hear(*nodes.sent[0])
    assert len(nodes.heard) == 1


async def test_node_that_the_registry_does_not_list_is_refused(nodes: TwoNodes) -> None:
    (peer,) = nodes.peers.others()
    nodes.one = PrivateKey.generate()
    stranger = Peers(
        address=nodes.one.address,
        url=ONE,
        directory=nodes.directory,
        exchange=SignedExchange(
            key=nodes.one, outbound=nodes, now_ms=nodes.clock.now_ms, max_age_ms=MAX_AGE_MS
        ),
    )
    with pytest.raises(ReceiverUnreachable, match="lists no node"):
        await stranger.send(peer, "PUT", "greeting", b"{}")
    assert nodes.heard == []


async def test_answer_that_another_key_signed_is_not_believed(nodes: TwoNodes) -> None:
    nodes.answering_key = PrivateKey.generate()
    (peer,) = nodes.peers.others()
    with pytest.raises(ReceiverUnreachable, match="not signed by its key"):
        await nodes.peers.send(peer, "GET", "greeting")


async def test_node_beyond_its_share_is_refused_until_the_next_minute(
    nodes: TwoNodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door_module, "MOST_PER_MINUTE", 2)
    (peer,) = nodes.peers.others()
    await nodes.peers.send(peer, "GET", "greeting")
    await nodes.peers.send(peer, "GET", "greeting")
    with pytest.raises(door_module.TooManyMessages):
        await nodes.peers.send(peer, "GET", "greeting")
    nodes.clock.ms += 60_000
    assert (await nodes.peers.send(peer, "GET", "greeting")).status == 200


async def _peer_message(network: Network, path: str) -> OutboundAnswer:
    """Node one to node two, through both applications."""
    one, two = network.one, network.two
    clock = network.world.clock
    exchange = SignedExchange(key=one.key, outbound=network.world, now_ms=clock.now_ms, max_age_ms=MAX_AGE_MS)
    peers = Peers(address=one.key.address, url=one.url, directory=network.world.directory, exchange=exchange)
    (peer,) = peers.others()
    assert peer.url == two.url
    return await peers.send(peer, "PUT", path, b"{}")


async def test_peer_message_that_nobody_answers_gets_a_signed_error(network: Network) -> None:
    answer = await _peer_message(network, "no-such-thing")
    assert (answer.status, json.loads(answer.body)["status_code"]) == (404, 2003)


async def test_peer_message_that_was_held_back_is_refused(network: Network) -> None:
    def delay(request: Request) -> Request:
        network.world.clock.advance(timedelta(minutes=2))
        return request

    network.world.tampering = delay
    answer = await _peer_message(network, "no-such-thing")
    assert (answer.status, json.loads(answer.body)["status_code"]) == (200, 4003)


@pytest.mark.parametrize("headers", [{}, {"OCN-Node-Signature": "v=1"}])
async def test_peer_message_without_signature_is_refused_in_the_envelope(
    network: Network, headers: dict[str, str]
) -> None:
    answer = await network.two.call("PUT", "/ocn/node/client-info", headers, b"{}")
    assert (answer.status, answer.json["status_code"]) == (400, 2001)


def test_bodies_of_strangers_and_very_long_ones_are_not_waited_for(nodes: TwoNodes) -> None:
    rest = f"to={nodes.two.address};time=1;nonce={'0' * 32};sig=0x{'0' * 130}"
    strange = {"ocn-node-signature": f"v=1;by={PrivateKey.generate().address};{rest}"}
    with pytest.raises(ReceiverUnreachable):
        nodes.door.refuse_strangers(strange)
    signature = f"v=1;by={nodes.one.address};{rest}"
    nodes.door.refuse_strangers({"ocn-node-signature": signature, "content-length": "10"})
    for length in ({"content-length": "99999999999"}, {"transfer-encoding": "chunked"}):
        with pytest.raises(TooLarge):
            nodes.door.refuse_strangers({"ocn-node-signature": signature, **length})
