"""Registering, renewing, ending; the tokens before, during and after; what a failure leaves behind."""

import base64
import json
from collections.abc import Mapping
from typing import Any

import pytest

from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.versions import VersionNumber
from ocn.party import MemoryStorage, Party, PartyRole
from ocn.party.errors import (
    AnswerUnusable,
    CredentialsNotOffered,
    NotRegistered,
    PeerUnreachable,
    RegistrationFailed,
    RequestFailed,
)
from ocn.party.sending.transport import RawAnswer
from ocn.party.storage.registration import OutgoingToken

NODE = "http://node.test"


class ScriptedNode:
    """A Transport that answers as a node would, and remembers what it was asked."""

    def __init__(self, **data: Any) -> None:
        self.asked: list[tuple[str, str, Mapping[str, str], bytes | None]] = []
        self.takes_base64 = True
        self.data: dict[str, Any] = {
            f"{NODE}/ocpi/versions": [
                {"version": "2.2", "url": f"{NODE}/ocpi/2.2"},
                {"version": "9", "url": "http://x.test"},
            ],
            f"{NODE}/ocpi/2.2": {
                "version": "2.2",
                "endpoints": [
                    {"identifier": "credentials", "role": "RECEIVER", "url": f"{NODE}/ocpi/2.2/credentials"},
                    {"identifier": "locations", "role": "sender", "url": f"{NODE}/l"},
                    {"identifier": "locations", "role": "SENDER", "url": f"{NODE}/second"},
                    {"identifier": "tokens", "role": "SENDER", "url": "http://evil.test/t"},
                    {"identifier": "odd", "role": "NEITHER", "url": f"{NODE}/o"},
                    {"identifier": "custom", "role": "RECEIVER", "url": f"{NODE}/custom/receiver"},
                ],
            },
            f"{NODE}/ocpi/2.2/credentials": {
                "token": "token-c",
                "url": f"{NODE}/ocpi/versions",
                "roles": [
                    {
                        "role": "HUB",
                        "party_id": "OCN",
                        "country_code": "CH",
                        "business_details": {"name": "n"},
                    }
                ],
            },
        } | data

    async def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, *, timeout_s: float
    ) -> RawAnswer:
        self.asked.append((method, url, headers, body))
        token = headers["Authorization"].removeprefix("Token ")
        known = {"token-a", "token-c"}
        if self.takes_base64:
            known = {base64.b64encode(text.encode()).decode() for text in known}
        if token not in known:
            return RawAnswer(400, {}, b'{"status_code": 2001, "status_message": "Invalid"}')
        data = self.data.get(url)
        if isinstance(data, bytes):
            return RawAnswer(200, {}, data)
        if isinstance(data, int):
            return RawAnswer(data, {}, json.dumps({"status_code": 2000}).encode())
        return RawAnswer(200, {}, json.dumps({"status_code": 1000, "data": data, "timestamp": "x"}).encode())

    async def close(self) -> None: ...


def party_at(
    node: ScriptedNode,
    storage: MemoryStorage | None = None,
    token_a: str | None = "token-a",
    url: str = "http://cpo.test",
) -> Party:
    return Party(
        roles=[PartyRole.of("DE CPO", "CPO")],
        node_url=NODE,
        public_url=url,
        serve=False,
        transport=node,
        storage=storage or MemoryStorage(),
        token_a=token_a,
    )


async def test_registration_keeps_tokens_endpoints_and_roles() -> None:
    node = ScriptedNode()
    async with party_at(node) as party:
        registration = party.client.registration
        assert registration.version is VersionNumber.V2_2
        assert registration.their_token == OutgoingToken("token-c", base64_encoded=True)
        assert registration.endpoints == {
            ("locations", InterfaceRole.SENDER): f"{NODE}/l",
            ("custom", InterfaceRole.RECEIVER): f"{NODE}/custom/receiver",
        }
        assert registration.roles[0].role == "HUB"
        assert (
            party.client.endpoint("nltnm-tokens", InterfaceRole.RECEIVER)
            == f"{NODE}/custom/receiver/nltnm-tokens"
        )
    _, _, headers, body = node.asked[-1]
    sent = json.loads(body or b"")
    assert sent["url"] == "http://cpo.test/ocpi/versions"
    assert sent["roles"][0] | {"business_details": 0} == {
        "role": "CPO",
        "party_id": "CPO",
        "country_code": "DE",
        "business_details": 0,
    }
    assert not any(name.lower().startswith("ocpi-") for name in headers)


async def test_token_is_sent_raw_to_a_node_that_does_not_decode_it() -> None:
    node = ScriptedNode()
    node.takes_base64 = False
    async with party_at(node) as party:
        assert party.client.registration.their_token == OutgoingToken("token-c", base64_encoded=False)


async def test_b2_second_start_sends_nothing_and_needs_no_token() -> None:
    node, storage = ScriptedNode(), MemoryStorage()
    async with party_at(node, storage):
        pass
    node.asked.clear()
    async with party_at(node, storage, token_a=None) as party:
        assert party.client.registration.version is VersionNumber.V2_2
        assert node.asked == []


