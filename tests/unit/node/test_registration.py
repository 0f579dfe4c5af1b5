"""The credentials handshake: who may register, what it changes, and what a failure leaves."""

import json
from typing import TYPE_CHECKING, Any

import pytest

from ocn.signing import PrivateKey

if TYPE_CHECKING:
    from tests.unit.node.conftest import Network, Node, Party
else:
    Network = Node = Party = object

CREDENTIALS = "/ocpi/2.2.1/credentials"
TOKEN_B = "token-b"


def offer(party: Party, *, token: str = TOKEN_B, roles: Any = None, url: str | None = None) -> bytes:
    default = [{"role": "CPO", "party_id": party.id.party_id, "country_code": party.id.country_code}]
    return json.dumps(
        {"token": token, "url": url or f"{party.backend.url}/versions", "roles": roles or default}
    ).encode()


async def token_a(node: Node, *parties: tuple[str, str]) -> str:
    body = json.dumps([{"country_code": cc, "party_id": pid} for cc, pid in parties]).encode()
    answer = await node.call(
        "POST", "/admin/generate-registration-token", {"Authorization": "Token admin"}, body
    )
    return str(answer.json["token"])


async def leave(party: Party) -> None:
    await party.node.call("DELETE", CREDENTIALS, {"Authorization": f"Token {party.token}"})


def auth(token: str) -> dict[str, str]:
    return {"Authorization": f"Token {token}"}


async def test_versions_and_details_name_both_sides_of_every_module(network: Network) -> None:
    versions = await network.one.call("GET", "/ocpi/versions", auth(network.msp.token))
    assert [entry["version"] for entry in versions.json["data"]] == ["2.3.0", "2.2.1", "2.2", "2.1.1"]
    url = versions.json["data"][0]["url"].removeprefix(network.one.url)
    details = (await network.one.call("GET", url, auth(network.msp.token))).json["data"]
    found = {(entry["identifier"], entry["role"]) for entry in details["endpoints"]}
    for module in (
        "cdrs",
        "chargingprofiles",
        "commands",
        "locations",
        "sessions",
        "tariffs",
        "tokens",
        "custom",
    ):
        assert {(module, "SENDER"), (module, "RECEIVER")} <= found


async def test_registration_answers_as_hub_and_the_token_a_is_dead(network: Network) -> None:
    await leave(network.cpo)
    token = await token_a(network.one, ("DE", "CPO"))
    answer = await network.one.call("POST", CREDENTIALS, auth(token), offer(network.cpo))
    assert answer.json["data"]["roles"][0]["role"] == "HUB"
    assert answer.json["data"]["token"] != token
    again = await network.one.call("POST", CREDENTIALS, auth(token), offer(network.cpo))
    assert again.status == 401


async def test_token_a_of_one_party_registers_no_other(network: Network) -> None:
    await leave(network.cpo)
    token = await token_a(network.one, ("DE", "XYZ"))
    answer = await network.one.call("POST", CREDENTIALS, auth(token), offer(network.cpo))
    assert (answer.status, answer.json["status_code"]) == (400, 2001)
    still_good = await network.one.call("GET", "/ocpi/versions", auth(token))
    assert still_good.status == 200


@pytest.mark.parametrize("listing", ["missing", "other node", "other key"])
async def test_party_not_listed_under_this_node_is_refused_on_post_and_put(
    network: Network, listing: str
) -> None:
    listings = network.world.directory.listings
    was = listings[network.cpo.id]
    if listing == "missing":
        del listings[network.cpo.id]
    elif listing == "other node":
        listings[network.cpo.id] = type(was)(was.address, was.operator, "http://two.test")
    else:
        listings[network.cpo.id] = type(was)(was.address, PrivateKey.generate().address, was.node_url)
    put = await network.one.call("PUT", CREDENTIALS, auth(network.cpo.token), offer(network.cpo))
    assert (put.status, put.json["status_code"]) == (400, 2001)
    assert (await network.one.call("GET", CREDENTIALS, auth(network.cpo.token))).status == 200
    await leave(network.cpo)
    token = await token_a(network.one, ("DE", "CPO"))
    post = await network.one.call("POST", CREDENTIALS, auth(token), offer(network.cpo))
    assert (post.status, post.json["status_code"]) == (400, 2001)


