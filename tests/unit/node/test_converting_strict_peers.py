"""What the operator says a platform rejects is not in what is converted for it, and both sides are told."""

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.unit.node.conftest import Network, Party
else:
    Network = Party = object

AT = "2026-01-01T00:00:00.123Z"
PUT = "/ocpi/receiver/2.3.0/locations/DE/NEW/L1"
LOCATION = {
    "country_code": "DE",
    "party_id": "NEW",
    "id": "L1",
    "name": "Plätze",
    "publish": True,
    "facilities": ["HOTEL", "SPACE_ELEVATOR"],
    "stranger": 1,
    "last_updated": AT,
}


def body(value: Any) -> bytes:
    return json.dumps(value).encode()


async def decide(network: Network, party: Party, wanted: dict[str, Any] | None, status: int = 200) -> Any:
    admin = {"Authorization": "Token admin"}
    path = f"/admin/parties/{party.id.country_code}/{party.id.party_id}"
    platform = (await network.one.call("GET", path, admin)).json["id"]
    method, sent = ("DELETE", b"") if wanted is None else ("PUT", body(wanted))
    answer = await network.one.call(method, f"/admin/platforms/{platform}/conversion", admin, sent)
    assert answer.status == status, answer.body
    return answer.json


async def newer(network: Network) -> Party:
    return await network.world.join(network.one, "DE", "NEW", "CPO", "2.3.0")


@pytest.mark.parametrize(
    ("flag", "becomes"),
    [
        ("closed_enums", {"facilities": ["HOTEL"]}),
        ("ascii_only", {"name": "Platze"}),
        ("no_fractions", {"last_updated": "2026-01-01T00:00:00Z"}),
        ("known_members_only", {"stranger": None}),
    ],
)
async def test_a_flag_of_the_receiver_decides_what_it_gets(
    network: Network, flag: str, becomes: dict[str, Any]
) -> None:
    cpo = await newer(network)
    shown = await decide(network, network.msp, {"strict": [flag]})
    assert (shown["default"], shown["strict"]) == (True, [flag])
    answer = await cpo.call(network.msp, "PUT", PUT, body(LOCATION))
    assert answer.json["status_code"] == 1000
    (got,) = network.msp.backend.received
    expected = {name: value for name, value in {**LOCATION, **becomes}.items() if value is not None}
    assert json.loads(got.body) == expected
    assert got.header("OCN-Conversion") == "2.3.0->2.2.1; dropped=1" == answer.header("ocn-conversion")


async def test_a_flag_of_the_caller_decides_what_it_is_answered_and_nothing_else(network: Network) -> None:
    cpo = await newer(network)
    await decide(network, network.msp, {"strict": ["known_members_only"]})
    cpo.backend.set("GET", "/sender/locations", [LOCATION])
    answer = await network.msp.call(cpo, "GET", "/ocpi/sender/2.2.1/locations")
    assert answer.json["data"] == [{name: LOCATION[name] for name in LOCATION if name != "stranger"}]
    await decide(network, network.msp, None)
    answer = await network.msp.call(cpo, "GET", "/ocpi/sender/2.2.1/locations")
    assert answer.json["data"] == [LOCATION]


async def test_between_equal_versions_nothing_is_touched_and_nothing_said(network: Network) -> None:
    await decide(network, network.msp, {"strict": ["known_members_only", "ascii_only"]})
    path = "/ocpi/receiver/2.2.1/locations/DE/CPO/L1"
    sent = body({**LOCATION, "party_id": "CPO"})
    answer = await network.cpo.call(network.msp, "PUT", path, sent)
    (got,) = network.msp.backend.received
    assert (got.body, got.header("OCN-Conversion")) == (sent, None)
    assert answer.header("ocn-conversion") is None


async def test_what_stands_in_for_a_patch_is_said_to_be_converted(network: Network) -> None:
    cpo = await newer(network)
    await decide(network, network.msp, {"strict": ["no_fractions"]})
    network.msp.backend.set("GET", "/receiver/locations/DE/NEW/L1", LOCATION)
    await cpo.call(network.msp, "PATCH", PUT, body({"help_phone": "+49", "last_updated": AT}))
    got, put = network.msp.backend.received
    assert got.header("OCN-Conversion") == "2.3.0->2.2.1"
    assert (put.header("OCN-Conversion") or "").startswith("2.3.0->2.2.1; dropped=")
    assert json.loads(put.body) == {**LOCATION, "last_updated": "2026-01-01T00:00:00Z"}


async def test_a_sender_cannot_say_that_its_request_was_converted(network: Network) -> None:
    path = "/ocpi/receiver/2.2.1/locations/DE/CPO/L1"
    await network.cpo.call(network.msp, "PUT", path, body(LOCATION), ocn_conversion="2.3.0->2.2.1")
    (got,) = network.msp.backend.received
    assert got.header("OCN-Conversion") is None


async def test_a_renewed_registration_keeps_what_the_operator_said(network: Network) -> None:
    await decide(network, network.msp, {"policy": "pass", "strict": ["closed_enums"]})
    role = {"role": "EMSP", "country_code": "DE", "party_id": "MSP", "business_details": {"name": "x"}}
    offer = {"token": "token-b", "url": f"{network.msp.backend.url}/versions", "roles": [role]}
    auth = {"Authorization": f"Token {network.msp.token}"}
    renewed = await network.one.call("PUT", "/ocpi/2.2.1/credentials", auth, body(offer))
    assert renewed.status == 200
    platform = network.one.members.by_party(network.msp.id)
    assert platform is not None
    assert (platform.strictness.flags, platform.conversion is None) == (("closed_enums",), False)


@pytest.mark.parametrize("wanted", [{"strict": ["loose"]}, {"allow": ["tariff:"]}, {"strict": "ascii_only"}])
async def test_what_is_no_decision_is_refused(network: Network, wanted: dict[str, Any]) -> None:
    admin = {"Authorization": "Token admin"}
    platform = network.one.members.by_party(network.msp.id)
    assert platform is not None
    answer = await network.one.call("PUT", f"/admin/platforms/{platform.id}/conversion", admin, body(wanted))
    assert answer.status == 400
