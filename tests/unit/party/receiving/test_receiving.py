"""What the receiving app does with requests as they come in the field, and with those that should not."""

import asyncio
import base64
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocn.ocpi.errors import NotEnoughInformation
from ocn.ocpi.objects import StartSession, StopSession
from ocn.party import Limits, Outcome, PartyRole, Request, accepted
from ocn.party.errors import ModuleNotOffered, RegistrationRefused
from ocn.party.json_text import decode_json, encode_json
from ocn.signing.keys import PrivateKey

LIST = "/ocpi/2.2.1/sender/locations"
TOKENS = "/ocpi/2.2.1/receiver/tokens/NL/MSP/T1"
START = "/ocpi/2.2.1/receiver/commands/START_SESSION"
DATED: Any = {"last_updated": "2026-01-01T00:00:00Z"}


def said(answer: Any) -> tuple[int, int]:
    return answer.status, json.loads(answer.body)["status_code"]


async def test_token_is_taken_raw_in_base64_and_with_the_newline_of_the_examples(make_pair: Any) -> None:
    pair = await make_pair()
    token = pair.emsp.client.registration.their_token.token
    for text in (
        token,
        base64.b64encode(token.encode()).decode(),
        base64.b64encode(f"{token}\n".encode()).decode(),
    ):
        for scheme in ("Token", "token"):
            assert said(await pair.raw("GET", LIST, authorization=f"{scheme} {text}")) == (200, 1000)


async def test_answer_repeats_ids_and_turns_the_routing_round(make_pair: Any) -> None:
    pair = await make_pair()
    for path in (LIST, LIST + "/none"):
        headers = (await pair.raw("GET", path)).headers
        assert (headers["x-request-id"], headers["x-correlation-id"]) == ("request-1", "correlation-1")
        assert headers["ocpi-from-country-code"] + headers["ocpi-from-party-id"] == "DECPO"
        assert headers["ocpi-to-country-code"] + headers["ocpi-to-party-id"] == "NLMSP"
    assert (
        "ocpi-from-party-id"
        not in (
            await pair.raw(
                "GET",
                "/ocpi/versions",
                **dict.fromkeys(
                    (
                        "ocpi_from_party_id",
                        "ocpi_from_country_code",
                        "ocpi_to_party_id",
                        "ocpi_to_country_code",
                    )
                ),
            )
        ).headers
    )


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "expected"),
    [
        ("GET", "/", b"", {}, (404, 2003)),
        ("GET", "/ocpi", b"", {}, (404, 2003)),
        ("GET", "/other/2.2.1", b"", {}, (404, 2003)),
        ("GET", "/ocpi/3.0", b"", {}, (404, 2003)),
        ("GET", "/ocpi/2.2.1/nothing", b"", {}, (404, 2003)),
        ("POST", "/ocpi/versions", b"", {}, (405, 2001)),
        ("GET", "/ocpi/2.2.1/receiver/locations", b"", {}, (404, 2003)),
        ("GET", "/ocpi/2.2.1/sender/nonsense", b"", {}, (404, 2003)),
        ("DELETE", LIST, b"", {}, (405, 2001)),
        ("GET", LIST + "/a/b/c/d", b"", {}, (404, 2003)),
        ("GET", LIST + "/%FF", b"", {}, (400, 2001)),
        ("GET", LIST, b"", {"ocpi_from_party_id": None, "ocpi_from_country_code": None}, (400, 2001)),
        ("GET", LIST, b"", {"ocpi_from_party_id": None}, (400, 2001)),
        ("GET", LIST, b"", {"ocpi_from_party_id": "TOOLONG"}, (400, 2001)),
        ("GET", LIST, b"", {"ocpi_to_party_id": "XXX"}, (400, 2001)),
        ("GET", LIST, b"", {"ocpi_to_party_id": None, "ocpi_to_country_code": None}, (200, 1000)),
        ("GET", LIST, b"", {"x_request_id": None, "x_correlation_id": None}, (200, 1000)),
        ("GET", LIST + "?limit=-1", b"", {}, (400, 2001)),
        ("PUT", TOKENS, b"{", {}, (400, 2001)),
        ("PUT", TOKENS, b"[]", {}, (400, 2001)),
        ("PUT", TOKENS, b"", {}, (400, 2001)),
        ("PUT", TOKENS, b"[" * 3000, {}, (400, 2001)),
        ("PUT", TOKENS, b"{}" + b" " * 3000, {}, (413, 2001)),
        ("PUT", TOKENS, b"{}", {"content_length": "junk"}, (413, 2001)),
        ("PUT", TOKENS, b'{"uid": "other"}', {}, (400, 2001)),
        ("PUT", TOKENS, b'{"country_code": "DE", "party_id": "CPO"}', {}, (400, 2001)),
        ("PUT", TOKENS.replace("NL/MSP", "FR/ABC"), b"{}", {}, (400, 2001)),
        ("PUT", TOKENS.replace("NL", "NLX"), b"{}", {}, (400, 2001)),
        ("PUT", TOKENS, b'{"uid": "t1", "country_code": "nl", "party_id": "msp"}', {}, (201, 1000)),
        ("PATCH", TOKENS, b'{"valid": true}', {}, (400, 2001)),
        ("PATCH", TOKENS, b'{"last_updated": "x"}', {}, (404, 2003)),
        ("POST", START, b"{}", {}, (400, 2001)),
        ("POST", START, b'{"response_url": 1}', {}, (400, 2001)),
        ("POST", START, b'{"response_url": "http://169.254.169.254/"}', {}, (400, 2001)),
        ("GET", START, b"", {}, (405, 2001)),
        ("POST", START[:-1], b"{}", {}, (404, 2003)),
    ],
)
async def test_request_gets_the_answer_it_deserves(
    make_pair: Any,
    method: str,
    path: str,
    body: bytes,
    headers: dict[str, str | None],
    expected: tuple[int, int],
) -> None:
    class Never:
        async def start_session(self, request: Request, command: StartSession) -> Outcome:
            raise AssertionError("must not be asked")

    pair = await make_pair([Never()], cpo={"limits": Limits(request_body_bytes=3000)})
    answer = await pair.raw(method, path, body, **headers)
    assert said(answer) == expected
    assert "data" not in json.loads(answer.body) or expected[1] == 1000


