"""Broadcasts, lists and open requests in the hands of those who mean harm, and of what is merely broken."""

import asyncio
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest

from ocn.node.peers import SignedExchange
from ocn.ocpi.party_id import PartyId
from ocn.registry.listings import NodeListing
from ocn.signing import PrivateKey, decode, encode, parse_json, request_values, response_values, sign, verify

if TYPE_CHECKING:
    from tests.unit.node.conftest import Answer, Network, Node, Party, Request
else:
    Answer = Network = Node = Party = Request = object

HUB = PartyId("CH", "OCN")
PUSH = "/ocpi/receiver/2.2.1/locations/DE/CPO/L1"
LIST = "/ocpi/sender/2.2.1/locations"
ADMIN = {"Authorization": "Token admin"}
RULES = "/ocpi/receiver/2.2.1/ocnrules"


class Held:
    """A back end that answers nothing until it is told to."""

    def __init__(self, party: Party) -> None:
        self._party = party
        self._go = asyncio.Event()
        self.asked = asyncio.Event()
        self.asked_for: list[str] = []
        party.world.slow[party.backend.url] = self._wait

    async def _wait(self, request: Request) -> Answer:
        if request.method == "GET":
            return self._party.backend.handle(request)
        self.asked.set()
        self.asked_for.append(request.url)
        await self._go.wait()
        return self._party.backend.handle(request)

    def release(self) -> None:
        self._go.set()


def location(number: int) -> bytes:
    return b'{"id":"L1","n":%d}' % number


async def reports(node: Node) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await node.call("GET", "/admin/broadcasts", ADMIN)).json
    return found


async def credentials(party: Party, method: str, **changed: object) -> Answer:
    role = {
        "role": "EMSP",
        "country_code": party.id.country_code,
        "party_id": party.id.party_id,
        "business_details": {"name": "x"},
    }
    body = {"token": "token-c", "url": f"{party.backend.url}/versions", "roles": [role], **changed}
    return await party.node.call(
        method,
        "/ocpi/2.2.1/credentials",
        {"Authorization": f"Token {party.token}"},
        json.dumps(body).encode() if method != "DELETE" else b"",
    )


async def from_node_two(network: Network, method: str, target: str, body: bytes, **headers: str) -> int:
    """Send something that node two has signed and no honest node would, and return what it is answered."""
    exchange = SignedExchange(
        key=network.two.key, outbound=network.world, now_ms=network.world.clock.now_ms, max_age_ms=60_000
    )
    named = {
        "X-Request-ID": "r",
        "X-Correlation-ID": "c",
        "OCPI-from-country-code": "NL",
        "OCPI-from-party-id": "CPX",
        **{name.replace("_", "-"): text for name, text in headers.items()},
    }
    url = f"{network.one.url}/ocn/relay{target}"
    answer = await exchange.request(
        method, url, named, body, node=network.one.key.address, target=target, timeout_s=1
    )
    await network.one.settled()
    return int(json.loads(answer.body)["status_code"])


def reached(network: Network) -> set[str]:
    parties = (network.msp, network.cpo, network.cpx)
    return {party.id.party_id for party in parties if party.backend.received}


async def test_large_body_is_one_object_however_many_wait_for_it(network: Network) -> None:
    others = [await network.world.join(network.one, "FR", f"E{n:02}", "EMSP") for n in range(12)]
    body = b'{"id":"L1","x":"' + b"a" * (10 * 1024 * 1024 - 40) + b'"}'
    assert (await network.cpo.call(HUB, "PUT", PUSH, body)).json["status_code"] == 1000
    await network.one.settled()
    got = [party.backend.received[0].body for party in (network.msp, *others)]
    assert got[0] == body
    assert {id(each) for each in got} == {id(got[0])}


async def test_receiver_that_hangs_holds_no_more_bytes_than_its_lane_and_delays_no_other(
    network: Network,
) -> None:
    alive = await network.world.join(network.one, "FR", "EMS", "EMSP")
    held = Held(network.msp)
    body = b'{"id":"L1","x":"' + b"a" * (6 * 1024 * 1024) + b'"}'
    for _ in range(6):
        await network.cpo.call(HUB, "PUT", PUSH, body)
        while len(alive.backend.received) < 1:
            await asyncio.sleep(0)
        alive.backend.received.clear()
    refused = [each for report in await reports(network.one) for each in report["failures"]]
    assert refused == [{"receiver": "DE MSP", "reason": "too much is waiting for it already"}] * 4
    held.release()
    await network.one.settled()
    assert len(network.msp.backend.received) == 2


