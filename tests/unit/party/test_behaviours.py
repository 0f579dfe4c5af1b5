"""B3 to B8 of the party's contract with its host."""

import json
from typing import Any

import pytest

from ocn.ocpi.modules import ModuleID
from ocn.ocpi.objects import CommandResult, StartSession
from ocn.party import Outcome, Party, PartyRole, Request, accepted, rejected
from ocn.party.errors import NoCommonVersion, RequestFailed, TokenMissing
from ocn.party.in_process import InProcessNetwork
from ocn.party.sending.transport import RawAnswer
from ocn.signing.json_values import parse_json
from ocn.signing.keys import PrivateKey
from ocn.signing.notary import verify
from ocn.signing.values import response_values
from ocn.signing.wire import decode

TOKEN: Any = {"uid": "T1", "type": "RFID", "contract_id": "C1", "country_code": "NL", "party_id": "MSP"}
SESSION: Any = {
    "country_code": "DE",
    "party_id": "CPO",
    "id": "S1",
    "kwh": 1,
    "last_updated": "2026-01-01T00:00:00Z",
}
CDR: Any = {"country_code": "DE", "party_id": "CPO", "id": "CDR 1", "last_updated": "2026-01-01T00:00:00Z"}


def envelope(answer: RawAnswer) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(answer.body)
    return decoded


class Charger:
    """Takes commands for LOC1 alone."""

    def __init__(self) -> None:
        self.commands: list[StartSession] = []

    async def start_session(self, request: Request, command: StartSession) -> Outcome:
        self.commands.append(command)
        if command["location_id"] != "LOC1":
            return rejected("no such location")
        return accepted(self._started())

    async def _started(self) -> CommandResult:
        return {"result": "ACCEPTED", "message": [{"language": "en", "text": "charging"}]}


async def test_b3_token_a_missing_on_first_start_is_named() -> None:
    party = Party(
        roles=[PartyRole.of("NL MSP", "EMSP")],
        node_url="http://node.test",
        public_url="http://emsp.test",
        serve=False,
        transport=InProcessNetwork(),
    )
    with pytest.raises(TokenMissing, match="TOKEN_A"):
        async with party:
            pass


async def test_b3_node_without_a_known_version_is_named(make_pair: Any) -> None:
    with pytest.raises(NoCommonVersion, match=r"offers 2\.3\.0"):
        await make_pair(cpo={"versions": ("2.3.0",)})


async def test_b4_wrong_token_answers_401(make_pair: Any) -> None:
    pair = await make_pair()
    for token in (None, "Token wrong", "Bearer x", "Token d3Jvbmc="):
        answer = await pair.raw("GET", "/ocpi/2.2.1/sender/locations", authorization=token)
        assert answer.status == 401
        assert envelope(answer)["status_code"] == 2001


async def test_b4_unknown_object_answers_404_and_2003(make_pair: Any) -> None:
    pair = await make_pair()
    with pytest.raises(RequestFailed) as failed:
        await pair.emsp.client.to("DE CPO").get_location("NOPE")
    assert (failed.value.reply.http_status, failed.value.status_code) == (404, 2003)