async def test_header_given_twice_is_refused(make_pair: Any) -> None:
    pair = await make_pair()
    sent: list[Any] = []
    token = pair.emsp.client.registration.their_token.header.encode()
    scope: Any = {
        "type": "http",
        "method": "GET",
        "path": LIST,
        "raw_path": LIST.encode(),
        "query_string": b"",
        "headers": [
            (b"authorization", token),
            (b"ocpi-from-party-id", b"MSP"),
            (b"OCPI-from-party-id", b"XXX"),
        ],
    }

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    await pair.cpo.app(scope, receive, send)
    assert sent[0]["status"] == 400
    assert b"OCPI-from-party-id is given twice" in sent[1]["body"]


async def test_body_that_stalls_is_given_up(make_pair: Any) -> None:
    pair = await make_pair(cpo={"limits": Limits(receive_s=0.01)})
    sent: list[Any] = []
    token = pair.emsp.client.registration.their_token.header.encode()
    scope: Any = {
        "type": "http",
        "method": "PUT",
        "path": TOKENS,
        "raw_path": TOKENS.encode(),
        "query_string": b"",
        "headers": [(b"authorization", token)],
    }

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    await pair.cpo.app(scope, receive, send)
    assert sent[0]["status"] == 408


async def test_hub_may_pass_on_what_belongs_to_others(make_pair: Any) -> None:
    pair = await make_pair(emsp={"roles": [PartyRole.of("NL MSP", "HUB")], "modules": []})
    path = TOKENS.replace("NL/MSP", "FR/ABC")
    assert said(await pair.raw("PUT", path, b'{"uid": "T1"}')) == (201, 1000)


async def test_handler_may_refuse_with_any_status(make_pair: Any) -> None:
    class Picky:
        async def stop_session(self, request: Request, command: StopSession) -> Outcome:
            raise NotEnoughInformation("which one?")

    pair = await make_pair([Picky()])
    body = json.dumps({"response_url": "http://emsp.test/x", "session_id": "S"}).encode()
    answer = await pair.raw("POST", START.replace("START", "STOP"), body)
    assert said(answer) == (400, 2002)
    assert json.loads(answer.body)["status_message"] == "which one?"


async def test_refusal_goes_out_before_any_work_when_too_much_is_owed(make_pair: Any) -> None:
    release = asyncio.Event()

    class Slow:
        async def start_session(self, request: Request, command: StartSession) -> Outcome:
            return accepted(self._later())

        async def _later(self) -> str:
            await release.wait()
            return "ACCEPTED"

    pair = await make_pair([Slow()], cpo={"limits": Limits(followups=1)})
    to = pair.emsp.client.to("DE CPO")
    token: Any = {"uid": "T"}
    first = await to.start_session(token, "L")
    assert said(await pair.raw("POST", START, b'{"response_url": "http://emsp.test/x"}')) == (200, 3000)
    release.set()
    assert await first.result() == {"result": "ACCEPTED"}


async def test_result_that_takes_longer_than_announced_is_a_timeout(make_pair: Any) -> None:
    class Stuck:
        async def start_session(self, request: Request, command: StartSession) -> Outcome:
            return accepted(asyncio.Event().wait(), timeout_s=0)  # type: ignore[arg-type]  # never returns

    pair = await make_pair([Stuck()])
    token: Any = {"uid": "T"}
    pending = await pair.emsp.client.to("DE CPO").start_session(token, "L")
    assert await pending.result() == {"result": "TIMEOUT"}