async def test_put_renews_both_tokens_and_the_old_one_is_dead(network: Network) -> None:
    network.cpo.backend.token = "newer"
    answer = await network.one.call(
        "PUT", CREDENTIALS, auth(network.cpo.token), offer(network.cpo, token="newer")
    )
    renewed = answer.json["data"]["token"]
    assert renewed != network.cpo.token
    assert (await network.one.call("GET", CREDENTIALS, auth(network.cpo.token))).status == 401
    assert (await network.one.call("GET", CREDENTIALS, auth(renewed))).json["data"]["token"] == renewed


async def test_put_cannot_take_a_party_that_was_not_invited(network: Network) -> None:
    stolen = [
        {"role": "CPO", "party_id": "CPO", "country_code": "DE"},
        {"role": "EMSP", "party_id": "MSP", "country_code": "DE"},
    ]
    answer = await network.one.call(
        "PUT", CREDENTIALS, auth(network.cpo.token), offer(network.cpo, roles=stolen)
    )
    assert (answer.status, answer.json["status_code"]) == (400, 2001)


async def test_wrong_state_answers_405(network: Network) -> None:
    token = await token_a(network.one, ("FR", "ABC"))
    for method in ("PUT", "DELETE"):
        assert (await network.one.call(method, CREDENTIALS, auth(token), offer(network.cpo))).status == 405
    posted = await network.one.call("POST", CREDENTIALS, auth(network.cpo.token), offer(network.cpo))
    assert posted.status == 405


async def test_token_a_outside_versions_and_credentials_answers_401(network: Network) -> None:
    token = await token_a(network.one, ("FR", "ABC"))
    headers = {**network.msp.headers(network.cpo), "Authorization": f"Token {token}"}
    assert (await network.one.call("GET", "/ocpi/sender/2.2.1/locations", headers)).status == 401


async def test_token_a_expires(network: Network) -> None:
    from datetime import timedelta

    token = await token_a(network.one, ("FR", "ABC"))
    network.world.clock.advance(timedelta(days=31))
    assert (await network.one.call("GET", "/ocpi/versions", auth(token))).status == 401


async def test_unreachable_versions_url_answers_3001_and_leaves_the_invitation(network: Network) -> None:
    await leave(network.cpo)
    token = await token_a(network.one, ("DE", "CPO"))
    for url in ("http://nowhere.test/versions", "http://internal/versions", "not a url"):
        answer = await network.one.call("POST", CREDENTIALS, auth(token), offer(network.cpo, url=url))
        assert (answer.status, answer.json["status_code"]) == (200, 3001), url
    assert (await network.one.call("POST", CREDENTIALS, auth(token), offer(network.cpo))).status == 200


async def test_no_common_version_answers_3002(network: Network) -> None:
    await leave(network.cpo)
    token = await token_a(network.one, ("DE", "CPO"))
    network.cpo.backend.version = "2.1.1"
    answer = await network.one.call("POST", CREDENTIALS, auth(token), offer(network.cpo))
    assert (answer.status, answer.json["status_code"]) == (200, 3002)


async def test_version_2_2_peer_is_sent_raw_tokens(network: Network) -> None:
    await leave(network.cpo)
    token = await token_a(network.one, ("DE", "CPO"))
    network.cpo.backend.version = "2.2"
    seen: list[str] = []
    handle = network.cpo.backend.handle

    def only_raw(request: Any) -> Any:
        seen.append(request.header("authorization"))
        answer = handle(request)
        return answer if seen[-1] == "Token token-b" else type(answer)(401, (), b"")

    network.cpo.backend.handle = only_raw  # type: ignore[method-assign]  # this peer reads raw tokens only
    answer = await network.one.call("POST", "/ocpi/2.2/credentials", auth(token), offer(network.cpo))
    assert answer.status == 200
    await network.msp.call(network.cpo, "GET", "/ocpi/sender/2.2.1/locations")
    assert seen[-1] == "Token token-b"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"token":"a b","url":"http://x","roles":[]}',
        b'{"token":"t","url":"http://x","roles":[]}',
        b'{"token":"t","url":"http://x","roles":[{"role":"KING","party_id":"CPO","country_code":"DE"}]}',
        b'{"token":"t","url":"http://x","roles":[{"role":"CPO","party_id":"TOOLONG","country_code":"DE"}]}',
        b"[" * 100_000,
    ],
)
async def test_malformed_credentials_answer_2001_and_change_nothing(network: Network, body: bytes) -> None:
    answer = await network.one.call("PUT", CREDENTIALS, auth(network.cpo.token), body)
    assert (answer.status, answer.json["status_code"]) == (400, 2001)
    assert (await network.one.call("GET", CREDENTIALS, auth(network.cpo.token))).status == 200


