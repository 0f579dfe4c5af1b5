"""Who is there at other nodes: each tells of its own parties, is believed for them, and nothing circles."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ocn.node.client_info.reports import Told, readable_reports
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role

if TYPE_CHECKING:
    from tests.unit.node.conftest import Answer, Node, Party, World
else:
    Answer = Node = Party = World = object

CLIENT_INFO = "/ocn/node/client-info"


async def settled(*nodes: Node) -> None:
    for _ in range(4):
        for node in nodes:
            await node.app.client_info.tick()
            await node.app.client_info.quiet()


def told(party: Party) -> list[tuple[str, str]]:
    found = []
    for request in party.backend.received:
        if "/hubclientinfo/" in request.url:
            body = json.loads(request.body)
            found.append((body["party_id"], body["status"]))
    return found


class Pair:
    """Two nodes, an eMSP that hears at the first, a CPO at the second, and what passes between them."""

    def __init__(self, world: World, one: Node, two: Node, msp: Party, cpx: Party) -> None:
        self.world, self.one, self.two, self.msp, self.cpx = world, one, two, msp, cpx

    async def statuses(self) -> dict[str, str]:
        own = {"Authorization": f"Token {self.msp.token}"}
        answer = await self.one.call("GET", "/ocpi/sender/2.2.1/hubclientinfo", own)
        return {each["party_id"]: each["status"] for each in answer.json["data"]}


@pytest.fixture
async def pair(world: World) -> Pair:
    one, two = await world.node("one"), await world.node("two")
    msp = await world.join(one, "DE", "MSP", "EMSP", hears=True)
    cpx = await world.join(two, "NL", "CPX", "CPO")
    await settled(one, two)
    return Pair(world, one, two, msp, cpx)


async def test_party_of_another_node_shows_as_its_own_node_says(pair: Pair) -> None:
    assert told(pair.msp)[-1] == ("CPX", "CONNECTED")
    assert await pair.statuses() == {"MSP": "CONNECTED", "CPX": "CONNECTED"}
    own = {"Authorization": f"Token {pair.cpx.token}"}
    await pair.two.call("DELETE", "/ocpi/2.2.1/credentials", own)
    await settled(pair.two, pair.one)
    assert told(pair.msp)[-1] == ("CPX", "SUSPENDED")


async def test_i18_silent_platform_of_another_node_is_offline_here_too(pair: Pair) -> None:
    del pair.world.backends[pair.cpx.backend.url]
    pair.world.clock.advance(timedelta(minutes=5))
    await settled(pair.two, pair.one)
    assert told(pair.msp)[-1] == ("CPX", "OFFLINE")
    pair.world.backends[pair.cpx.backend.url] = pair.cpx.backend
    pair.world.clock.advance(timedelta(minutes=5))
    await settled(pair.two, pair.one)
    assert told(pair.msp)[-1] == ("CPX", "CONNECTED")


async def test_parties_of_a_node_out_of_reach_are_offline_after_a_while_and_back_with_it(
    pair: Pair,
) -> None:
    del pair.world.nodes[pair.two.url]
    pair.world.clock.advance(timedelta(minutes=6))
    await settled(pair.one)
    assert told(pair.msp)[-1] == ("CPX", "CONNECTED")
    pair.world.clock.advance(timedelta(minutes=10))
    await settled(pair.one)
    assert told(pair.msp)[-1] == ("CPX", "OFFLINE")
    own = {"Authorization": f"Token {pair.cpx.token}"}
    await pair.two.call("DELETE", "/ocpi/2.2.1/credentials", own)
    await settled(pair.two)
    pair.world.nodes[pair.two.url] = pair.two
    pair.world.clock.advance(timedelta(minutes=5))
    await settled(pair.one)
    assert told(pair.msp)[-1] == ("CPX", "SUSPENDED"), "the whole list is read again"


async def test_node_that_was_out_of_reach_and_speaks_is_read_at_once(pair: Pair) -> None:
    del pair.world.nodes[pair.two.url]
    pair.world.clock.advance(timedelta(minutes=6))
    await settled(pair.one)
    pair.world.nodes[pair.two.url] = pair.two
    own = {"Authorization": f"Token {pair.cpx.token}"}
    await pair.two.call("DELETE", "/ocpi/2.2.1/credentials", own)
    await settled(pair.one)
    assert told(pair.msp)[-1] == ("CPX", "CONNECTED"), "it is not yet time to try again"
    await settled(pair.two)
    await settled(pair.one)
    assert told(pair.msp)[-1] == ("CPX", "SUSPENDED")


async def test_node_that_starts_reads_the_lists_of_all_others(pair: Pair) -> None:
    three = await pair.world.node("three")
    await pair.world.join(three, "FR", "NEW", "EMSP")
    await settled(three)
    clients = {str(client.party): client.status for client in three.app.client_info.roster.clients()}
    assert clients == {"DE MSP": "CONNECTED", "NL CPX": "CONNECTED", "FR NEW": "CONNECTED"}


async def test_what_a_node_was_told_is_told_to_no_third(pair: Pair) -> None:
    """Three nodes: reports of node two come from node two alone, and when all is told there is silence."""
    three = await pair.world.node("three")
    await pair.world.join(three, "FR", "NEW", "EMSP")
    await settled(pair.one, pair.two, three)
    sent: list[tuple[str, str, list[str]]] = []
    answered = pair.world.request

    async def request(
        method: str, url: str, headers: Mapping[str, str], body: bytes, *, timeout_s: float
    ) -> Answer:
        if CLIENT_INFO in url:
            by = headers["OCN-Node-Signature"].split(";")[1].removeprefix("by=")
            sent.append((method, by, [each["party_id"] for each in json.loads(body)] if body else []))
        return await answered(method, url, headers, body, timeout_s=timeout_s)

    pair.world.request = request  # type: ignore[method-assign]  # looks on
    own = {"Authorization": f"Token {pair.cpx.token}"}
    await pair.two.call("DELETE", "/ocpi/2.2.1/credentials", own)
    await settled(pair.two, pair.one, three)
    assert sent == [("PUT", pair.two.key.address, ["CPX"])] * 2
    sent.clear()
    await settled(pair.two, pair.one, three)
    assert sent == []


async def test_listed_party_of_which_its_node_said_nothing_is_planned(pair: Pair) -> None:
    pair.world.list(PartyId("NL", "NEW"), pair.two, Role.CPO)
    for node in (pair.one, pair.two):
        node.app.client_info.registry_changed()
    await settled(pair.one, pair.two)
    assert told(pair.msp)[-1] == ("NEW", "PLANNED")


async def say(pair: Pair, node: Node, *told: Mapping[str, str]) -> Any:
    """What node one answers when a node tells it something."""
    status, body = await pair.one.app.client_info.nodes.answer(
        node.key.address, "PUT", "", json.dumps(told).encode()
    )
    assert status == 200
    return json.loads(body)["data"]["accepted"]


def client(party_id: str, status: str, last_updated: str, country_code: str = "NL") -> dict[str, str]:
    return {
        "country_code": country_code,
        "party_id": party_id,
        "role": "CPO",
        "status": status,
        "last_updated": last_updated,
    }


async def test_older_report_than_the_last_is_refused(pair: Pair) -> None:
    assert await say(pair, pair.two, client("CPX", "OFFLINE", "2026-01-01T00:01:00Z")) == 1
    assert await say(pair, pair.two, client("CPX", "CONNECTED", "2026-01-01T00:00:30Z")) == 0
    assert await say(pair, pair.two, client("CPX", "CONNECTED", "2026-01-01T00:01:00Z")) == 0
    await settled(pair.one)
    assert (await pair.statuses())["CPX"] == "OFFLINE"


@pytest.mark.parametrize(
    "told",
    [
        client("MSP", "SUSPENDED", "2026-01-01T00:00:01Z", "DE"),
        client("ZZZ", "CONNECTED", "2026-01-01T00:00:01Z"),
        client("CPX", "SUSPENDED", "2026-01-02T00:00:01Z"),
        client("CPX", "GONE", "2026-01-01T00:00:01Z"),
        client("CPXX", "OFFLINE", "2026-01-01T00:00:01Z"),
        client("CPX", "OFFLINE", "soon"),
        client("CPX", "OFFLINE", "2026-01-01T00:00:01Z") | {"role": "KING"},
    ],
    ids=["another node's", "unlisted", "from the future", "status", "ids", "time", "role"],
)
async def test_report_that_a_node_may_not_make_changes_nothing(pair: Pair, told: dict[str, str]) -> None:
    before = await pair.statuses()
    assert await say(pair, pair.two, told) == 0
    await settled(pair.one)
    assert await pair.statuses() == before


async def test_good_reports_count_beside_bad_ones(pair: Pair) -> None:
    good = client("CPX", "OFFLINE", "2026-01-01T00:00:01Z")
    assert await say(pair, pair.two, client("ZZZ", "OFFLINE", "2026-01-01T00:00:01Z"), good) == 1


async def test_client_info_without_a_nodes_signature_is_refused(pair: Pair) -> None:
    body = json.dumps([client("CPX", "SUSPENDED", "2026-01-01T00:00:01Z")]).encode()
    answer = await pair.one.call("PUT", CLIENT_INFO, {"Authorization": f"Token {pair.msp.token}"}, body)
    assert (answer.status, answer.json["status_code"]) == (400, 2001)


async def test_party_that_moves_to_another_node_is_planned_until_that_one_speaks(pair: Pair) -> None:
    listing = pair.world.directory.listings[pair.cpx.id]
    three = await pair.world.node("three")
    pair.world.list(pair.cpx.id, three, Role.CPO)
    pair.one.app.client_info.registry_changed()
    await settled(pair.one)
    assert told(pair.msp)[-1] == ("CPX", "PLANNED")
    assert await say(pair, pair.two, client("CPX", "CONNECTED", "2026-01-01T00:00:09Z")) == 0
    pair.world.directory.listings[pair.cpx.id] = listing


def test_the_last_of_several_reports_about_one_client_counts(world: World) -> None:
    operator = "0x93a620b55a9CEf5fF09631Be79F71B58456e66e7"

    class Listed:
        operator = "0x93a620b55a9CEf5fF09631Be79F71B58456e66e7"

    class Directory:
        def party(self, _party: PartyId) -> Listed:
            return Listed()

    first = Told("NL", "CPX", "CPO", "OFFLINE", "2026-01-01T00:00:00Z")
    last = Told("nl", "cpx", "CPO", "CONNECTED", "2026-01-01T00:00:00Z")
    (report,) = readable_reports(operator, [first, last], Directory(), world.clock.now())  # type: ignore[arg-type]  # all it asks
    assert report.status == "CONNECTED"
