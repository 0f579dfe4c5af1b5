"""The routing headers and ids of every leg, case by case (OCPI 2.2.1, Message Routing Headers)."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from ocn.ocpi.modules import OPERATIONS, Carries, InterfaceRole
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.versions import VersionNumber

if TYPE_CHECKING:
    from tests.unit.node.conftest import Answer, Network, Party
else:
    Network = Party = Answer = object

HUB = PartyId("CH", "OCN")
PUSH = "/ocpi/receiver/2.2.1/locations/DE/CPO/L1"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CODES = ("to-country-code", "to-party-id", "from-country-code", "from-party-id")


def parties(headers: Mapping[str, str]) -> tuple[str, str]:
    """Return TO and FROM as one text each; empty where there are none."""
    found = {name.lower(): text for name, text in headers.items()}
    to_country, to_party, from_country, from_party = (found.get(f"ocpi-{code}", "") for code in CODES)
    return to_country + to_party, from_country + from_party


def ids(headers: Mapping[str, str]) -> tuple[str, str]:
    found = {name.lower(): text for name, text in headers.items()}
    return found.get("x-request-id", ""), found.get("x-correlation-id", "")


@dataclass
class Leg:
    url: str
    sent: dict[str, str]
    answered: dict[str, str]


@dataclass
class Wire:
    """Everything that nodes sent, in order."""

    legs: list[Leg] = field(default_factory=list)

    def to(self, url: str) -> list[Leg]:
        return [leg for leg in self.legs if leg.url.startswith(url + "/")]


@pytest.fixture
def wire(network: Network, monkeypatch: pytest.MonkeyPatch) -> Wire:
    wire, request = Wire(), network.world.request

    async def recorded(method: str, url: str, headers: Mapping[str, str], body: bytes, **more: Any) -> Answer:
        answer = await request(method, url, headers, body, **more)
        wire.legs.append(Leg(url, dict(headers), dict(answer.headers)))
        return answer

    monkeypatch.setattr(network.world, "request", recorded)
    return wire


async def without(party: Party, names: Sequence[str], method: str, target: str, body: bytes = b"") -> Answer:
    headers = {
        name: text for name, text in party.headers(HUB).items() if not name.lower().startswith(tuple(names))
    }
    return await party.node.call(method, target, headers, body)


def assert_answered(answer: Answer, to: str, sender: str) -> None:
    assert parties(dict(answer.headers)) == (to, sender)
    assert ids(dict(answer.headers)) == ("req-1", "corr-1")


async def test_hub_01_and_hub_10_every_functional_request_has_all_four_headers_there_and_back(
    network: Network, wire: Wire
) -> None:
    body = json.dumps({"response_url": "http://msp.test/cb", "id": "1"}).encode()
    calls = 0
    for operation in OPERATIONS:
        modules = network.cpo.backend.modules
        if VersionNumber.V2_2_1 not in operation.versions or operation.module not in modules:
            continue
        path = "/".join(["", str(operation.module), *(part.replace("{}", "1") for part in operation.path)])
        path = path.replace("/{}", "/1")
        query = (
            "?response_url=http://msp.test/cb" if operation.carries is Carries.RESPONSE_URL_IN_QUERY else ""
        )
        for method in sorted(operation.methods):
            role = operation.interface_role.lower()
            target = f"/ocpi/{role}/2.2.1{path}{query}"
            sent = b"" if method in ("GET", "DELETE") else body
            answer = await network.msp.call(network.cpo, method, target, sent)
            assert answer.json["status_code"] == 1000, (method, target, answer.body)
            assert_answered(answer, "DEMSP", "DECPO")
            assert parties(wire.legs[-1].sent) == ("DECPO", "DEMSP")
            calls += 1
    assert calls > 30
    assert len(wire.legs) == calls


async def test_hub_11_two_nodes_in_a_chain_never_put_themselves_in(network: Network, wire: Wire) -> None:
    network.cpx.backend.set(
        "GET",
        "/sender/locations",
        [],
        x_request_id="theirs",
        x_correlation_id="theirs",
        ocpi_to_party_id="OCN",
        ocpi_from_party_id="OCN",
    )
    answer = await network.msp.call(network.cpx, "GET", "/ocpi/sender/2.2.1/locations")
    assert_answered(answer, "DEMSP", "NLCPX")
    (between,), (last,) = wire.to(network.two.url), wire.to(network.cpx.backend.url)
    for leg in (between, last):
        assert parties(leg.sent) == ("NLCPX", "DEMSP")
        assert ids(leg.sent)[1] == "corr-1"
        assert not {"CHOCN", "OCN"} & set(leg.sent.values())
    assert parties(between.answered) == ("DEMSP", "NLCPX")
    assert len({"req-1", ids(between.sent)[0], ids(last.sent)[0]}) == 3
    assert ids(between.answered) == ids(between.sent)


async def test_hub_10_direct_headers_of_a_local_receiver_are_not_taken_from_its_answer(
    network: Network, wire: Wire
) -> None:
    network.cpo.backend.set(
        "GET",
        "/sender/locations",
        [],
        x_request_id="theirs",
        ocpi_from_party_id="XXX",
        ocpi_to_party_id="XXX",
    )
    answer = await network.msp.call(network.cpo, "GET", "/ocpi/sender/2.2.1/locations")
    assert_answered(answer, "DEMSP", "DECPO")
    (leg,) = wire.legs
    assert parties(leg.sent) == ("DECPO", "DEMSP")


async def test_hub_24_broadcast_legs_are_from_the_hub_here_and_behind_the_other_node(
    network: Network, wire: Wire
) -> None:
    far = await network.world.join(network.two, "NL", "MSX", "EMSP")
    wire.legs.clear()
    answer = await network.cpo.call(HUB, "PUT", PUSH, b"{}")
    assert_answered(answer, "DECPO", "CHOCN")
    await network.one.settled()
    await network.two.settled()
    (near,), (distant,) = wire.to(network.msp.backend.url), wire.to(far.backend.url)
    (between,) = wire.to(network.two.url)
    assert parties(near.sent) == ("DEMSP", "CHOCN")
    assert parties(distant.sent) == ("NLMSX", "CHOCN")
    assert parties(between.sent) == ("CHOCN", "DECPO")
    assert {ids(leg.sent)[1] for leg in (near, distant, between)} == {"corr-1"}
    assert len({"req-1", *(ids(leg.sent)[0] for leg in (near, distant, between))}) == 4


@pytest.mark.parametrize("version", ["2.2", "2.2.1"])
async def test_hub_40_open_request_is_the_only_one_without_a_receiver(
    network: Network, wire: Wire, version: str
) -> None:
    token = json.dumps({"cdr_token": {"country_code": "NL", "party_id": "CPX"}, "id": "1"}).encode()
    target = f"/ocpi/receiver/{version}/cdrs"
    answer = await without(network.cpo, ["ocpi-to"], "POST", target, token)
    assert_answered(answer, "DECPO", "NLCPX")
    assert [parties(leg.sent) for leg in wire.legs] == [("NLCPX", "DECPO")] * len(wire.legs)
    assert {ids(leg.sent)[1] for leg in wire.legs} == {"corr-1"}


async def test_hub_50_list_of_the_hub_is_answered_in_its_name_and_asks_nobody(
    network: Network, wire: Wire
) -> None:
    await network.cpo.call(HUB, "PUT", PUSH, b'{"id":"L1"}')
    await network.one.settled()
    wire.legs.clear()
    answer = await network.msp.call(HUB, "GET", "/ocpi/sender/2.2.1/locations")
    assert_answered(answer, "DEMSP", "CHOCN")
    assert answer.json["data"] == [{"id": "L1"}]
    assert wire.legs == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/ocpi/versions"),
        ("GET", "/ocpi/2.2.1"),
        ("GET", "/ocpi/2.2.1/credentials"),
        ("GET", "/ocpi/sender/2.2.1/hubclientinfo"),
        ("POST", "/ocpi/2.2.1/credentials"),  # registered already: 405
        ("PUT", "/ocpi/2.2.1/credentials"),  # no body: 2001
    ],
)
async def test_hub_03_answers_of_configuration_modules_have_the_ids_and_no_party(
    network: Network, method: str, path: str
) -> None:
    answer = await network.msp.call(network.cpo, method, path)
    assert parties(dict(answer.headers)) == ("", "")
    assert ids(dict(answer.headers)) == ("req-1", "corr-1")
    assert network.cpo.backend.received == []


async def test_hub_03_discovery_of_the_hub_names_no_party(network: Network, wire: Wire) -> None:
    await network.world.join(network.one, "FR", "NEW", "EMSP")
    asked = [leg for leg in wire.legs if leg.url.startswith("http://new.test/")]
    assert len(asked) == 2
    assert [parties(leg.sent) for leg in asked] == [("", "")] * 2
    assert all(UUID.fullmatch(ids(leg.sent)[0]) for leg in asked)
    assert len({ids(leg.sent)[0] for leg in asked}) == 2
    assert len({ids(leg.sent)[1] for leg in asked}) == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "credentials"),
        ("PUT", "credentials"),
        ("GET", "versions"),
        ("GET", "hubclientinfo"),
        ("PUT", "hubclientinfo/DE/MSP"),
    ],
)
@pytest.mark.parametrize("role", ["sender", "receiver"])
async def test_hub_02_only_functional_modules_are_routed(
    network: Network, station: Party, role: str, method: str, path: str
) -> None:
    body = b"" if method == "GET" else b"{}"
    for target in (f"/ocpi/{role}/2.2.1/{path}", f"/ocpi/2.2.1/{role}/{path}"):
        answer = await network.msp.call(station, method, target, body)
        served = answer.status == 200 and path == "hubclientinfo"  # by the hub itself
        assert served or answer.status in (404, 405)
    assert station.backend.received == []


async def test_hub_04_platform_of_one_party_names_it_all_the_same(network: Network) -> None:
    answer = await without(network.msp, ["ocpi-from"], "GET", "/ocpi/sender/2.2.1/locations")
    assert (answer.status, answer.json["status_code"]) == (400, 2001)


async def test_hub_05_headers_name_the_parties_of_a_platform_one_by_one(network: Network, wire: Wire) -> None:
    msp, world = network.msp, network.world
    second = PartyId("AT", "MSP")
    world.directory.listings[second] = world.directory.listings[msp.id]
    both = [
        {"role": "EMSP", "country_code": code, "party_id": "MSP", "business_details": {"name": "x"}}
        for code in ("DE", "AT")
    ]
    await network.one.call("DELETE", "/ocpi/2.2.1/credentials", {"Authorization": f"Token {msp.token}"})
    invited = await network.one.call(
        "POST",
        "/admin/generate-registration-token",
        {"Authorization": "Token admin"},
        json.dumps(both).encode(),
    )
    answer = await network.one.call(
        "POST",
        "/ocpi/2.2.1/credentials",
        {"Authorization": f"Token {invited.json['token']}"},
        json.dumps({"token": "token-b", "url": "http://msp.test/versions", "roles": both}).encode(),
    )
    msp.token = answer.json["data"]["token"]
    wire.legs.clear()
    for code in ("DE", "AT"):
        target = "/ocpi/sender/2.2.1/locations"
        sent = await msp.call(network.cpo, "GET", target, OCPI_from_country_code=code)
        assert_answered(sent, f"{code}MSP", "DECPO")
        back = await network.cpo.call(PartyId(code, "MSP"), "GET", "/ocpi/sender/2.2.1/tokens")
        assert_answered(back, "DECPO", f"{code}MSP")
    assert [parties(leg.sent) for leg in wire.legs] == [
        ("DECPO", "DEMSP"),
        ("DEMSP", "DECPO"),
        ("DECPO", "ATMSP"),
        ("ATMSP", "DECPO"),
    ]
    wire.legs.clear()
    await network.cpo.call(HUB, "PUT", PUSH, b"{}")
    await network.one.settled()
    assert {parties(leg.sent)[0] for leg in wire.to("http://msp.test")} == {"DEMSP", "ATMSP"}


@pytest.mark.parametrize("half", [f"ocpi-{code}" for code in CODES])
async def test_hub_06_each_half_of_a_pair_alone_is_2001_at_the_party_door(
    network: Network, half: str
) -> None:
    answer = await without(network.msp, [half], "GET", "/ocpi/sender/2.2.1/locations")
    assert answer.json["status_code"] == 2001


@pytest.mark.parametrize("missing", [["x-request-id"], ["x-correlation-id"], ["x-"]])
async def test_hub_72_missing_ids_are_made_and_told(
    network: Network, wire: Wire, station: Party, missing: list[str]
) -> None:
    headers = {
        name: text
        for name, text in network.msp.headers(station).items()
        if not name.lower().startswith(tuple(missing))
    }
    answer = await network.one.call("GET", "/ocpi/sender/2.2.1/locations", headers)
    assert answer.json["status_code"] == 1000
    request_id, correlation_id = ids(dict(answer.headers))
    assert (request_id == "req-1") is (missing == ["x-correlation-id"])
    assert UUID.fullmatch(request_id) or request_id == "req-1"
    assert {ids(leg.sent)[1] for leg in wire.legs} == {correlation_id}
    assert all(UUID.fullmatch(ids(leg.sent)[0]) for leg in wire.legs)


def test_every_interface_is_in_the_matrix() -> None:
    assert {operation.interface_role for operation in OPERATIONS} == set(InterfaceRole)
