"""Each version's own picture of the hub: details, credentials, registration (HUB-100 to HUB-105)."""

import json
from typing import TYPE_CHECKING, Any

import pytest

from ocn.node.edge.addresses import read_address
from ocn.ocpi.errors import OcpiError
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role

if TYPE_CHECKING:
    from tests.unit.node.conftest import Backend, Network, Node
    from tests.unit.node.directory import Listing
else:
    Backend = Listing = Network = Node = object


def auth(token: str) -> dict[str, str]:
    return {"Authorization": f"Token {token}"}


def flat(backend: Backend, country_code: str, party_id: str) -> bytes:
    return json.dumps(
        {
            "token": backend.token,
            "url": f"{backend.url}/versions",
            "party_id": party_id,
            "country_code": country_code,
            "business_details": {"name": "Old"},
        }
    ).encode()


async def token_a(node: Node, *codes: dict[str, str]) -> str:
    body = json.dumps(codes).encode()
    answer = await node.call("POST", "/admin/generate-registration-token", auth("admin"), body)
    return str(answer.json["token"])


async def old_party(network: Network, roles: tuple[Role, ...]) -> Backend:
    """A back end that speaks 2.1.1 and is listed in the registry, not registered yet."""
    backend = type(network.cpo.backend)("http://old.test", version="2.1.1")
    network.world.backends[backend.url] = backend
    known = network.world.directory.listings[network.cpo.id]
    party = PartyId("FR", "OLD")
    network.world.directory.listings[party] = type(known)(
        known.address, network.one.key.address, network.one.url, party, roles
    )
    return backend


async def endpoints(node: Node, version: str, token: str) -> list[dict[str, Any]]:
    answer = await node.call("GET", f"/ocpi/{version}", auth(token))
    found: list[dict[str, Any]] = answer.json["data"]["endpoints"]
    return found


async def admitted(network: Network, party: str) -> dict[str, Any]:
    answer = await network.one.call("GET", f"/admin/parties/{party}", auth("admin"))
    shown: dict[str, Any] = answer.json
    return shown


async def test_hub_100_credentials_of_2_2_and_2_2_1_name_the_hub_alone(network: Network) -> None:
    for version in ("2.2", "2.2.1"):
        answer = await network.one.call("GET", f"/ocpi/{version}/credentials", auth(network.msp.token))
        assert [role["role"] for role in answer.json["data"]["roles"]] == ["HUB"]
        assert "hub_party_id" not in answer.json["data"]


async def test_hub_101_and_hub_102_credentials_of_2_3_0_name_the_hub_and_everybody_reachable(
    network: Network,
) -> None:
    answer = await network.one.call("GET", "/ocpi/2.3.0/credentials", auth(network.msp.token))
    data = answer.json["data"]
    assert data["hub_party_id"] == "CHOCN"
    shown = [(role["role"], role["country_code"], role["party_id"]) for role in data["roles"]]
    assert shown == [("CPO", "DE", "CPO"), ("CPO", "NL", "CPX")]
    assert all(role["business_details"]["name"] for role in data["roles"])


async def test_hub_103_nobody_reachable_is_other_with_the_hubs_own_id(network: Network) -> None:
    await network.one.call("DELETE", "/ocpi/2.2.1/credentials", auth(network.cpo.token))
    del network.world.directory.listings[network.cpx.id]
    data = (await network.one.call("GET", "/ocpi/2.3.0/credentials", auth(network.msp.token))).json["data"]
    assert [(role["role"], role["party_id"]) for role in data["roles"]] == [("OTHER", "OCN")]


async def test_hub_104_a_party_that_joins_is_listed_and_no_token_changes(network: Network) -> None:
    path = "/ocpi/2.3.0/credentials"
    before = (await network.one.call("GET", path, auth(network.msp.token))).json["data"]
    joined = await network.world.join(network.one, "FR", "NEW", "CPO")
    after = (await network.one.call("GET", path, auth(network.msp.token))).json["data"]
    assert before["token"] == after["token"] == network.msp.token
    assert len(after["roles"]) == len(before["roles"]) + 1
    assert joined.id.party_id in {role["party_id"] for role in after["roles"]}


async def test_hub_105_no_role_is_named_twice(network: Network) -> None:
    party = PartyId("SE", "TWO")
    known = network.world.directory.listings[network.cpx.id]
    network.world.directory.listings[party] = type(known)(
        known.address, known.operator, known.node_url, party, (Role.HUB, Role.OTHER, Role.CPO)
    )
    data = (await network.one.call("GET", "/ocpi/2.3.0/credentials", auth(network.msp.token))).json["data"]
    named = [(role["role"], role["country_code"], role["party_id"]) for role in data["roles"]]
    assert len(named) == len(set(named))
    assert ("OTHER", "SE", "TWO") in named