async def test_b4_handler_that_raises_answers_3000(make_pair: Any, caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        async def get_location(self, request: Request, location_id: str) -> None:
            raise RuntimeError("secret detail")

    pair = await make_pair([Broken()])
    answer = await pair.raw("GET", "/ocpi/2.2.1/sender/locations/LOC1")
    assert (answer.status, envelope(answer)["status_code"]) == (200, 3000)
    assert "secret" not in envelope(answer)["status_message"]
    assert "secret detail" in caplog.text


async def test_b5_unsigned_request_is_refused_and_every_answer_signed(make_pair: Any) -> None:
    keys = PrivateKey.generate(), PrivateKey.generate()
    pair = await make_pair(cpo={"key": keys[0]}, emsp={"key": keys[1]})
    answer = await pair.raw("GET", "/ocpi/2.2.1/sender/locations")
    assert answer.status == 400
    body = envelope(answer)
    assert body["status_code"] == 2001
    assert "Missing OCN Signature" in body["status_message"]
    values = response_values(answer.headers, parse_json(answer.body))
    assert verify(decode(body["ocn_signature"]), values).author == keys[0].address


async def test_b5_altered_request_is_refused(make_pair: Any) -> None:
    pair = await make_pair(cpo={"key": PrivateKey.generate()}, emsp={"key": PrivateKey.generate()})
    sent: dict[str, str] = {}
    original = pair.network.send

    async def spy(method: str, url: str, headers: Any, body: bytes | None, *, timeout_s: float) -> RawAnswer:
        sent.update({name.lower(): value for name, value in headers.items()})
        answer: RawAnswer = await original(method, url, headers, body, timeout_s=timeout_s)
        return answer

    pair.network.send = spy
    reply = await pair.cpo.client.to("NL MSP").put_session(SESSION)
    assert reply.http_status == 201
    altered = json.dumps(SESSION | {"kwh": 2}).encode()
    url = "http://emsp.test/ocpi/2.2.1/receiver/sessions/DE/CPO/S1"
    answer = await original("PUT", url, sent, altered, timeout_s=5)
    assert (answer.status, envelope(answer)["status_code"]) == (400, 2001)
    assert "Request has been modified" in envelope(answer)["status_message"]
    assert (await pair.emsp.storage.get("sessions", pair.cpo_id, "S1")) == SESSION


async def test_b6_pages_carry_their_headers_signed(make_pair: Any) -> None:
    pair = await make_pair(cpo={"key": PrivateKey.generate()}, emsp={"key": PrivateKey.generate()})
    for number in range(5):
        await pair.cpo.storage.put(
            "locations",
            pair.cpo_id,
            f"L{number}",
            {"id": f"L{number}", "last_updated": f"2026-01-0{number + 1}T00:00:00Z"},
        )
    pages = [page async for page in pair.emsp.client.to("DE CPO").pages("locations", limit=2)]
    assert [len(page.data) for page in pages] == [2, 2, 1]
    assert all(page.total_count == 5 and page.limit == 100 for page in pages)
    assert pages[-1].next_url is None
    assert pages[0].next_url is not None
    assert "limit=2" in pages[0].next_url
    assert len({page.correlation_id for page in pages}) == 1
    assert len({page.request_id for page in pages}) == 3
    signed = decode(json.loads(pages[0].body)["ocn_signature"])
    assert {"$['headers']['link']", "$['headers']['x-total-count']", "$['headers']['x-limit']"} <= set(
        signed.fields
    )


async def test_b6_dates_select_and_survive_the_next_link(make_pair: Any) -> None:
    pair = await make_pair()
    for day in range(1, 10):
        session = {
            "id": f"S{day}",
            "cdr_token": {"country_code": "NL", "party_id": "MSP"},
            "last_updated": f"2026-01-0{day}T00:00:00Z",
        }
        await pair.cpo.storage.put("sessions", pair.cpo_id, session["id"], session)
    from ocn.ocpi.timestamps import parse_datetime

    found = pair.emsp.client.to("DE CPO").sessions(
        parse_datetime("2026-01-03T00:00:00Z"), date_to=parse_datetime("2026-01-08T00:00:00Z"), limit=2
    )
    assert [session["id"] async for session in found] == ["S3", "S4", "S5", "S6", "S7"]


async def test_b7_result_follows_the_answer_with_parties_swapped_and_signed(make_pair: Any) -> None:
    key = PrivateKey.generate()
    charger = Charger()
    pair = await make_pair([charger], cpo={"key": key}, emsp={"key": PrivateKey.generate()})
    pending = await pair.emsp.client.to("DE CPO").start_session(TOKEN, "LOC1")
    assert pending.accepted
    assert pending.reply.data == {"result": "ACCEPTED", "timeout": 30}
    assert await pending.result() == {
        "result": "ACCEPTED",
        "message": [{"language": "en", "text": "charging"}],
    }
    await pair.cpo.settled()
    commands = [e for e in pair.exchanges if e.module == ModuleID.COMMANDS and e.method == "POST"]
    asked = next(e for e in commands if "/receiver/" in e.url)
    posted = next(e for e in commands if "/sender/" in e.url)
    assert (asked.sender, asked.receiver) == (posted.receiver, posted.sender) == (pair.emsp_id, pair.cpo_id)
    assert commands.index(asked) < commands.index(posted)
    assert asked.correlation_id == posted.correlation_id
    assert charger.commands[0]["response_url"].startswith(
        "http://emsp.test/ocpi/2.2.1/sender/commands/START_SESSION/"
    )


async def test_b7_no_result_follows_a_refusal(make_pair: Any) -> None:
    pair = await make_pair([Charger()])
    pending = await pair.emsp.client.to("DE CPO").start_session(TOKEN, "ELSEWHERE")
    await pair.cpo.settled()
    assert not pending.accepted
    assert pending.reply.data["message"] == [{"language": "en", "text": "no such location"}]
    assert not [e for e in pair.exchanges if e.module == ModuleID.COMMANDS and "/sender/" in e.url]


async def test_b8_cdr_is_answered_with_a_location_that_returns_it(make_pair: Any) -> None:
    pair = await make_pair()
    cpo = pair.cpo.client.to("NL MSP")
    posted = await cpo.post_cdr(CDR)
    assert posted.location == "http://emsp.test/ocpi/2.2.1/receiver/cdrs/DE/CPO/CDR%201"
    assert (await cpo.read(posted.location)).data == CDR
