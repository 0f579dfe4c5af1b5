"""The module ``ocnrules`` through the application: what older clients send, and what nobody may."""

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocn.database.errors import StorageError
from ocn.ocpi.party_id import PartyId

if TYPE_CHECKING:
    from tests.unit.node.conftest import Answer, Network, Party
else:
    Answer = Network = Party = object

RULES = "/ocpi/receiver/2.2.1/ocnrules"
OFF: dict[str, Any] = {"active": False, "list": []}


def entry(party: Party | str, *modules: str) -> dict[str, Any]:
    codes = party if isinstance(party, str) else party.id.key
    return {"country_code": codes[:2], "party_id": codes[2:], "modules": list(modules)}


async def call(party: Party, method: str, path: str = "", body: Any = None, *, base: str = RULES) -> Answer:
    headers = {"Authorization": f"Token {party.token}"}
    return await party.node.call(
        method, base + path, headers, b"" if body is None else json.dumps(body).encode()
    )


async def change(party: Party, method: str, path: str, body: Any = None) -> None:
    """Make a change, and see that it is answered as nodes always did: 1000 and nothing more."""
    answer = await call(party, method, path, body)
    assert (answer.status, answer.json["status_code"]) == (200, 1000), answer.body
    assert set(answer.json) == {"status_code", "timestamp"}


async def rules(party: Party) -> dict[str, Any]:
    data: dict[str, Any] = (await call(party, "GET")).json["data"]
    return data


async def lists(party: Party) -> tuple[Any, Any]:
    shown = await rules(party)
    return shown["whitelist"], shown["blacklist"]


async def test_rules_of_a_new_platform_are_open(network: Network) -> None:
    answer = await call(network.cpo, "GET")
    assert (answer.status, answer.json["status_code"]) == (200, 1000)
    assert answer.json["data"] == {"signatures": False, "whitelist": OFF, "blacklist": OFF}


@pytest.mark.parametrize("name", ["whitelist", "blacklist"])
async def test_list_is_put_added_to_and_taken_from(network: Network, name: str) -> None:
    first, second = entry("DEMSP", "locations", "my-Module"), entry("NLCPX")

    async def shown() -> Any:
        both = await rules(network.cpo)
        assert both["blacklist" if name == "whitelist" else "whitelist"] == OFF
        return both[name]

    await change(network.cpo, "PUT", f"/{name}", [first])
    await change(network.cpo, "POST", f"/{name}", {**second, "country_code": "nl"})
    assert await shown() == {"active": True, "list": [first, second]}
    await change(network.cpo, "PUT", f"/{name}", (await shown())["list"])
    assert await shown() == {"active": True, "list": [first, second]}
    await change(network.cpo, "DELETE", f"/{name}/de/msp")
    await change(network.cpo, "DELETE", f"/{name}/DE/MSP")
    assert await shown() == {"active": True, "list": [second]}
    await change(network.cpo, "PUT", f"/{name}", [])
    assert await shown() == OFF


async def test_last_entry_taken_off_a_whitelist_lets_nobody_in(network: Network) -> None:
    await change(network.cpo, "POST", "/whitelist", entry("NLCPX"))
    await change(network.cpo, "DELETE", "/whitelist/NL/CPX")
    assert await lists(network.cpo) == ({"active": True, "list": []}, OFF)
    refused = await network.msp.call(network.cpo, "GET", "/ocpi/sender/2.2.1/locations")
    assert refused.json["status_code"] == 2000
    await change(network.cpo, "PUT", "/whitelist", [])
    assert (await network.msp.call(network.cpo, "GET", "/ocpi/sender/2.2.1/locations")).status == 200


async def test_block_all_lets_nobody_in_and_leaves_every_other_platform(network: Network) -> None:
    listed = {"active": True, "list": [entry("DECPO", "cdrs")]}
    await change(network.msp, "PUT", "/blacklist", listed["list"])
    await change(network.cpo, "PUT", "/whitelist", [entry("DEMSP")])
    await change(network.cpo, "PUT", "/block-all")
    assert await lists(network.cpo) == ({"active": True, "list": []}, OFF)
    assert await lists(network.msp) == (OFF, listed)


async def test_party_on_the_list_of_another_platform_is_no_duplicate(network: Network) -> None:
    await change(network.cpo, "POST", "/blacklist", entry("NLCPX"))
    await change(network.msp, "POST", "/blacklist", entry("NLCPX"))
    again = await call(network.msp, "POST", "/blacklist", entry("nlcpx", "cdrs"))
    assert (again.status, again.json["status_code"]) == (400, 2001)


async def test_empty_list_put_in_place_of_the_other_wipes_nothing(network: Network) -> None:
    await change(network.cpo, "PUT", "/blacklist", [entry("DEMSP", "cdrs")])
    await change(network.cpo, "PUT", "/whitelist", [])
    assert await lists(network.cpo) == (OFF, {"active": True, "list": [entry("DEMSP", "cdrs")]})