async def test_a_cpo_of_2_1_1_is_shown_an_emsp(network: Network) -> None:
    shown = {entry["identifier"]: entry for entry in await endpoints(network.one, "2.1.1", network.cpo.token)}
    base = f"{network.one.url}/ocpi"
    for module in ("cdrs", "locations", "sessions", "tariffs"):
        assert shown[module]["url"] == f"{base}/receiver/2.1.1/{module}"
    assert shown["tokens"]["url"] == f"{base}/sender/2.1.1/tokens"
    assert shown["credentials"]["url"] == f"{base}/2.1.1/credentials"
    assert all("role" not in entry for entry in shown.values())


async def test_a_cpo_of_2_1_1_ahead_of_the_index_is_shown_an_emsp_all_the_same(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    party, directory = PartyId("FR", "OLD"), network.world.directory
    await old_party(network, (Role.CPO,))
    listing = directory.listings.pop(party)

    async def caught_up() -> None:
        directory.listings[party] = listing

    monkeypatch.setattr(directory, "caught_up", caught_up)
    token = await token_a(network.one, {"country_code": "FR", "party_id": "OLD"})
    shown = {entry["identifier"]: entry["url"] for entry in await endpoints(network.one, "2.1.1", token)}
    assert "/sender/2.1.1/tokens" in shown["tokens"]
    assert "/receiver/2.1.1/cdrs" in shown["cdrs"]


async def test_an_emsp_of_2_1_1_is_shown_a_cpo(network: Network) -> None:
    shown = {entry["identifier"]: entry for entry in await endpoints(network.one, "2.1.1", network.msp.token)}
    base = f"{network.one.url}/ocpi"
    for module in ("cdrs", "locations", "sessions", "tariffs"):
        assert shown[module]["url"] == f"{base}/sender/2.1.1/{module}"
    for module in ("tokens", "commands"):
        assert shown[module]["url"] == f"{base}/receiver/2.1.1/{module}"
    assert "chargingprofiles" not in shown


async def test_details_of_2_3_0_name_the_modules_of_its_branches(network: Network) -> None:
    shown = {
        (entry["identifier"], entry["role"])
        for entry in await endpoints(network.one, "2.3.0", network.msp.token)
    }
    for identifier in ("Booking", "bookings", "payments", "invoicereconciliation"):
        assert {(identifier, "SENDER"), (identifier, "RECEIVER")} <= shown
    older = {entry["identifier"] for entry in await endpoints(network.one, "2.2.1", network.msp.token)}
    assert not {"bookings", "payments", "invoicereconciliation"} & older


@pytest.mark.parametrize(
    ("roles", "side"),
    [((Role.CPO,), ("locations", "SENDER")), ((Role.EMSP, Role.NSP), ("locations", "RECEIVER"))],
)
async def test_a_2_1_1_platform_takes_its_role_from_the_registry(
    network: Network, roles: tuple[Role, ...], side: tuple[str, str]
) -> None:
    backend = await old_party(network, roles)
    backend.modules = ["locations", "tokens", "commands"]
    token = await token_a(network.one, {"country_code": "FR", "party_id": "OLD"})
    answer = await network.one.call(
        "POST", "/ocpi/2.1.1/credentials", auth(token), flat(backend, "FR", "OLD")
    )
    data = answer.json["data"]
    assert (data["country_code"], data["party_id"], data["business_details"]["name"]) == (
        "CH",
        "OCN",
        "Open Charging Network node",
    )
    assert "roles" not in data
    shown = await admitted(network, "FR/OLD")
    assert (shown["version"], shown["roles"][0]["role"]) == ("2.1.1", str(roles[0]))
    found = {(entry["identifier"], entry["role"]) for entry in shown["endpoints"]}
    assert side in found
    assert ("tokens", "RECEIVER" if side[1] == "SENDER" else "SENDER") in found
    assert len(found) == 3


async def test_a_2_1_1_party_listed_as_both_is_refused_until_the_invitation_says_which(
    network: Network,
) -> None:
    backend = await old_party(network, (Role.CPO, Role.EMSP))
    path, offer = "/ocpi/2.1.1/credentials", flat(backend, "FR", "OLD")
    token = await token_a(network.one, {"country_code": "FR", "party_id": "OLD"})
    refused = await network.one.call("POST", path, auth(token), offer)
    assert (refused.status, refused.json["status_code"]) == (400, 2002)
    token = await token_a(network.one, {"country_code": "FR", "party_id": "OLD", "role": "EMSP"})
    accepted = await network.one.call("POST", path, auth(token), offer)
    assert accepted.status == 200
    assert (await admitted(network, "FR/OLD"))["roles"][0]["role"] == "EMSP"
    renewed = await network.one.call("PUT", path, auth(accepted.json["data"]["token"]), offer)
    assert renewed.status == 200
    assert (await admitted(network, "FR/OLD"))["roles"][0]["role"] == "EMSP"


async def test_a_2_1_1_platform_is_sent_the_token_as_it_is(network: Network) -> None:
    backend = await old_party(network, (Role.CPO,))
    seen: list[str] = []
    handle = backend.handle

    def noted(request: Any) -> Any:
        seen.append(request.header("authorization"))
        return handle(request)

    backend.handle = noted  # type: ignore[method-assign]  # what this peer is sent
    token = await token_a(network.one, {"country_code": "FR", "party_id": "OLD"})
    await network.one.call("POST", "/ocpi/2.1.1/credentials", auth(token), flat(backend, "FR", "OLD"))
    assert set(seen) == {"Token token-b"}


async def test_the_version_is_the_one_the_credentials_were_sent_to(network: Network) -> None:
    details = network.cpo.backend.url + "/details"
    offered = [{"version": number, "url": details} for number in ("2.1.1", "2.3.0", "2.2.1")]
    handle = network.cpo.backend.handle

    def several(request: Any) -> Any:
        answer = handle(request)
        if request.url.endswith("/versions"):
            return type(answer)(200, (), json.dumps({"status_code": 1000, "data": offered}).encode())
        return answer

    network.cpo.backend.handle = several  # type: ignore[method-assign]  # a peer of several versions
    role = {"role": "CPO", "party_id": "CPO", "country_code": "DE", "business_details": {"name": "x"}}
    body = {"token": "token-b", "url": f"{network.cpo.backend.url}/versions", "roles": [role]}
    token = network.cpo.token
    for version in ("2.3.0", "2.2.1"):
        answer = await network.one.call(
            "PUT", f"/ocpi/{version}/credentials", auth(token), json.dumps(body).encode()
        )
        token = answer.json["data"]["token"]
        assert (await admitted(network, "DE/CPO"))["version"] == version
    missing = await network.one.call("PUT", "/ocpi/2.2/credentials", auth(token), json.dumps(body).encode())
    assert missing.json["status_code"] == 3002


async def test_booking_goes_under_either_spelling_to_whoever_offers_it(network: Network) -> None:
    network.cpo.backend.version = "2.3.0"
    network.cpo.backend.modules = ["Booking"]
    role = {"role": "CPO", "party_id": "CPO", "country_code": "DE", "business_details": {"name": "x"}}
    body = {"token": "token-b", "url": f"{network.cpo.backend.url}/versions", "roles": [role]}
    await network.one.call(
        "PUT", "/ocpi/2.3.0/credentials", auth(network.cpo.token), json.dumps(body).encode()
    )
    for spelling in ("Booking", "bookings"):
        answer = await network.msp.call(
            network.cpo, "GET", f"/ocpi/sender/2.3.0/{spelling}/booking_locations"
        )
        assert answer.status == 200
        assert network.cpo.backend.received.pop().url == "http://cpo.test/sender/Booking/booking_locations"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", "/receiver/2.1.1/tariffs/DE/CPO/T1"),
        ("POST", "/receiver/2.1.1/commands/RESERVE_NOW"),
        ("GET", "/sender/2.3.0/payments/terminals"),
        ("POST", "/sender/2.3.0/payments/terminals/T1/deactivate"),
        ("PUT", "/receiver/2.3.0/bookings/DE/CPO/booking_locations/B1/C1"),
        ("PUT", "/receiver/2.3.0/invoicereconciliation/DE/CPO/I1"),
        ("POST", "/receiver/2.3.0/invoicereconciliation"),
    ],
)
def test_a_path_exists_in_its_version(method: str, path: str) -> None:
    assert read_address(method, path, "").link_id is None


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", "/receiver/2.2.1/tariffs/DE/CPO/T1"),
        ("POST", "/receiver/2.1.1/commands/CANCEL_RESERVATION"),
        ("PUT", "/sender/2.1.1/sessions/S1/charging_preferences"),
        ("GET", "/receiver/2.1.1/chargingprofiles/S1"),
        ("GET", "/sender/2.2.1/payments/terminals"),
        ("GET", "/sender/2.2.1/bookings"),
        ("GET", "/sender/2.2/invoicereconciliation"),
    ],
)
def test_a_path_of_another_version_does_not_exist(method: str, path: str) -> None:
    with pytest.raises(OcpiError):
        read_address(method, path, "")