async def test_result_nobody_awaits_goes_to_the_handler_that_wants_it(make_pair: Any) -> None:
    got: list[Any] = []

    class Late:
        async def late_result(self, request: Request, result_id: str, result: Any) -> None:
            got.append((request.path[0], result_id, result))

        async def late_profile_result(self, request: Request, result_id: str, result: Any) -> None:
            got.append((request.module, result_id, result))

    pair = await make_pair(emsp_handlers=[Late()])
    for path in ("commands/STOP_SESSION/old", "chargingprofiles/result/older"):
        url = f"http://emsp.test/ocpi/2.2.1/sender/{path}"
        await pair.cpo.client.to("NL MSP").post_result(url, {"result": "ACCEPTED"})
    assert got == [
        ("STOP_SESSION", "old", {"result": "ACCEPTED"}),
        ("chargingprofiles", "older", {"result": "ACCEPTED"}),
    ]


async def test_module_the_node_does_not_offer_is_named(make_pair: Any) -> None:
    pair = await make_pair()
    with pytest.raises(ModuleNotOffered, match="commands"):
        await pair.emsp.client.to("DE CPO").stop_session("S")


async def test_freshly_written_listing_is_waited_for(make_pair: Any) -> None:
    class Writes:
        async def ensure(self, roles: Any, modules: Any) -> bool:
            return True

    refusals = 2

    pair = await make_pair()
    await pair.emsp.handshake.unregister()
    pair.emsp._token_a = pair.cpo.invite()
    pair.emsp._listing = Writes()
    register = pair.emsp.handshake.register

    class Reluctant:
        async def register(self, url: str, token: str | None) -> Any:
            nonlocal refusals
            refusals -= 1
            if refusals >= 0:
                raise RegistrationRefused("not listed here")
            return await register(url, token)

    registration = await pair.emsp._registered(Reluctant(), 5.0)
    assert registration.their_token
    refusals = 1
    with pytest.raises(RegistrationRefused):
        await pair.emsp._registered(Reluctant(), 0.0)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    method=st.sampled_from(["GET", "PUT", "PATCH", "POST", "DELETE", "HEAD", "BREW"]),
    path=st.lists(
        st.sampled_from(["ocpi", "2.2.1", "sender", "receiver", "locations", "NL", "MSP", "x", "%2F", ""]),
        max_size=8,
    ),
    body=st.binary(max_size=40),
)
async def test_any_request_gets_an_envelope(
    make_pair: Any, method: str, path: list[str], body: bytes
) -> None:
    pair = await make_pair()
    answer = await pair.raw(method, "/" + "/".join(path), body)
    decoded = json.loads(answer.body)
    assert answer.status < 500
    assert isinstance(decoded["status_code"], int)
    assert decoded["status_code"] < 3000


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.text()
        | st.integers()
        | st.decimals(allow_nan=False, allow_infinity=False),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
def test_json_comes_back_with_every_digit(value: Any) -> None:
    text = encode_json(value)
    assert encode_json(decode_json(text)) == text


@pytest.mark.parametrize("text", ["1.50", "0.10", "-0.0", "100", "12345678901234567890.123456789", "1E+3"])
def test_number_is_written_as_it_was_read(text: str) -> None:
    assert encode_json({"n": decode_json(text.encode())}) == b'{"n":' + text.encode() + b"}"
    assert isinstance(decode_json(text.encode()), Decimal | int)


async def test_concurrent_patches_lose_nothing(make_pair: Any) -> None:
    pair = await make_pair(emsp_handlers=[])
    to = pair.cpo.client.to("NL MSP")
    session: Any = {"id": "S1"} | DATED
    await to.put_session(session)
    patches = [to.patch_session("S1", {"charging_periods": [{"n": n}]} | DATED) for n in range(20)]
    await asyncio.gather(*patches)
    stored = await pair.emsp.storage.get("sessions", pair.cpo_id, "S1")
    assert sorted(period["n"] for period in stored["charging_periods"]) == list(range(20))


@pytest.mark.parametrize("data", [{"Capital": 1}, {"an'apostrophe": 1}, {"n": object()}])
async def test_data_that_cannot_be_written_or_signed_is_answered_3000(make_pair: Any, data: Any) -> None:
    class Odd:
        async def get_location(self, request: Request, location_id: str) -> Any:
            return data

    pair = await make_pair([Odd()], cpo={"key": PrivateKey.generate(), "require_signatures": False})
    answer = await pair.raw("GET", LIST + "/LOC1")
    assert said(answer) == (200, 3000)
    assert "ocn_signature" in json.loads(answer.body)