async def test_what_cannot_be_done_is_refused_and_changes_nothing(network: Network) -> None:
    await change(network.cpo, "PUT", "/blacklist", [entry("DEMSP", "cdrs")])
    before = await network.one.store.platforms(), await network.one.store.revision()
    good = entry("NLCPX", "cdrs")
    for method, path, body, http, code in (
        ("PUT", "/whitelist", [good], 400, 2000),
        ("POST", "/whitelist", good, 400, 2000),
        ("PUT", "/block-all", None, 400, 2000),
        ("DELETE", "/whitelist/DE/MSP", None, 400, 2000),
        ("POST", "/blacklist", entry("demsp", "tokens"), 400, 2001),
        ("POST", "/blacklist", entry("NLCPX", ""), 400, 2000),
        ("PUT", "/blacklist", [good, entry("FRABC", "cdrs", "")], 400, 2000),
        ("PUT", "/blacklist", [good, entry("FRABCD", "cdrs")], 400, 2001),
        ("PUT", "/blacklist", good, 400, 2001),
        ("POST", "/blacklist", [good], 400, 2001),
        ("POST", "/blacklist", None, 400, 2001),
        ("PUT", "/blacklist", [" " * 600_000], 413, 2001),
        ("DELETE", "/blacklist/DE/MSPX", None, 400, 2001),
        ("DELETE", "/blacklist/DE/%FFxx", None, 400, 2001),
        ("GET", "/blacklist", None, 405, 2001),
        ("DELETE", "/blacklist", None, 405, 2001),
        ("PUT", "/blacklist/DE/MSP", good, 405, 2001),
        ("PUT", "", None, 405, 2001),
        ("POST", "/signatures", None, 405, 2001),
        ("DELETE", "/block-all", None, 405, 2001),
        ("GET", "/greylist", None, 404, 2003),
        ("DELETE", "/blacklist/DE", None, 404, 2003),
        ("DELETE", "/blacklist/DE/MSP/cdrs", None, 404, 2003),
    ):
        answer = await call(network.cpo, method, path, body)
        assert (answer.status, answer.json["status_code"]) == (http, code), (method, path, answer.body)
        assert b"incident" not in answer.body
    assert (await network.one.store.platforms(), await network.one.store.revision()) == before


async def test_strangers_and_invited_parties_are_not_served(network: Network) -> None:
    for token in ("", "nobody"):
        refused = await network.one.call("PUT", f"{RULES}/block-all", {"Authorization": f"Token {token}"})
        assert (refused.status, refused.json["status_code"]) == (401, 2001)
    codes = b'[{"country_code":"FR","party_id":"NEW"}]'
    invited = await network.one.call(
        "POST", "/admin/generate-registration-token", {"Authorization": "Token admin"}, codes
    )
    for method, path in (("GET", RULES), ("PUT", f"{RULES}/block-all")):
        refused = await network.one.call(method, path, {"Authorization": f"Token {invited.json['token']}"})
        assert (refused.status, refused.json["status_code"]) == (401, 2001)


@pytest.mark.parametrize(
    "base",
    [
        "/ocpi/receiver/2.2/ocnrules",
        "/ocpi/2.2/receiver/ocnrules",
        "/ocpi/receiver/2.2.1/ocnrules",
        "/ocpi/2.2.1/receiver/ocnrules",
        "/ocpi/receiver/2.1.1/ocnrules",
        "/ocpi/receiver/2.3.0/ocnrules",
    ],
)
async def test_every_spelling_of_the_address_serves(network: Network, base: str) -> None:
    assert (await call(network.cpo, "POST", "/blacklist", entry("DEMSP"), base=base)).status == 200
    assert (await call(network.cpo, "GET", base=base)).json["data"]["blacklist"]["active"] is True


@pytest.mark.parametrize("version", ["2.2", "2.2.1", "2.3.0"])
async def test_version_details_name_an_address_that_serves(network: Network, version: str) -> None:
    headers = {"Authorization": f"Token {network.cpo.token}"}
    details = (await network.one.call("GET", f"/ocpi/{version}", headers)).json["data"]
    (endpoint,) = [each for each in details["endpoints"] if each["identifier"] == "ocnrules"]
    assert endpoint["role"] == "RECEIVER"
    answer = await call(network.cpo, "GET", base=endpoint["url"].removeprefix(network.one.url))
    assert answer.json["status_code"] == 1000


async def test_rules_outlive_a_restart_a_renewal_and_the_signature_switch(network: Network) -> None:
    await change(network.cpo, "PUT", "/blacklist", [entry("DEMSP", "cdrs")])
    await change(network.cpo, "PUT", "/signatures")
    role = {"role": "CPO", "party_id": "CPO", "country_code": "DE", "business_details": {"name": "x"}}
    offered = {"token": "token-b", "url": f"{network.cpo.backend.url}/versions", "roles": [role]}
    renewed = await call(network.cpo, "PUT", "", offered, base="/ocpi/2.2.1/credentials")
    network.cpo.token = renewed.json["data"]["token"]
    network.cpo.node = await network.world.restarted(network.one)
    shown = await rules(network.cpo)
    assert shown["signatures"] is True
    assert shown["blacklist"] == {"active": True, "list": [entry("DEMSP", "cdrs")]}


