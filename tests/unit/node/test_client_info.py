"""HubClientInfo, the hub's side, at one node: who is told what, and when (HUB-90 to HUB-97)."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role

if TYPE_CHECKING:
    from tests.unit.node.conftest import Answer, Node, Party, Request, World
else:
    Answer = Node = Party = Request = World = object

LIST = "/ocpi/sender/2.2.1/hubclientinfo"
PUSH = "/ocpi/receiver/2.2.1/locations/DE/CPO/L1"
COMMAND = "/ocpi/receiver/2.2.1/commands/STOP_SESSION"


@pytest.fixture
async def one(world: World) -> Node:
    return await world.node("one")


async def settled(*nodes: Node) -> None:
    """Let each node do all that it has to do now."""
    for _ in range(3):
        for node in nodes:
            await node.app.client_info.tick()
            await node.app.client_info.quiet()


def pushes(party: Party) -> list[Request]:
    return [request for request in party.backend.received if "/hubclientinfo/" in request.url]


def told(party: Party) -> dict[tuple[str, str], str]:
    """What a platform was told last, by party and role."""
    found = {}
    for request in pushes(party):
        body = json.loads(request.body)
        found[body["party_id"], body["role"]] = body["status"]
    return found


async def listed(party: Party, query: str = "") -> Answer:
    return await party.node.call("GET", f"{LIST}{query}", {"Authorization": f"Token {party.token}"})


async def statuses(party: Party) -> dict[tuple[str, str], str]:
    return {(each["party_id"], each["role"]): each["status"] for each in (await listed(party)).json["data"]}


async def leave(party: Party) -> None:
    answer = await party.node.call(
        "DELETE", "/ocpi/2.2.1/credentials", {"Authorization": f"Token {party.token}"}
    )
    assert answer.status == 200


async def block(party: Party, other: Party) -> None:
    body = json.dumps(
        [{"country_code": other.id.country_code, "party_id": other.id.party_id, "modules": []}]
    ).encode()
    answer = await party.node.call(
        "PUT", "/ocpi/receiver/2.2.1/ocnrules/blacklist", {"Authorization": f"Token {party.token}"}, body
    )
    assert answer.json["status_code"] == 1000, answer.body


async def test_hub_91_party_that_registers_is_told_to_every_platform_that_offers_the_module(
    world: World, one: Node
) -> None:
    msp = await world.join(one, "DE", "MSP", "EMSP", hears=True)
    deaf = await world.join(one, "DE", "DEF", "EMSP")
    await settled(one)
    cpo = await world.join(one, "DE", "CPO", "CPO", hears=True)
    await settled(one)
    assert told(msp) == {("DEF", "EMSP"): "CONNECTED", ("CPO", "CPO"): "CONNECTED"}
    assert told(cpo) == {("MSP", "EMSP"): "CONNECTED", ("DEF", "EMSP"): "CONNECTED"}
    assert pushes(deaf) == []
    request = pushes(msp)[-1]
    assert (request.method, request.url) == (
        "PUT",
        f"{msp.backend.url}/receiver/hubclientinfo/DE/CPO",
    )
    assert set(json.loads(request.body)) == {
        "country_code",
        "party_id",
        "role",
        "status",
        "last_updated",
    }
    assert len(pushes(msp)) == 2, "nothing is told twice"


async def test_hub_03_client_info_travels_without_routing_headers_and_with_new_ids(
    world: World, one: Node
) -> None:
    msp = await world.join(one, "DE", "MSP", "EMSP", hears=True)
    await world.join(one, "DE", "CPO", "CPO")
    await world.join(one, "DE", "CPX", "CPO")
    await settled(one)
    requests = pushes(msp)
    assert len(requests) == 2
    for request in requests:
        assert not [name for name in request.headers if name.lower().startswith("ocpi-")]
        assert request.header("authorization") == "Token dG9rZW4tYg=="
    ids = {request.header(name) for request in requests for name in ("x-request-id", "x-correlation-id")}
    assert len(ids) == 4
    assert None not in ids


async def test_hub_92_party_that_leaves_is_suspended_and_never_removed(world: World, one: Node) -> None:
    msp = await world.join(one, "DE", "MSP", "EMSP", hears=True)
    cpo = await world.join(one, "DE", "CPO", "CPO")
    await settled(one)
    await leave(cpo)
    await settled(one)
    assert told(msp) == {("CPO", "CPO"): "SUSPENDED"}
    world.directory.listings.pop(cpo.id)
    one.app.client_info.registry_changed()
    await settled(one)
    assert (await statuses(msp))["CPO", "CPO"] == "SUSPENDED"
    await world.join(one, "DE", "CPO", "CPO")
    await settled(one)
    assert told(msp) == {("CPO", "CPO"): "CONNECTED"}


async def test_hub_93_list_is_in_pages_with_true_totals_and_follows_its_links(
    world: World, one: Node
) -> None:
    msp = await world.join(one, "DE", "MSP", "EMSP")
    for number in range(4):
        await world.join(one, "DE", f"CP{number}", "CPO")
    await settled(one)
    seen, target = [], "?limit=2"
    while target:
        answer = await listed(msp, target)
        assert (answer.header("x-total-count"), answer.header("x-limit")) == ("5", "500")
        seen += [each["party_id"] for each in answer.json["data"]]
        link = answer.header("link")
        target = f"?{link.split('?')[1].split('>')[0]}" if link else ""
        if link:
            assert link.startswith(f"<{one.url}{LIST}?")
            assert link.endswith('>; rel="next"')
    assert sorted(seen) == ["CP0", "CP1", "CP2", "CP3", "MSP"]


async def test_hub_93_date_filters_take_what_changed_within(world: World, one: Node) -> None:
    msp = await world.join(one, "DE", "MSP", "EMSP")
    await settled(one)
    world.clock.advance(timedelta(minutes=1))
    await world.join(one, "DE", "CPO", "CPO")
    await settled(one)
    early, late = "2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z"
    assert [each["party_id"] for each in (await listed(msp, f"?date_from={late}")).json["data"]] == ["CPO"]
    before = await listed(msp, f"?date_from={early}&date_to={late}")
    assert [each["party_id"] for each in before.json["data"]] == ["MSP"]
    assert before.header("x-total-count") == "1"


@pytest.mark.parametrize(
    "query", ["?limit=x", "?offset=-1", "?date_from=yesterday", "?limit=1&limit=2", "?offset=9999999999"]
)
async def test_hub_93_list_with_an_unclear_parameter_is_refused(world: World, one: Node, query: str) -> None:
    msp = await world.join(one, "DE", "MSP", "EMSP")
    answer = await listed(msp, query)
    assert (answer.status, answer.json["status_code"]) == (400, 2001)


async def test_hub_93_module_is_advertised_and_single_objects_are_not_served(world: World, one: Node) -> None:
    msp = await world.join(one, "DE", "MSP", "EMSP")
    own = {"Authorization": f"Token {msp.token}"}
    details = await one.call("GET", "/ocpi/2.2.1", own)
    offered = [each for each in details.json["data"]["endpoints"] if each["identifier"] == "hubclientinfo"]
    assert offered == [{"identifier": "hubclientinfo", "url": one.url + LIST, "role": "SENDER"}]
    assert (await one.call("GET", f"{LIST}/DE/MSP", own)).status == 404
    assert (await one.call("PUT", LIST, own, b"{}")).status == 405
    assert (await one.call("GET", LIST, {"Authorization": "Token nobody"})).status == 401


async def test_hub_94_silent_platform_is_asked_and_shown_offline_when_it_does_not_answer(
    world: World, one: Node
) -> None:
    msp = await world.join(one, "DE", "MSP", "EMSP", hears=True)
    cpo = await world.join(one, "DE", "CPO", "CPO")
    await settled(one)
    del world.backends[cpo.backend.url]
    world.clock.advance(timedelta(minutes=4))
    await settled(one)
    assert told(msp) == {("CPO", "CPO"): "CONNECTED"}
    world.clock.advance(timedelta(minutes=1))
    await settled(one)
    assert told(msp) == {("CPO", "CPO"): "OFFLINE"}
    world.backends[cpo.backend.url] = cpo.backend
    world.clock.advance(timedelta(minutes=5))
    await settled(one)
    assert told(msp) == {("CPO", "CPO"): "CONNECTED"}
    assert len(pushes(msp)) == 3


async def test_hub_94_platform_that_sends_messages_is_not_asked(world: World, one: Node) -> None:
    msp = await world.join(one, "DE", "MSP", "EMSP", hears=True)
    cpo = await world.join(one, "DE", "CPO", "CPO")
    await settled(one)
    del world.backends[cpo.backend.url]
    for _ in range(4):
        world.clock.advance(timedelta(minutes=3))
        await cpo.call(msp, "PUT", PUSH, b'{"id":"L1"}')
        await settled(one)
    assert told(msp)["CPO", "CPO"] == "CONNECTED"


async def test_hub_94_message_of_an_offline_platform_brings_it_back(world: World, one: Node) -> None:
    msp = await world.join(one, "DE", "MSP", "EMSP", hears=True)
    cpo = await world.join(one, "DE", "CPO", "CPO")
    await settled(one)
    del world.backends[cpo.backend.url]
    world.clock.advance(timedelta(minutes=5))
    await settled(one)
    assert told(msp)["CPO", "CPO"] == "OFFLINE"
    world.clock.advance(timedelta(seconds=1))
    await cpo.call(msp, "PUT", PUSH, b'{"id":"L1"}')
    await settled(one)
    assert told(msp)["CPO", "CPO"] == "CONNECTED"


class Slow:
    """A platform that takes a request and answers none until told."""

    def __init__(self, world: World, base: str) -> None:
        self.asked, self.answer = asyncio.Event(), asyncio.Event()
        self._request, self._base = world.request, base
        world.request = self.request  # type: ignore[method-assign]  # what stands between node and platforms

    async def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, *, timeout_s: float
    ) -> Answer:
        if url.startswith(self._base + "/"):
            self.asked.set()
            await self.answer.wait()
        return await self._request(method, url, headers, body, timeout_s=timeout_s)


async def test_hub_94_platform_that_hangs_delays_no_other(world: World) -> None:
    slow = Slow(world, "http://cpo.test")
    slow.answer.set()
    one = await world.node("one")
    msp = await world.join(one, "DE", "MSP", "EMSP", hears=True)
    cpo = await world.join(one, "DE", "CPO", "CPO", hears=True)
    cpx = await world.join(one, "DE", "CPX", "CPO")
    await settled(one)
    slow.answer.clear()
    del world.backends[cpx.backend.url]
    world.clock.advance(timedelta(minutes=5))
    client_info = one.app.client_info
    await client_info.tick()
    await slow.asked.wait()
    while told(msp)["CPX", "CPO"] != "OFFLINE":
        await client_info.tick()
        await asyncio.sleep(0)
    slow.answer.set()
    await settled(one)
    assert told(cpo)["CPX", "CPO"] == "OFFLINE"


async def test_hub_95_party_whose_rules_do_not_admit_another_is_planned_for_it_alone(
    world: World, one: Node
) -> None:
    msp = await world.join(one, "DE", "MSP", "EMSP", hears=True)
    other = await world.join(one, "DE", "OTH", "EMSP", hears=True)
    cpo = await world.join(one, "DE", "CPO", "CPO", hears=True)
    await settled(one)
    world.clock.advance(timedelta(minutes=1))
    await block(cpo, msp)
    await settled(one)
    assert told(msp)["CPO", "CPO"] == "PLANNED"
    assert told(cpo)["MSP", "EMSP"] == "PLANNED"
    assert told(other) == {("MSP", "EMSP"): "CONNECTED", ("CPO", "CPO"): "CONNECTED"}
    assert (await statuses(msp))["CPO", "CPO"] == "PLANNED"
    assert (await statuses(other))["CPO", "CPO"] == "CONNECTED"
    changed = await listed(msp, "?date_from=2026-01-01T00:01:00Z")
    assert [each["party_id"] for each in changed.json["data"]] == ["CPO"]


async def test_hub_96_two_roles_of_a_party_are_two_puts_to_one_address(world: World, one: Node) -> None:
    msp = await world.join(one, "DE", "MSP", "EMSP", hears=True)
    await world.join(one, "DE", "CPO", "CPO", further_roles=["NSP"])
    await settled(one)
    assert told(msp) == {("CPO", "CPO"): "CONNECTED", ("CPO", "NSP"): "CONNECTED"}
    assert len({request.url for request in pushes(msp)}) == 1
    assert len(pushes(msp)) == 2


async def test_hub_30_and_d10_party_is_introduced_before_its_first_object(world: World, one: Node) -> None:
    """The background work has not run yet: the message itself must not overtake the introduction."""
    msp = await world.join(one, "DE", "MSP", "EMSP", hears=True)
    cpo = await world.join(one, "DE", "CPO", "CPO")
    await cpo.call(msp, "PUT", PUSH, b'{"id":"L1"}')
    await cpo.call(msp, "PUT", PUSH, b'{"id":"L1"}')
    urls = [request.url.removeprefix(msp.backend.url) for request in msp.backend.received]
    assert urls == [
        "/receiver/hubclientinfo/DE/CPO",
        "/receiver/locations/DE/CPO/L1",
        "/receiver/locations/DE/CPO/L1",
    ]
    assert told(msp) == {("CPO", "CPO"): "CONNECTED"}


async def test_hub_30_newcomers_broadcast_overtakes_its_introduction_at_no_receiver(
    world: World, one: Node
) -> None:
    receivers = [await world.join(one, "DE", f"MS{number}", "EMSP", hears=True) for number in range(3)]
    cpo = await world.join(one, "DE", "CPO", "CPO")
    body = json.dumps(
        {"country_code": "DE", "party_id": "CPO", "id": "L1", "last_updated": "2026-01-01T00:00:00Z"}
    ).encode()
    answer = await cpo.call(PartyId("CH", "OCN"), "PUT", PUSH, body)
    assert answer.json["status_code"] == 1000, answer.body
    await one.settled()
    for receiver in receivers:
        urls = [request.url.removeprefix(receiver.backend.url) for request in receiver.backend.received]
        assert urls == ["/receiver/hubclientinfo/DE/CPO", "/receiver/locations/DE/CPO/L1"]


async def test_hub_82_offline_receiver_is_refused_at_once_and_tried_now_and_then(
    world: World, one: Node
) -> None:
    msp = await world.join(one, "DE", "MSP", "EMSP")
    cpo = await world.join(one, "DE", "CPO", "CPO")
    await settled(one)
    del world.backends[cpo.backend.url]
    world.clock.advance(timedelta(minutes=5))
    await settled(one)
    world.backends[cpo.backend.url] = cpo.backend
    body = json.dumps({"response_url": f"{msp.backend.url}/cb", "session_id": "S1"}).encode()
    first = await msp.call(cpo, "POST", COMMAND, body)
    assert first.json["status_code"] == 1000, "one message may try, and its answer brings the platform back"
    second = await msp.call(cpo, "POST", COMMAND, body)
    assert second.json["status_code"] == 1000
    await settled(one)
    assert (await statuses(msp))["CPO", "CPO"] == "CONNECTED"
    del world.backends[cpo.backend.url]
    world.clock.advance(timedelta(minutes=6))
    await settled(one)
    tried = [(await msp.call(cpo, "POST", COMMAND, body)).json for _ in range(2)]
    assert [each["status_code"] for each in tried] == [4003, 4003]
    assert "nothing answers" in tried[0]["status_message"]
    assert "OFFLINE" in tried[1]["status_message"]


async def test_platform_that_comes_back_is_told_what_it_missed_and_nothing_else(
    world: World, one: Node
) -> None:
    msp = await world.join(one, "DE", "MSP", "EMSP", hears=True)
    cpo = await world.join(one, "DE", "CPO", "CPO")
    await world.join(one, "DE", "CPX", "CPO")
    await settled(one)
    del world.backends[msp.backend.url]
    world.clock.advance(timedelta(minutes=5))
    await settled(one)
    await leave(cpo)
    await settled(one)
    assert told(msp) == {("CPO", "CPO"): "CONNECTED", ("CPX", "CPO"): "CONNECTED"}
    world.backends[msp.backend.url] = msp.backend
    world.clock.advance(timedelta(minutes=5))
    before = len(pushes(msp))
    await settled(one)
    assert told(msp) == {("CPO", "CPO"): "SUSPENDED", ("CPX", "CPO"): "CONNECTED"}
    assert len(pushes(msp)) == before + 1


async def test_platform_that_cannot_be_reached_is_not_tried_again_and_again(world: World, one: Node) -> None:
    await world.join(one, "DE", "MSP", "EMSP", hears=True)
    await settled(one)
    asked: list[str] = []
    answered = world.request

    async def request(method: str, url: str, *rest: Any, **more: Any) -> Answer:
        asked.append(f"{method} {url}")
        return await answered(method, url, *rest, **more)

    del world.backends["http://msp.test"]
    world.request = request  # type: ignore[method-assign]  # looks on
    await world.join(one, "DE", "CPO", "CPO")
    for _ in range(10):
        await settled(one)
        world.clock.advance(timedelta(seconds=1))
    assert [each for each in asked if "hubclientinfo" in each] == [
        "PUT http://msp.test/receiver/hubclientinfo/DE/CPO"
    ]


async def test_listed_party_without_connection_is_planned_and_suspended_when_its_listing_ends(
    world: World, one: Node
) -> None:
    msp = await world.join(one, "DE", "MSP", "EMSP", hears=True)
    planned = PartyId("FR", "NEW")
    listing = world.list(planned, one, Role.CPO)
    one.app.client_info.registry_changed()
    await settled(one)
    assert told(msp) == {("NEW", "CPO"): "PLANNED"}
    del world.directory.listings[planned]
    one.app.client_info.registry_changed()
    await settled(one)
    assert told(msp) == {("NEW", "CPO"): "SUSPENDED"}
    world.directory.listings[planned] = listing
    one.app.client_info.registry_changed()
    await settled(one)
    assert told(msp) == {("NEW", "CPO"): "PLANNED"}


async def test_i15_traffic_moves_last_seen_and_not_last_updated(world: World, one: Node) -> None:
    msp = await world.join(one, "DE", "MSP", "EMSP")
    cpo = await world.join(one, "DE", "CPO", "CPO")
    await settled(one)
    before = (await listed(msp)).json["data"]
    world.clock.advance(timedelta(minutes=1))
    await cpo.call(msp, "PUT", PUSH, b'{"id":"L1"}')
    await settled(one)
    assert (await listed(msp)).json["data"] == before
    shown = (await one.call("GET", "/admin/client-info", {"Authorization": "Token admin"})).json
    (seen,) = [each for each in shown if each["party_id"] == "CPO"]
    assert seen["last_seen"] == "2026-01-01T00:01:00.000Z"
    assert seen["last_updated"] == "2026-01-01T00:00:00.000Z"


async def test_replicas_of_one_database_share_the_work_and_take_it_over(world: World) -> None:
    one = await world.node("one")
    msp = await world.join(one, "DE", "MSP", "EMSP", hears=True)
    await settled(one)
    other = await world.node("one", key=one.key, store=one.store, links=one.links, clients=one.clients)
    cpo = await world.join(other, "DE", "CPO", "CPO")
    await settled(other)
    assert pushes(msp) == [], "the first one leads"
    assert await statuses(replace(msp, node=other)) == {("MSP", "EMSP"): "CONNECTED"}
    world.clock.advance(timedelta(seconds=30))
    await settled(other)
    assert told(msp) == {(cpo.id.party_id, "CPO"): "CONNECTED"}
    await settled(other)
    assert len(pushes(msp)) == 1