async def test_thousands_of_pushes_to_one_that_hangs_end_and_leave_no_task(network: Network) -> None:
    alive = await network.world.join(network.one, "FR", "EMS", "EMSP")
    before = len(asyncio.all_tasks())
    held = Held(network.msp)
    for number in range(1_200):
        assert (await network.cpo.call(HUB, "PUT", PUSH, location(number))).json["status_code"] == 1000
        while len(alive.backend.received) <= number:
            await asyncio.sleep(0)
    held.release()
    await network.one.settled()
    await network.two.settled()
    assert [json.loads(got.body)["n"] for got in alive.backend.received] == list(range(1_200))
    taken = [json.loads(got.body)["n"] for got in network.msp.backend.received]
    assert taken == list(range(len(taken)))
    assert 500 <= len(taken) <= 501
    assert len(asyncio.all_tasks()) == before


async def test_parts_of_an_object_wait_for_the_object_however_they_are_spelled(network: Network) -> None:
    held = Held(network.msp)
    base, body = "/ocpi/receiver/2.2.1/locations", b'{"last_updated":"2026-01-01T00:00:00Z"}'
    paths = ["DE/CPO/L1", "DE/CPO/L1/E1", "DE/CPO/L1/E2", "DE/CPO/L1/E1/1", "de/cpo/l1", "DE/CP%4f/L1/E3"]
    for path in paths:
        answer = await network.cpo.call(HUB, "PATCH", f"{base}/{path}", body)
        assert answer.json["status_code"] == 1000, answer.body
    await held.asked.wait()
    await network.two.settled()
    assert len(held.asked_for) == 1
    held.release()
    await network.one.settled()
    assert [url.partition("/locations/")[2] for url in held.asked_for] == paths


async def test_node_that_is_listed_at_our_own_address_brings_nothing_back(network: Network) -> None:
    liar = PrivateKey.generate().address
    network.world.directory.listed_nodes[liar] = NodeListing(liar, network.one.url)
    await network.cpo.call(HUB, "PUT", PUSH, b'{"id":"L1"}')
    await network.one.settled()
    await network.two.settled()
    (report,) = await reports(network.one)
    assert [each["receiver"] for each in report["failures"]] == ["node http://one.test"]
    assert len(network.msp.backend.received) == 1


async def test_party_that_leaves_in_the_middle_gets_nothing_of_what_waited(network: Network) -> None:
    held = Held(network.msp)
    for number in range(4):
        await network.cpo.call(HUB, "PUT", PUSH, location(number))
    await held.asked.wait()
    assert (await credentials(network.msp, "DELETE")).json["status_code"] == 1000
    held.release()
    await network.one.settled()
    assert len(network.msp.backend.received) == 1
    missed = [each for report in await reports(network.one) for each in report["failures"]]
    assert missed == [{"receiver": "DE MSP", "reason": "DE MSP has left since"}] * 3


async def test_party_that_renews_in_the_middle_gets_the_rest_under_its_new_token(network: Network) -> None:
    held = Held(network.msp)
    for number in range(3):
        await network.cpo.call(HUB, "PUT", PUSH, location(number))
    await held.asked.wait()
    assert (await credentials(network.msp, "PUT")).json["status_code"] == 1000
    held.release()
    await network.one.settled()
    tokens = [got.header("authorization") for got in network.msp.backend.received]
    assert len(tokens) == 3
    assert tokens[0] != tokens[1] == tokens[2]


async def test_party_that_blocks_the_sender_in_the_middle_gets_nothing_of_what_waited(
    network: Network,
) -> None:
    held = Held(network.msp)
    for number in range(3):
        await network.cpo.call(HUB, "PUT", PUSH, location(number))
    await held.asked.wait()
    blocked = await network.one.call(
        "PUT", f"{RULES}/block-all", {"Authorization": f"Token {network.msp.token}"}
    )
    assert blocked.json["status_code"] == 1000
    held.release()
    await network.one.settled()
    assert len(network.msp.backend.received) == 1


