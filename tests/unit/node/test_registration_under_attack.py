"""Registrations that meet each other, claim what is not theirs, or come from somebody who means harm."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from ocn.database.errors import StorageError

if TYPE_CHECKING:
    from tests.unit.node.conftest import Answer, Network, Node, Party
else:
    Answer = Network = Node = Party = object

CREDENTIALS = "/ocpi/2.2.1/credentials"
RULES = "/ocpi/receiver/2.2.1/ocnrules"


def credentials(party: Party, **changed: Any) -> bytes:
    role = {
        "role": "CPO",
        "party_id": party.id.party_id,
        "country_code": party.id.country_code,
        "business_details": {"name": "x"},
    }
    offered = {"token": "token-b", "url": f"{party.backend.url}/versions", "roles": [role], **changed}
    return json.dumps(offered).encode()


async def invited(node: Node, *parties: Party) -> str:
    wanted = [{"country_code": p.id.country_code, "party_id": p.id.party_id} for p in parties]
    answer = await node.call(
        "POST",
        "/admin/generate-registration-token",
        {"Authorization": "Token admin"},
        json.dumps(wanted).encode(),
    )
    return str(answer.json["token"])


async def send(party: Party, method: str, token: str = "", body: bytes | None = None) -> Answer:
    headers = {"Authorization": f"Token {token or party.token}"}
    return await party.node.call(method, CREDENTIALS, headers, credentials(party) if body is None else body)


@asynccontextmanager
async def held_discovery(network: Network) -> AsyncIterator[asyncio.Event]:
    """Let nobody's versions be read before the block ends; the event tells that somebody waits."""
    go_on, waiting, original = asyncio.Event(), asyncio.Event(), network.world.request

    async def held(method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        if url.endswith("/versions"):
            waiting.set()
            await go_on.wait()
        return await original(method, url, *args, **kwargs)

    network.world.request = held  # type: ignore[method-assign]  # the same call, later
    try:
        yield waiting
    finally:
        go_on.set()
        network.world.request = original  # type: ignore[method-assign]  # as it was


async def newcomer(network: Network) -> Party:
    """A CPO that is listed and not connected."""
    await send(network.cpo, "DELETE", body=b"")
    return network.cpo


async def test_one_token_a_used_by_two_at_once_registers_one(network: Network) -> None:
    party = await newcomer(network)
    token_a = await invited(network.one, party)
    async with held_discovery(network) as waiting:
        both = [asyncio.create_task(send(party, "POST", token_a)) for _ in range(2)]
        await waiting.wait()
    answers = await asyncio.gather(*both)
    assert sorted(answer.status for answer in answers) == [200, 405]
    (kept,) = [each for each in await network.one.store.platforms() if party.id in each.parties]
    (won,) = [answer for answer in answers if answer.status == 200]
    party.token = won.json["data"]["token"]
    assert (await party.call(network.msp, "GET", "/ocpi/sender/2.2.1/tokens")).status == 200
    assert kept.our_token_hash


async def test_one_party_claimed_by_two_platforms_at_once_goes_to_one(network: Network) -> None:
    party = await newcomer(network)
    tokens = [await invited(network.one, party) for _ in range(2)]
    async with held_discovery(network) as waiting:
        both = [asyncio.create_task(send(party, "POST", token)) for token in tokens]
        await waiting.wait()
    answers = await asyncio.gather(*both)
    assert sorted(answer.status for answer in answers) == [200, 400]
    assert len([each for each in await network.one.store.platforms() if party.id in each.parties]) == 1


async def test_platform_removed_while_it_renews_stays_removed(network: Network) -> None:
    async with held_discovery(network) as waiting:
        renewal = asyncio.create_task(send(network.cpo, "PUT"))
        await waiting.wait()
        assert (await send(network.cpo, "DELETE", body=b"")).status == 200
    answer = await renewal
    assert (answer.status, answer.json["status_code"]) == (405, 2001)
    assert all(network.cpo.id not in each.parties for each in await network.one.store.platforms())


async def test_demand_for_signatures_made_during_a_renewal_is_not_lost(network: Network) -> None:
    async with held_discovery(network) as waiting:
        renewal = asyncio.create_task(send(network.cpo, "PUT"))
        await waiting.wait()
        headers = {"Authorization": f"Token {network.cpo.token}"}
        assert (await network.one.call("PUT", f"{RULES}/signatures", headers)).status == 200
    assert (await renewal).status == 405
    assert (await network.one.call("GET", RULES, headers)).json["data"]["signatures"] is True


async def test_two_renewals_at_once_leave_exactly_one_token_alive(network: Network) -> None:
    async with held_discovery(network) as waiting:
        both = [asyncio.create_task(send(network.cpo, "PUT")) for _ in range(2)]
        await waiting.wait()
    answers = await asyncio.gather(*both)
    assert sorted(answer.status for answer in answers) == [200, 405]
    (won,) = [answer for answer in answers if answer.status == 200]
    assert (await send(network.cpo, "GET", won.json["data"]["token"], b"")).status == 200
    assert (await send(network.cpo, "GET", network.cpo.token, b"")).status == 401


async def test_put_that_names_a_connected_party_of_somebody_else_changes_nothing(network: Network) -> None:
    before = await network.one.store.revision()
    for stranger in (network.msp, network.cpx):
        answer = await send(network.cpo, "PUT", body=credentials(stranger))
        assert (answer.status, answer.json["status_code"]) == (400, 2001)
    assert await network.one.store.revision() == before
    assert (await network.msp.call(network.cpo, "GET", "/ocpi/sender/2.2.1/locations")).status == 200


@pytest.mark.parametrize(
    "body",
    [
        b'{"token":"\xff"}',
        b'{"token":"t","url":"http://cpo.test/versions","roles":[{"role":"\xff"}]}',
        b'{"token":"t","url":"http://cpo.test/versions","roles":' + b"[" * 5000 + b"]" * 5000 + b"}",
        b"\xef\xbb\xbf{}",
        b"{}" + b" " * 300_000,
    ],
)
async def test_credentials_that_are_no_honest_json_change_nothing(network: Network, body: bytes) -> None:
    before = await network.one.store.revision()
    answer = await send(network.cpo, "PUT", body=body)
    assert answer.status in {400, 413}
    assert answer.json["status_code"] == 2001
    assert b"incident" not in answer.body
    assert await network.one.store.revision() == before


@pytest.mark.parametrize(
    "changed",
    [
        {"token": ""},
        {"token": "a b"},
        {"token": "é"},
        {"token": "a" * 65},
        {"token": "a\r\nX-Evil: 1"},
        {"roles": []},
        {"roles": [{"role": "x" * 9000, "party_id": "CPO", "country_code": "DE"}]},
        {"roles": [{"role": "CPO", "party_id": "CP\u0000", "country_code": "DE"}]},
        {"roles": [{"role": "CPO", "party_id": "CPO", "country_code": "DE"}] * 101},
        {"roles": [{"role": "CPO", "party_id": "CPO", "country_code": "DE"}] * 2},
    ],
)
async def test_credentials_with_a_hostile_member_change_nothing(
    network: Network, changed: dict[str, Any]
) -> None:
    before = await network.one.store.revision()
    answer = await send(network.cpo, "PUT", body=credentials(network.cpo, **changed))
    assert (answer.status, answer.json["status_code"]) == (400, 2001)
    assert len(answer.body) < 1000
    assert await network.one.store.revision() == before


@pytest.mark.parametrize(
    "url",
    [
        "http://internal/versions",
        "file:///etc/passwd",
        "http://one.test/ocpi/versions",
        "HTTP://ONE.TEST/ocpi/versions",
        "http://user:pass@cpo.test/versions",
        "http://cpo.test/versions#x",
        "http://cpo.test\\@evil.test/versions",
        "http://127.0.0.1/versions",
        "http://2130706433/versions",
        "http://0x7f.1/versions",
        "http://[::ffff:127.0.0.1]/versions",
        "http://localhost/versions",
        "http://cpo.test/\r\nX: y",
        "",
        "/versions",
    ],
)
async def test_versions_url_that_must_not_be_called_is_refused(network: Network, url: str) -> None:
    before = await network.one.store.revision()
    answer = await send(network.cpo, "PUT", body=credentials(network.cpo, url=url))
    assert (answer.status, answer.json["status_code"]) == (200, 3001)
    assert await network.one.store.revision() == before


@pytest.mark.parametrize(
    "versions",
    [
        b'{"status_code":1000,"data":"\xff"}',
        b'{"status_code":1000,"data":[{"version":"2.2.1","url":"\xff"}]}',
        b'{"status_code":1000,"data":[{"version":"2.2.1","url":"http://one.test/ocpi/2.2.1"}]}',
        b'{"status_code":1000,"data":[{"version":"2.2.1","url":"http://internal/"}]}',
        b'{"status_code":1000,"data":' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"status_code":2000,"data":[]}',
        b"<html>",
        b"",
    ],
)
async def test_versions_that_cannot_be_used_answer_3001(network: Network, versions: bytes) -> None:
    original, before = network.cpo.backend.handle, await network.one.store.revision()

    def handle(request: Any) -> Any:
        answer = original(request)
        return type(answer)(200, (), versions) if request.url.endswith("/versions") else answer

    network.cpo.backend.handle = handle  # type: ignore[method-assign]  # the same call, another answer
    answer = await send(network.cpo, "PUT")
    assert (answer.status, answer.json["status_code"]) == (200, 3001)
    assert await network.one.store.revision() == before