async def test_start_at_another_address_renews_the_registration_once() -> None:
    node, storage = ScriptedNode(), MemoryStorage()
    async with party_at(node, storage):
        pass
    node.asked.clear()
    async with party_at(node, storage, token_a=None, url="http://moved.test"):
        method, _, _, body = node.asked[-1]
        assert (method, json.loads(body or b"{}")["url"]) == ("PUT", "http://moved.test/ocpi/versions")
    node.asked.clear()
    async with party_at(node, storage, token_a=None, url="http://moved.test"):
        assert node.asked == []


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({f"{NODE}/ocpi/2.2": {"version": "2.2", "endpoints": []}}, CredentialsNotOffered),
        ({f"{NODE}/ocpi/2.2": {"endpoints": "?"}}, AnswerUnusable),
        ({f"{NODE}/ocpi/2.2": b"<html>"}, RegistrationFailed),
        ({f"{NODE}/ocpi/versions": {"not": "a list"}}, RegistrationFailed),
        ({f"{NODE}/ocpi/2.2/credentials": 405}, RegistrationFailed),
        ({f"{NODE}/ocpi/2.2/credentials": {"token": "x"}}, AnswerUnusable),
    ],
)
async def test_failed_registration_is_named_and_leaves_nothing(
    data: dict[str, Any], error: type[Exception]
) -> None:
    node, storage = ScriptedNode(**data), MemoryStorage()
    party = party_at(node, storage)
    with pytest.raises((error, RegistrationFailed)):
        async with party:
            pass
    assert await storage.load_registration() is None
    sent = [json.loads(body)["token"] for _, _, _, body in node.asked if body]
    await party.open()
    for token in sent:  # the token that was offered opens nothing any more
        assert party.app._door.admitted(f"Token {token}") is None  # the app's own view of it
    await party.close()


async def test_unknown_token_a_says_what_to_do() -> None:
    with pytest.raises(RegistrationFailed) as failed:
        async with party_at(ScriptedNode(), token_a="wrong"):
            pass
    assert "TOKEN_A" in failed.value.message
    assert "wrong" not in str(failed.value)


async def test_update_renews_both_tokens(make_pair: Any) -> None:
    pair = await make_pair()
    before = pair.emsp.client.registration, pair.cpo.client.registration
    await pair.emsp.handshake.update()
    after = pair.emsp.client.registration, pair.cpo.client.registration
    for old, new in zip(before, after, strict=True):
        assert old.their_token != new.their_token
        assert old.our_token_hash != new.our_token_hash
    assert [item async for item in pair.cpo.client.to("NL MSP").tokens()] == []
    answer = await pair.raw("GET", "/ocpi/versions", authorization=before[0].their_token.header)
    assert answer.status == 401


async def test_unregister_ends_it_on_both_sides(make_pair: Any) -> None:
    pair = await make_pair()
    await pair.emsp.handshake.unregister()
    for party in (pair.emsp, pair.cpo):
        assert await party.storage.load_registration() is None
        with pytest.raises(NotRegistered):
            _ = party.client.registration
        with pytest.raises(NotRegistered):
            await party.handshake.update()


async def test_registering_twice_answers_405(make_pair: Any) -> None:
    pair = await make_pair()
    answer = await pair.raw("POST", "/ocpi/2.2.1/credentials", b"{}")
    assert answer.status == 405
    invitation = pair.cpo.invite()
    for method in ("POST", "PATCH"):
        answer = await pair.raw(method, "/ocpi/2.2.1/credentials", b"{}", authorization=f"Token {invitation}")
        assert answer.status == 405


async def test_invitation_opens_versions_and_credentials_alone(make_pair: Any) -> None:
    pair = await make_pair()
    invited = f"Token {pair.cpo.invite()}"
    assert (await pair.raw("GET", "/ocpi/versions", authorization=invited)).status == 200
    assert (await pair.raw("GET", "/ocpi/2.2.1", authorization=invited)).status == 200
    assert (await pair.raw("GET", "/ocpi/2.2.1/sender/locations", authorization=invited)).status == 401


async def test_credentials_are_told_with_the_token_presented(make_pair: Any) -> None:
    pair = await make_pair()
    answer = await pair.raw("GET", "/ocpi/2.2.1/credentials/")
    told = json.loads(answer.body)["data"]
    assert told["token"] == pair.emsp.client.registration.their_token.token
    assert told["roles"][0]["role"] == "CPO"


async def test_peer_that_cannot_be_read_gets_3001_and_keeps_its_registration(make_pair: Any) -> None:
    pair = await make_pair()
    body = {"token": "new", "url": "http://emsp.test/elsewhere", "roles": []}
    answer = await pair.raw("PUT", "/ocpi/2.2.1/credentials", json.dumps(body).encode())
    assert json.loads(answer.body)["status_code"] == 3001
    body["url"] = "http://169.254.169.254/ocpi/versions"
    answer = await pair.raw("PUT", "/ocpi/2.2.1/credentials", json.dumps(body).encode())
    assert json.loads(answer.body)["status_code"] == 3001
    assert [item async for item in pair.emsp.client.to("DE CPO").locations()] == []


async def test_node_that_does_not_answer_is_named(make_pair: Any) -> None:
    pair = await make_pair()
    await pair.cpo.close()
    with pytest.raises(PeerUnreachable):
        await pair.emsp.client.to("DE CPO").get_location("L")


async def test_refusal_carries_the_whole_reply(make_pair: Any) -> None:
    pair = await make_pair()
    with pytest.raises(RequestFailed) as failed:
        await pair.emsp.client.to("DE CPO").get_location("L")
    reply = failed.value.reply
    assert reply.headers["x-request-id"] == reply.request_id
    assert reply.headers["x-correlation-id"] == reply.correlation_id
    assert (reply.headers["ocpi-from-party-id"], reply.headers["ocpi-to-party-id"]) == ("CPO", "MSP")
    assert reply.latency_s >= 0
    assert json.loads(reply.body)["status_code"] == 2003