async def test_rules_end_with_the_registration(network: Network) -> None:
    await change(network.cpo, "PUT", "/block-all")
    await call(network.cpo, "DELETE", base="/ocpi/2.2.1/credentials")
    back = await network.world.join(network.one, "DE", "CPO", "CPO")
    assert await lists(back) == (OFF, OFF)


async def test_operator_sees_the_rules_of_a_platform(network: Network) -> None:
    await change(network.cpo, "PUT", "/whitelist", [entry("DEMSP", "cdrs")])
    admin = {"Authorization": "Token admin"}
    shown = (await network.one.call("GET", "/admin/parties/DE/CPO", admin)).json
    assert shown["rules"] == await rules(network.cpo)
    assert shown["rules"]["whitelist"]["list"] == [entry("DEMSP", "cdrs")]


async def test_database_out_of_reach_answers_3000_and_changes_nothing(network: Network) -> None:
    async def fails(*_args: Any, **_kwargs: Any) -> None:
        raise StorageError("sqlite /secret/place: disk full")

    network.one.store.change_rules = fails  # type: ignore[method-assign]  # a database that fails
    answer = await call(network.cpo, "PUT", "/block-all")
    assert (answer.status, answer.json["status_code"]) == (200, 3000)
    assert b"secret" not in answer.body
    assert await lists(network.cpo) == (OFF, OFF)


NAMES = st.sampled_from(["whitelist", "blacklist"])
ENTRY = st.builds(
    entry, st.sampled_from(["DEMSP", "demsp", "NLCPX", "FRABC"]), st.sampled_from(["cdrs", "x"])
)
REQUESTS = st.one_of(
    st.tuples(st.just("PUT"), NAMES.map("/{}".format), st.lists(ENTRY, max_size=3)),
    st.tuples(st.just("POST"), NAMES.map("/{}".format), ENTRY),
    st.tuples(st.just("DELETE"), NAMES.map("/{}/DE/MSP".format), st.none()),
    st.tuples(st.just("PUT"), st.just("/block-all"), st.none()),
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.booleans(), REQUESTS), max_size=8))
async def test_no_series_of_requests_touches_another_platforms_rules(
    network: Network, series: list[tuple[bool, tuple[str, str, Any]]]
) -> None:
    """What two platforms end with is what each would end with alone."""

    async def ends_with(party: Party, requests: list[tuple[bool, tuple[str, str, Any]]]) -> tuple[Any, Any]:
        for each in (network.cpo, network.msp):
            for name in ("/whitelist", "/blacklist"):
                await change(each, "PUT", name, [])
        for by_cpo, request in requests:
            await call(network.cpo if by_cpo else network.msp, *request)
        return await lists(party)

    for party in (network.cpo, network.msp):
        alone = [each for each in series if each[0] is (party is network.cpo)]
        assert await ends_with(party, series) == await ends_with(party, alone)


async def test_sender_writes_its_codes_in_lower_case_and_is_still_known(
    network: Network, station: Party
) -> None:
    await change(station, "POST", "/blacklist", entry("DEMSP", "LOCATIONS"))
    shouted = network.msp.headers(station)
    whispered = {**shouted, "OCPI-from-country-code": "de", "OCPI-from-party-id": "msp"}
    for headers in (shouted, whispered):
        refused = await network.one.call("GET", "/ocpi/sender/2.2.1/locations", headers)
        assert (refused.status, refused.json["status_code"]) == (400, 2000)
    assert station.backend.received == []


async def test_request_refused_by_rules_leaves_no_link_behind(network: Network) -> None:
    await change(network.cpo, "PUT", "/block-all")
    body = b'{"response_url":"http://msp.test/result/1"}'
    refused = await network.msp.call(network.cpo, "POST", "/ocpi/receiver/2.2.1/commands/START_SESSION", body)
    assert refused.json["status_code"] == 2000
    assert not network.one.links._links


async def test_broadcast_leaves_out_whose_rules_do_not_let_the_sender_use_the_module(
    network: Network,
) -> None:
    join = network.world.join
    lets_in = await join(network.one, "FR", "YES", "EMSP")
    elsewhere = await join(network.two, "NL", "FAR", "EMSP")
    for party in (network.msp, elsewhere):
        await change(party, "POST", "/blacklist", entry("decpo", "Locations"))
    await change(lets_in, "PUT", "/whitelist", [entry("DECPO", "locations", "tariffs")])

    async def reached(module: str) -> set[str]:
        parties = (network.msp, lets_in, elsewhere)
        for party in parties:
            party.backend.received.clear()
        pushed = await network.cpo.call(
            PartyId("CH", "OCN"),
            "PUT",
            f"/ocpi/receiver/2.2.1/{module}/DE/CPO/1",
            b'{"country_code":"DE","party_id":"CPO","id":"1","last_updated":"2026-01-01T00:00:00Z"}',
        )
        assert pushed.json["status_code"] == 1000
        await network.one.settled()
        await network.two.settled()
        return {party.id.party_id for party in parties if party.backend.received}

    assert await reached("locations") == {"YES"}
    assert await reached("tariffs") == {"MSP", "YES", "FAR"}