async def test_delete_forgets_the_platform(network: Network) -> None:
    await leave(network.cpo)
    assert (await network.one.call("GET", CREDENTIALS, auth(network.cpo.token))).status == 401
    answer = await network.msp.call(network.cpo, "GET", "/ocpi/sender/2.2.1/locations")
    assert answer.json["status_code"] == 4003


async def test_endpoint_on_the_node_itself_is_refused(network: Network) -> None:
    network.cpo.backend.handle = lambda _request: type(answered)(  # type: ignore[assignment,method-assign]  # scripted
        200, (), json.dumps({"status_code": 1000, "data": documents.pop(0)}).encode()
    )
    answered = await network.one.call("GET", "/health")
    documents: list[Any] = [
        [{"version": "2.2.1", "url": f"{network.cpo.backend.url}/details"}],
        {
            "version": "2.2.1",
            "endpoints": [
                {"identifier": "locations", "role": "SENDER", "url": f"{network.one.url}/ocpi/versions"}
            ],
        },
    ]
    answer = await network.one.call("PUT", CREDENTIALS, auth(network.cpo.token), offer(network.cpo))
    assert answer.json["status_code"] == 3001
    assert "address of this node" in answer.json["status_message"]


async def test_admin_with_wrong_key_answers_401(network: Network) -> None:
    for headers in ({}, auth("nonsense"), {"Authorization": "admin"}):
        answer = await network.one.call("GET", "/admin/platforms", headers)
        assert answer.status == 401


async def test_admin_views_show_no_token(network: Network) -> None:
    await token_a(network.one, ("FR", "ABC"))
    for path in ("platforms", "invitations", "node", "parties/DE/CPO"):
        shown = (await network.one.call("GET", f"/admin/{path}", auth("admin"))).body.decode()
        assert network.cpo.token not in shown
        assert "token-b" not in shown


async def test_connection_status_follows_the_party(network: Network) -> None:
    async def status(country_code: str, party_id: str) -> str:
        path = f"/admin/connection-status/{country_code}/{party_id}"
        return (await network.one.call("GET", path, auth("admin"))).body.decode().strip()

    await token_a(network.one, ("FR", "ABC"))
    assert await status("de", "cpo") == "CONNECTED"
    assert await status("FR", "ABC") == "PLANNED"
    assert await status("XX", "YYY") == "no such party here"


async def test_node_lookup_finds_party_in_any_case_on_every_node(network: Network) -> None:
    for node in (network.one, network.two):
        answer = await node.call("GET", "/ocn/registry/node/de/msp")
        assert answer.json == {"url": network.one.url, "address": network.one.key.address}


async def test_database_out_of_reach_is_a_problem_until_it_is_back(network: Network) -> None:
    from ocn.errors import OcnError
    from ocn.node.members import Members

    class Store(type(network.one.store)):  # type: ignore[misc]  # the fake, unplugged at will
        unplugged = False

        async def revision(self) -> int:
            if self.unplugged:
                raise OcnError("connection refused")
            return int(await super().revision())

    store = Store()
    members = Members(store)
    await members.refresh()
    store.unplugged = True
    with pytest.raises(OcnError):
        await members.refresh_if_changed()
    assert members.problem == "connection refused"
    store.unplugged = False
    await members.refresh_if_changed()
    assert members.problem is None


async def test_nobody_is_invited_under_the_codes_of_the_hub(network: Network) -> None:
    body = b'[{"country_code": "ch", "party_id": "ocn"}]'
    answer = await network.one.call("POST", "/admin/generate-registration-token", auth("admin"), body)
    assert answer.status == 400
    assert b"is this hub" in answer.body