async def test_database_out_of_reach_answers_3000_says_nothing_of_it_and_changes_nothing(
    network: Network, capsys: pytest.CaptureFixture[str]
) -> None:
    async def fails(*_args: Any, **_kwargs: Any) -> None:
        raise StorageError("sqlite /secret/place: disk full")

    network.one.store.register = fails  # type: ignore[method-assign]  # a database that fails
    network.one.links.add = fails  # type: ignore[method-assign]  # likewise
    start, command = "/ocpi/receiver/2.2.1/commands/START_SESSION", b'{"response_url":"http://msp.test/a"}'
    for answer in (
        await send(network.cpo, "PUT"),
        await network.msp.call(network.cpo, "POST", start, command),
    ):
        assert (answer.status, answer.json["status_code"]) == (200, 3000)
        assert b"secret" not in answer.body
    assert network.cpo.backend.received == []
    assert "disk full" in capsys.readouterr().out
    assert (await send(network.cpo, "GET", body=b"")).status == 200


async def test_admin_without_its_key_tells_nothing_of_what_exists(network: Network) -> None:
    (platform, *_) = await network.one.store.platforms()
    before = await network.one.store.revision()
    paths = [
        "/admin/node",
        "/admin/platforms",
        f"/admin/platforms/{platform.id}",
        "/admin/platforms/nothing",
        "/admin/parties/DE/CPO",
        "/admin/parties/XX/XXX",
        "/admin/connection-status/DE/CPO",
        "/admin/invitations",
        "/admin/generate-registration-token",
    ]
    keys = [
        "",
        "Token",
        "Token ",
        "Token admi",
        "Token adminn",
        "Bearer admin",
        "admin",
        f"Token {network.cpo.token}",
    ]
    for path in paths:
        for method in ("GET", "POST", "PATCH", "DELETE"):
            for key in keys:
                answer = await network.one.call(method, path, {"Authorization": key}, b"[]")
                assert answer.status in {401, 404, 405}, (method, path, key)
                assert b"CPO" not in answer.body
    assert await network.one.store.revision() == before


async def test_admin_with_hostile_bodies_answers_400(network: Network) -> None:
    headers = {"Authorization": "Token admin"}
    for body in (
        b"",
        b"{",
        b'[{"country_code":"\xff","party_id":"ABC"}]',
        b"[]",
        b"[" * 5000,
        b"[" + b" " * 70_000,
    ):
        answer = await network.one.call("POST", "/admin/generate-registration-token", headers, body)
        assert answer.status == 400, body[:20]


async def test_admin_when_the_database_is_out_of_reach_answers_503(network: Network) -> None:
    async def fails(*_args: Any, **_kwargs: Any) -> None:
        raise StorageError("sqlite /secret/place: disk full")

    network.one.store.invite = fails  # type: ignore[method-assign]  # a database that fails
    answer = await network.one.call(
        "POST",
        "/admin/generate-registration-token",
        {"Authorization": "Token admin"},
        b'[{"country_code":"DE","party_id":"NEW"}]',
    )
    assert answer.status == 503
    assert b"secret" not in answer.body
