"""Nodes killed, stopped and started again, and a chain that goes away: what was promised still holds."""

import asyncio
import json
import signal
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import pytest

from ocn.ocpi.party_id import PartyId

if TYPE_CHECKING:
    from tests.acceptance.node.conftest import Operated
    from tests.integration.node.conftest import Party, Request
else:
    Operated = Party = Request = object

pytestmark = pytest.mark.asyncio(loop_scope="module")

LOCATIONS = "/ocpi/sender/2.2.1/locations"
CDRS = "/ocpi/receiver/2.2.1/cdrs"
START = "/ocpi/receiver/2.2.1/commands/START_SESSION"
ENVELOPE = b'{"status_code":1000,"timestamp":"2026-01-01T00:00:00Z","data":null}'
HUB = PartyId("CH", "OCN")
NODES = ("node-1", "node-2")


def whole(*lines: str, body: bytes = ENVELOPE, status: str = "200 OK") -> bytes:
    head = "\r\n".join([f"HTTP/1.1 {status}", f"content-length: {len(body)}", *lines, "", ""])
    return head.encode() + body


def says(data: bytes) -> Callable[[Request, asyncio.StreamWriter], Awaitable[None]]:
    async def behave(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(data)

    return behave


async def eventually(ask: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await ask():
            await asyncio.sleep(0.02)


async def test_addresses_handed_out_before_both_nodes_are_killed_work_after_their_restart(
    operated: Operated,
) -> None:
    msp = await operated.party(0, "DE", "KMS")
    local, remote = await operated.party(0, "DE", "KCP"), await operated.party(1, "NL", "KCX")
    pages: list[str] = []
    locations: list[str] = []
    callbacks: list[str] = []
    for station in (local, remote):
        station.backend.behave = says(whole('link: </page2?offset=2>; rel="next"'))
        answer = await msp.call(station, "GET", LOCATIONS)
        pages.append(answer.headers["link"][1:].partition(">")[0])
        station.backend.behave = None
        msp.backend.behave = says(whole("location: /cdrs/7", status="201 Created"))
        locations.append((await station.call(msp, "POST", CDRS, b"{}")).headers["location"])
        msp.backend.behave = None
        command = json.dumps({"response_url": f"{msp.backend.url}/results/7?a=b"}).encode()
        assert (await msp.call(station, "POST", START, command)).code == 1000
        callbacks.append(json.loads(station.backend.received[-1].body)["response_url"])

    for name in NODES:
        await operated.restart(name)

    for station, page, location, callback in zip((local, remote), pages, locations, callbacks, strict=True):
        assert (await station.call(msp, "POST", callback, b'{"result":"ACCEPTED"}')).code == 1000
        got = msp.backend.received[-1]
        assert (got.method, got.target, got.body) == ("POST", "/results/7?a=b", b'{"result":"ACCEPTED"}')
        assert (await msp.call(station, "GET", page)).code == 1000
        assert station.backend.received[-1].target == "/page2?offset=2"
        assert (await station.call(msp, "GET", location)).code == 1000
        assert msp.backend.received[-1].target == "/cdrs/7"


async def test_node_killed_while_it_reads_a_platforms_versions_keeps_the_old_registration(
    operated: Operated,
) -> None:
    msp, cpo = await operated.party(0, "DE", "LMS"), await operated.party(0, "DE", "LCP")
    old_token, asked = cpo.token, asyncio.Event()
    cpo.backend.versions = [{"version": "2.2.1", "url": f"{cpo.backend.url}/held"}]

    async def held(_request: Request, _writer: asyncio.StreamWriter) -> None:
        asked.set()
        await asyncio.Event().wait()

    cpo.backend.behave = held
    renewal = asyncio.create_task(cpo.register_again(token="token-new"))
    await asked.wait()
    await operated.restart("node-1")
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await renewal
    cpo.backend.behave = None
    assert cpo.token == old_token
    assert (await cpo.call(msp, "GET", LOCATIONS)).code == 1000
    assert (await msp.call(cpo, "GET", LOCATIONS)).code == 1000


async def test_node_killed_while_it_stores_a_registration_has_the_old_or_the_new_one_whole(
    operated: Operated,
) -> None:
    cpo = await operated.party(0, "DE", "MCP")
    for attempt in range(3):
        cpo.backend.endpoints = dict.fromkeys(cpo.backend.MODULES, f"{cpo.backend.url}/{attempt}")
        read = cpo.backend.discoveries
        renewal = asyncio.create_task(cpo.register_again())

        async def discovered(before: int = read) -> bool:
            return cpo.backend.discoveries > before

        await eventually(discovered)
        await operated.restart("node-1")
        (outcome,) = await asyncio.gather(renewal, return_exceptions=True)
        admin = {"Authorization": f"Token {cpo.node.admin_key}"}
        view = (await cpo.node.call("GET", "/admin/parties/DE/MCP", admin)).json
        endpoints = {endpoint["url"] for endpoint in view["endpoints"]}
        assert len(endpoints) == 1 or endpoints == {
            f"{cpo.backend.url}/{role}/{module}"
            for role in ("sender", "receiver")
            for module in cpo.backend.MODULES
        }
        if isinstance(outcome, Exception):  # the answer was lost, and maybe the new token with it
            assert (await cpo.node.call("DELETE", f"/admin/platforms/{view['id']}", admin)).status == 204
            assert (await cpo.register(await cpo.invited())).code == 1000


async def test_node_told_to_stop_answers_what_is_under_way_and_ends_well(operated: Operated) -> None:
    msp, cpo = await operated.party(0, "DE", "NMS"), await operated.party(0, "DE", "NCP")
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def later(_request: Request, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await go_on.wait()
        writer.write(whole())

    cpo.backend.behave = later
    under_way = asyncio.create_task(msp.call(cpo, "GET", LOCATIONS))
    await asked.wait()
    ending = asyncio.create_task(operated.end("node-1", signal.SIGTERM))

    async def refuses() -> bool:
        return not await operated.is_ok(msp.node, "/health")

    await eventually(refuses)
    assert not under_way.done()
    assert not ending.done()
    go_on.set()
    assert (await under_way).code == 1000
    assert await ending == 0
    await operated.start("node-1")
    cpo.backend.behave = None
    assert (await msp.call(cpo, "GET", LOCATIONS)).code == 1000


async def test_remote_node_that_is_gone_is_unreachable_and_found_again(operated: Operated) -> None:
    msp, cpx = await operated.party(0, "DE", "OMS"), await operated.party(1, "NL", "OCX")
    assert (await msp.call(cpx, "GET", LOCATIONS)).code == 1000
    await operated.end("node-2", signal.SIGKILL)
    answer = await msp.call(cpx, "GET", LOCATIONS)
    assert (answer.status, answer.code) == (200, 4003)
    assert answer.headers["x-request-id"] == "req-1"
    await operated.start("node-2")
    assert (await msp.call(cpx, "GET", LOCATIONS)).code == 1000


@pytest.mark.long
async def test_chain_that_is_gone_stops_no_message_and_is_told_by_readiness(operated: Operated) -> None:
    msp = await operated.party(0, "DE", "PMS")
    cpo, cpx = await operated.party(0, "DE", "PCP"), await operated.party(1, "NL", "PCX")
    unlisted = await operated.party(0, "DE", "PUN", register=False)
    token_a = await unlisted.invited()
    unlisted.id = type(unlisted.id)("DE", "PNO")
    await operated.end("chain", signal.SIGKILL)

    for station in (cpo, cpx):
        assert (await msp.call(station, "GET", LOCATIONS)).code == 1000

    async def operator_sees_it() -> bool:
        answer = await msp.node.call("GET", "/admin/node", {"Authorization": f"Token {msp.node.admin_key}"})
        return answer.json["registry"]["last_error"] is not None

    await eventually(operator_sees_it)
    answer = await unlisted.register(token_a)
    assert (answer.status, answer.code) == (400, 2001)
    answer = await unlisted.register(await unlisted.invited())
    assert (answer.status, answer.code) == (400, 2001)
    assert "not listed in the registry" in answer.json["status_message"]

    await operated.restart("node-1", OCN_NODE_CHAIN__MAX_LAG_SECONDS="1")
    for station in (cpo, cpx):
        assert (await msp.call(station, "GET", LOCATIONS)).code == 1000

    async def says_so() -> bool:
        answer = await msp.node.call("GET", "/ready")
        return answer.status == 503 and "not in step with the chain" in answer.json["problems"][0]

    await eventually(says_so)
    assert (await msp.node.call("GET", "/health")).status == 200
    await operated.start("chain")
    await eventually(lambda: operated.is_ok(msp.node, "/ready"))


async def test_node_killed_in_the_middle_of_broadcasts_keeps_what_it_answered_and_sends_nothing_twice(
    operated: Operated,
) -> None:
    cpo = await operated.party(0, "DE", "QCP")
    hanging = await provider(operated, 0, "QHA")
    near, far = await provider(operated, 0, "QNE"), await provider(operated, 1, "QFA")

    async def never(_request: Request, _writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async def push(number: int) -> None:
        body = b'{"id":"L%d"}' % number
        path = f"/ocpi/receiver/2.2.1/locations/DE/QCP/L{number}"
        assert (await cpo.call(HUB, "PUT", path, body)).code == 1000

    def pushes(party: Party) -> list[str]:
        return [got.target for got in party.backend.received if "/locations/DE/QCP/" in got.target]

    async def arrived(count: int) -> bool:
        return len(pushes(near)) == len(pushes(far)) == count

    hanging.backend.behave = never
    for number in range(6):
        await push(number)
    await eventually(lambda: arrived(6))
    await operated.restart("node-1")

    hanging.backend.behave = None
    hanging.backend.received.clear()
    listed = await near.call(HUB, "GET", LOCATIONS)
    own = [each["id"] for each in listed.json["data"] if each["id"].startswith("L")]
    assert sorted(own) == [f"L{number}" for number in range(6)]
    await push(6)
    await eventually(lambda: arrived(7))

    async def caught_up() -> bool:
        return bool(pushes(hanging))

    await eventually(caught_up)
    assert pushes(hanging) == ["/receiver/locations/DE/QCP/L6"]
    assert len(set(pushes(near))) == len(set(pushes(far))) == 7


async def provider(operated: Operated, node: int, party_id: str) -> Party:
    """Let an eMSP join."""
    party = await operated.party(node, "DE", party_id, register=False)
    role = {"role": "EMSP", "country_code": "DE", "party_id": party_id, "business_details": {"name": "x"}}
    assert (await party.register(await party.invited(), roles=[role])).code == 1000
    return party
