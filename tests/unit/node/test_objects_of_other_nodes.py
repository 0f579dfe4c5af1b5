"""A node that was not there when something was broadcast learns of it from the owner's node."""

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from ocn.node.background.syncing import Syncing
from ocn.node.object_store.model import ObjectKey, ObjectState
from ocn.node.peers import Peer, Peers, SignedExchange
from ocn.ocpi.errors import HubFault
from ocn.ocpi.party_id import PartyId
from ocn.registry.listings import NodeListing

if TYPE_CHECKING:
    from tests.unit.node.conftest import Answer, Network, Node, Party
else:
    Network = Node = Party = Answer = object

HUB = PartyId("CH", "OCN")


async def push(owner: Party, module: str, name: str, **members: object) -> None:
    codes = {"country_code": owner.id.country_code, "party_id": owner.id.party_id}
    body = {**codes, "uid" if module == "tokens" else "id": name, "last_updated": "2026-01-01T00:00:00Z"}
    path = f"/ocpi/receiver/2.2.1/{module}/{'/'.join(codes.values())}/{name}"
    answer = await owner.call(HUB, "PUT", path, json.dumps(body | members).encode())
    assert answer.json["status_code"] == 1000, answer.body
    await owner.node.settled()


def syncing_of(network: Network, node: Node) -> Syncing:
    world = network.world
    assert node.objects is not None
    exchange = SignedExchange(key=node.key, outbound=world, now_ms=world.clock.now_ms, max_age_ms=60_000)
    return Syncing(
        store=node.objects,
        peers=Peers(address=node.key.address, url=node.url, directory=world.directory, exchange=exchange),
        directory=world.directory,
        members=node.members,
        clock=world.clock,
        remembered=timedelta(days=30),
    )


def peer(node: Node) -> Peer:
    return Peer(node.key.address, node.url)


async def body_of(node: Node, module: str, owner: PartyId, key: str) -> bytes | None:
    assert node.objects is not None
    found = await node.objects.get(ObjectKey(module, owner.key, key), None)
    return found.body if found is not None else None


async def listed(network: Network, node: Node) -> Node:
    network.world.directory.listed_nodes[node.key.address] = NodeListing(node.key.address, node.url)
    return node


@pytest.fixture
async def late(network: Network) -> Node:
    """A third node that joins after node two's CPO has broadcast."""
    await push(network.cpx, "locations", "L1", x_custom=1.5)
    await push(network.cpx, "tariffs", "T1")
    await push(network.cpx, "tariffs", "T2")
    return await listed(network, await network.world.node("three"))


async def test_node_that_joins_late_has_the_objects_byte_for_byte(network: Network, late: Node) -> None:
    assert await syncing_of(network, late).pull(peer(network.two)) == 3
    there, here = [await body_of(node, "locations", network.cpx.id, "L1") for node in (network.two, late)]
    assert here == there
    assert here is not None


async def test_second_sync_asks_for_what_changed_alone(network: Network, late: Node) -> None:
    syncing = syncing_of(network, late)
    await syncing.pull(peer(network.two))
    assert await syncing.pull(peer(network.two)) == 0
    await push(network.cpx, "locations", "L2")
    assert await syncing.pull(peer(network.two)) == 1


async def test_withdrawn_tariff_is_withdrawn_here_too(network: Network, late: Node) -> None:
    syncing = syncing_of(network, late)
    await syncing.pull(peer(network.two))
    path = "/ocpi/receiver/2.2.1/tariffs/NL/CPX/T1"
    assert (await network.cpx.call(HUB, "DELETE", path)).json["status_code"] == 1000
    await syncing.pull(peer(network.two))
    assert await body_of(late, "tariffs", network.cpx.id, "T1") is None
    assert await body_of(late, "tariffs", network.cpx.id, "T2") is not None


async def test_store_made_anew_is_read_whole_and_what_it_lost_goes(network: Network, late: Node) -> None:
    syncing = syncing_of(network, late)
    await syncing.pull(peer(network.two))
    empty = await network.world.node("two", key=network.two.key, store=network.two.store)
    assert await syncing.pull(peer(empty)) == 0
    for module, key in (("locations", "L1"), ("tariffs", "T1")):
        assert await body_of(late, module, network.cpx.id, key) is None


async def test_node_tells_only_of_parties_connected_to_it(network: Network) -> None:
    await push(network.cpx, "locations", "L1")
    third = await listed(network, await network.world.node("three"))
    assert await body_of(network.one, "locations", network.cpx.id, "L1") is not None
    assert await syncing_of(network, third).pull(peer(network.one)) == 0


async def test_node_is_not_believed_about_parties_of_others(network: Network, late: Node) -> None:
    """Node two tells of CPX; the registry moves CPX to another node, and then it may not."""
    await listed(network, network.two)
    listing = network.world.directory.listings[network.cpx.id]
    network.world.directory.listings[network.cpx.id] = type(listing)(
        listing.address, network.one.key.address, network.one.url, listing.party, listing.roles
    )
    await syncing_of(network, late).pull(peer(network.two))
    assert await body_of(late, "locations", network.cpx.id, "L1") is None


@pytest.mark.parametrize(
    "told",
    [
        b"[]",
        b"{",
        b'{"store_id":"\xff","last":5,"more":false,"objects":[]}',
        msgspec.json.encode({"store_id": "x", "last": 2**63, "more": False, "objects": []}),
        msgspec.json.encode({"store_id": "x" * 65, "last": 5, "more": False, "objects": []}),
        msgspec.json.encode({"store_id": "x", "last": 0, "more": True, "objects": []}),
    ],
    ids=["a list", "no JSON", "no text", "a number too large", "a long id", "the same page again and again"],
)
async def test_node_that_tells_nonsense_changes_nothing(
    network: Network, late: Node, told: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    syncing = syncing_of(network, late)

    class Told:
        status = 200
        body = told

    async def send(*_: object) -> Told:
        return Told()

    monkeypatch.setattr(Peers, "send", send)
    with pytest.raises(HubFault):
        await syncing.pull(peer(network.two))
    assert late.objects is not None
    assert await late.objects.last_number() == 0
    assert await late.objects.mark(network.two.key.address) is None


async def test_objects_with_foreign_owners_inside_are_passed_over(
    network: Network, late: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An entry under CPX whose body says it is somebody else's, and modules that are nobody's business."""

    def fed(module: str, body: object, party: str = "CPX") -> dict[str, object]:
        return {
            "module": module, "country_code": "NL", "party_id": party, "id": "L9", "key": "L9",
            "version": "2.2.1", "body": body,
        }  # fmt: skip

    objects = [
        fed("locations", {"country_code": "DE", "party_id": "CPO", "id": "L9"}),
        fed("sessions", {"id": "L9"}),
        fed("locations", {"id": "L9"}, party="TOOLONG"),
        fed("locations", []),
        fed("locations", {"id": "L9"}),
    ]

    class Told:
        status = 200
        body = msgspec.json.encode({"store_id": "x", "last": 5, "more": False, "objects": objects})

    async def send(*_: object) -> Told:
        return Told()

    monkeypatch.setattr(Peers, "send", send)
    await syncing_of(network, late).pull(peer(network.two))
    assert late.objects is not None
    [stored] = (await late.objects.changes(0, 10, 10**6)).objects
    assert (stored.owner, stored.object_id, stored.state) == (network.cpx.id, "L9", ObjectState.LIVE)


async def test_feed_answers_nobody_but_nodes(network: Network) -> None:
    answer: Answer = await network.two.call("GET", "/ocn/node/objects?after=0")
    assert b"store_id" not in answer.body
    assert answer.json["status_code"] >= 2000