async def test_node_that_never_answers_delays_nobody_and_is_given_up_when_the_node_closes(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object) -> Answer:
        return await asyncio.Event().wait()  # type: ignore[return-value]  # it never does

    monkeypatch.setattr(network.two, "call", never)
    before = len(asyncio.all_tasks())
    for number in range(3):
        await network.cpo.call(HUB, "PUT", PUSH, location(number))
    while len(network.msp.backend.received) < 3:
        await asyncio.sleep(0)
    assert [report["under_way"] for report in await reports(network.one)] == [1, 1, 1]
    await network.one.lanes.close(grace_s=0)
    assert len(asyncio.all_tasks()) == before


async def test_node_that_is_listed_no_more_gets_nothing_of_what_waited(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = await network.world.join(network.two, "NL", "MSX", "EMSP")
    held, asked, call = asyncio.Event(), asyncio.Event(), network.two.call

    async def slow(*request: Any) -> Answer:
        asked.set()
        await held.wait()
        return await call(*request)

    monkeypatch.setattr(network.two, "call", slow)
    for number in range(3):
        await network.cpo.call(HUB, "PUT", PUSH, location(number))
    await asked.wait()
    for party in (network.cpx, far):
        del network.world.directory.listings[party.id]
    held.set()
    await network.one.settled()
    await network.two.settled()
    assert len(far.backend.received) == 1


@pytest.mark.parametrize("codes", [("ch", "ocn"), ("CH", "ocn"), ("cH", "OcN")])
async def test_hub_is_the_hub_in_any_case(network: Network, codes: tuple[str, str]) -> None:
    hub = PartyId(*codes)
    pushed = await network.cpo.call(hub, "PUT", PUSH, b'{"id":"L1"}')
    assert pushed.json["status_code"] == 1000
    await network.one.settled()
    assert len(network.msp.backend.received) == 1
    listed = await network.msp.call(hub, "GET", LIST)
    assert listed.json["data"] == [{"id": "L1"}]
    assert listed.header("ocpi-from-party-id") == "OCN"


@pytest.mark.parametrize("path", ["D/ECPO/L1", "DEC/PO/L1", "DECPO//L1", "de/cp%6f/L1", "NL/CPX/L1"])
async def test_owner_is_compared_code_by_code(network: Network, path: str) -> None:
    answer = await network.cpo.call(HUB, "PUT", f"/ocpi/receiver/2.2.1/locations/{path}", b'{"id":"L1"}')
    same = path == "de/cp%6f/L1"
    assert (answer.json["status_code"] == 1000) is same
    split = await network.cpo.call(HUB, "PUT", PUSH, b'{"country_code":"D","party_id":"ECPO"}')
    assert split.json["status_code"] == 2001
    await network.one.settled()
    assert len(network.msp.backend.received) == same


@pytest.mark.parametrize("way", ["broadcast", "stored", "direct"])
async def test_way_of_nodes_in_the_hands_of_a_party_means_nothing(
    network: Network, station: Party, way: str
) -> None:
    sent: list[Mapping[str, str]] = []

    def look(request: Request) -> Request:
        sent.append(request.headers)
        return request

    network.world.tampering = look
    target = "/ocpi/receiver/2.2.1/tokens/DE/MSP/T1"
    answer = await network.msp.call(station, "PUT", target, b"{}", OCN_Way=way)
    assert answer.json["status_code"] == 1000
    await network.one.settled()
    assert reached(network) == {station.id.party_id}
    assert not any("ocn-way" in map(str.lower, headers) for headers in sent)


@pytest.mark.parametrize(
    ("method", "target", "body", "headers"),
    [
        ("PUT", "/receiver/2.2.1/locations/NL/CPX/L1", b"{}", {}),  # neither a receiver nor a broadcast
        ("PUT", "/receiver/2.2.1/locations/NL/CPX/L1", b"{}", {"to": "CHOCN"}),
        ("GET", "/sender/2.2.1/locations", b"", {"to": "CHOCN"}),
        ("GET", "/sender/2.2.1/locations", b"", {}),
        ("POST", "/receiver/2.2.1/cdrs", b'{"cdr_token":{"country_code":"DE","party_id":"MSP"}}', {}),
        ("PUT", "/receiver/2.2.1/sessions/NL/CPX/S1", b"{}", {"OCN_Way": "broadcast"}),
        ("GET", "/sender/2.2.1/locations", b"", {"OCN_Way": "broadcast", "to": "CHOCN"}),
        ("PUT", "/receiver/2.2.1/locations/DE/CPO/L1", b"{}", {"OCN_Way": "broadcast"}),
        ("PUT", "/receiver/2.2.1/locations/NL/CPX/L1", b"no json", {"OCN_Way": "broadcast"}),
        ("PUT", "/receiver/2.2.1/locations/NL/CPX/L1", b"{}", {"OCN_Way": "Broadcast"}),
        ("PUT", "/receiver/2.2.1/locations/NL/CPX/L1", b"{}", {"OCN_Way": "broadcast", "from": "DECPO"}),
        ("PUT", "/receiver/2.2.1/locations/NL/CPX/L1", b"{}", {"OCN_Way": "broadcast", "from": "CHOCN"}),
    ],
)
async def test_node_that_sends_what_no_honest_node_would_reaches_nobody(
    network: Network, method: str, target: str, body: bytes, headers: dict[str, str]
) -> None:
    named = {name: text for name, text in headers.items() if name not in ("to", "from")}
    for way in ("to", "from"):
        if codes := headers.get(way):
            named |= {f"OCPI_{way}_country_code": codes[:2], f"OCPI_{way}_party_id": codes[2:]}
    if "from" in headers:
        named = {name.replace("_", "-"): text for name, text in named.items()}
    assert await from_node_two(network, method, target, body, **named) in (2001, 4001, 4003)
    assert reached(network) == set()


async def test_broadcast_of_a_node_that_names_one_receiver_is_still_for_its_audience_alone(
    network: Network,
) -> None:
    names = {"OCPI_to_country_code": "DE", "OCPI_to_party_id": "CPO"}
    target = "/receiver/2.2.1/locations/NL/CPX/L1"
    status = await from_node_two(network, "PUT", target, b'{"id":"L1"}', OCN_Way="broadcast", **names)
    assert status == 1000
    assert reached(network) == {"MSP"}


async def test_broadcast_between_nodes_that_is_replayed_reaches_nobody_again(network: Network) -> None:
    far = await network.world.join(network.two, "NL", "MSX", "EMSP")
    seen: list[Request] = []

    def keep(request: Request) -> Request:
        seen.append(request)
        return request

    network.world.tampering = keep
    await network.cpo.call(HUB, "PUT", PUSH, b'{"id":"L1"}')
    await network.one.settled()
    await network.two.settled()
    (request,) = seen
    target = request.url.removeprefix(network.two.url)
    again = await network.two.call("PUT", target, request.headers, request.body)
    assert again.json["status_code"] == 4003
    stripped = {name: text for name, text in request.headers.items() if name.lower() != "ocn-way"}
    assert (await network.two.call("PUT", target, stripped, request.body)).json["status_code"] == 4003
    await network.two.settled()
    assert len(far.backend.received) == 1


async def test_list_shows_nothing_of_whom_the_reader_blocks_and_counts_it_not(network: Network) -> None:
    await network.cpo.call(HUB, "PUT", PUSH, b'{"id":"L1"}')
    await network.cpx.call(HUB, "PUT", "/ocpi/receiver/2.2.1/locations/NL/CPX/L2", b'{"id":"L2"}')
    await network.one.settled()
    await network.two.settled()
    entry = json.dumps({"country_code": "de", "party_id": "cpo", "modules": ["Locations"]}).encode()
    token = {"Authorization": f"Token {network.msp.token}"}
    assert (await network.one.call("POST", f"{RULES}/blacklist", token, entry)).json["status_code"] == 1000
    answer = await network.msp.call(HUB, "GET", LIST)
    assert (answer.json["data"], answer.header("x-total-count")) == ([{"id": "L2"}], "1")
    one = await network.msp.call(HUB, "GET", f"{LIST}/L1")
    assert one.json["status_code"] == 2003


async def test_node_that_demands_signatures_takes_no_unsigned_broadcast_and_gives_no_list(
    network: Network,
) -> None:
    world = network.world
    strict = await world.node("strict", signatures=True)
    cpo = await world.join(strict, "BE", "CPB", "CPO")
    msp = await world.join(strict, "BE", "MSB", "EMSP")
    push, body = "/ocpi/receiver/2.2.1/locations/BE/CPB/L1", b'{"id":"L1"}'

    def signed(party: Party, body: bytes = b"", key: PrivateKey | None = None) -> dict[str, str]:
        headers = {name.lower(): text for name, text in party.headers(HUB).items()}
        values = request_values(headers, [], parse_json(body) if body else None)
        return {**headers, "ocn-signature": encode(sign(values, key or party.key))}

    refused = [
        await cpo.call(HUB, "PUT", push, body),
        await strict.call("PUT", push, signed(cpo, body, msp.key), body),
        await msp.call(HUB, "GET", LIST),
        await strict.call("GET", LIST, signed(msp, b"", cpo.key)),
    ]
    assert [answer.json["status_code"] for answer in refused] == [2001] * 4
    await strict.settled()
    assert msp.backend.received == []
    taken = await strict.call("PUT", push, signed(cpo, body), body)
    listed = await strict.call("GET", LIST, signed(msp))
    await strict.settled()
    assert taken.json["status_code"] == 1000
    assert listed.json["data"] == [{"id": "L1"}]
    assert len(msp.backend.received) == 1
    for answer in (taken, listed):
        said: Any = parse_json(answer.body)
        envelope = decode(said.pop("ocn_signature"))
        relayed = {name: text for name, text in answer.headers if name in ("x-total-count", "x-limit")}
        assert verify(envelope, response_values(relayed, said)).author == strict.key.address


async def test_session_pushed_by_one_the_receiver_blocks_does_not_hide_its_owner(network: Network) -> None:
    entry = json.dumps({"country_code": "NL", "party_id": "CPX", "modules": []}).encode()
    token = {"Authorization": f"Token {network.msp.token}"}
    await network.one.call("POST", f"{RULES}/blacklist", token, entry)
    session = "/ocpi/receiver/2.2.1/sessions/{}/S%201"
    await network.cpo.call(network.msp, "PUT", session.format("DE/CPO"), b"{}")
    stranger = await network.cpx.call(network.msp, "PUT", session.format("NL/CPX"), b"{}")
    assert stranger.json["status_code"] == 2000
    assert await stops(network, session_id="s 1") == 1000
    assert reached(network) == {"MSP", "CPO"}


async def test_hub_44_reservation_leads_to_whoever_took_it(network: Network) -> None:
    body = b'{"reservation_id":"R1","response_url":"http://msp.test/cb"}'
    commands = "/ocpi/receiver/2.2.1/commands/RESERVE_NOW"
    await network.msp.call(network.cpx, "POST", commands, body)
    assert await stops(network, "CANCEL_RESERVATION", reservation_id="R1") == 1000
    assert [got.url.rpartition("/")[2] for got in network.cpx.backend.received] == [
        "RESERVE_NOW",
        "CANCEL_RESERVATION",
    ]
    assert await stops(network, "CANCEL_RESERVATION", reservation_id="R2") == 4001


async def stops(network: Network, command: str = "STOP_SESSION", **members: str) -> int:
    headers = {k: v for k, v in network.msp.headers(HUB).items() if not k.startswith("OCPI-to")}
    body = json.dumps({**members, "response_url": "http://msp.test/cb"}).encode()
    answer = await network.one.call("POST", f"/ocpi/receiver/2.2.1/commands/{command}", headers, body)
    return int(answer.json["status_code"])


@pytest.mark.parametrize(
    ("method", "target", "changed"),
    [
        ("PUT", "/ocpi/receiver/2.1.1/locations/NL/CPX/L1", {}),
        ("DELETE", "/ocpi/receiver/2.1.1/locations/FR/OLD/L1", {}),
        ("PUT", "/ocpi/receiver/2.1.1/locations/FR/OLD/L1", {"OCPI-from-party-id": "OLD"}),
        (
            "PUT",
            "/ocpi/receiver/2.1.1/locations/FR/OLD/L1",
            {"OCPI-from-country-code": "DE", "OCPI-from-party-id": "CPO"},
        ),
        ("POST", "/ocpi/receiver/2.1.1/cdrs", {}),
        ("PUT", "/ocpi/receiver/2.1.1/locations/FR/OLD/L1", {"OCPI-to-party-id": "OCN"}),
    ],
)
async def test_push_of_2_1_1_that_is_not_its_own_or_names_half_a_party_reaches_nobody(
    network: Network, method: str, target: str, changed: dict[str, str]
) -> None:
    old = await network.world.join(network.one, "FR", "OLD", "CPO", "2.1.1")
    headers = {"Authorization": f"Token {old.token}", **changed}
    answer = await network.one.call(method, target, headers, b"{}" if method != "DELETE" else b"")
    assert answer.json["status_code"] in (2001, 3000)  # 2.1.1 has no 4001
    assert "the node failed" not in answer.json["status_message"]
    await network.one.settled()
    await network.two.settled()
    assert reached(network) == set()
