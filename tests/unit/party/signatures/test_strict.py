"""Strict signatures between two parties: by their own keys, demanded, bound to one question, never twice."""

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from ocn.errors import ConfigurationError
from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.party_id import PartyId
from ocn.party import Party, PartyRole, StrictTerms
from ocn.party.errors import AnswerSignatureInvalid, RequestFailed
from ocn.party.sending.transport import RawAnswer
from ocn.party.signatures.strict import StrictSignatures
from ocn.party.signatures.strict_parts import credentials_parts, request_parts
from ocn.party.signatures.strict_terms import ListedKeys
from ocn.signing import PrivateKey, new_nonce
from ocn.signing.strict import Reason, RequestParts, extend, sign_strictly, verify_strictly

if TYPE_CHECKING:
    from tests.unit.party.conftest import MakePair
else:
    MakePair = object

CPO_KEY, EMSP_KEY, NODE_KEY = (PrivateKey(bytes([n]) * 32) for n in (1, 2, 3))
SESSION: Any = {"id": "S1", "kwh": 1, "last_updated": "2026-01-01T00:00:00Z"}


class Registry:
    """Who has which key, as a registry would say it."""

    everybody: ClassVar = {
        PartyId("DE", "CPO"): ListedKeys(CPO_KEY.address, NODE_KEY.address),
        PartyId("NL", "MSP"): ListedKeys(EMSP_KEY.address, NODE_KEY.address),
    }

    def __init__(self, *others: str) -> None:
        self.listed = {
            **self.everybody,
            **{PartyId.parse(other): ListedKeys(CPO_KEY.address, NODE_KEY.address) for other in others},
        }

    async def keys(self, party: PartyId) -> ListedKeys | None:
        return self.listed.get(party)

    async def entitled(self, party: PartyId) -> frozenset[str]:
        keys = self.listed.get(party)
        return frozenset({keys.party, keys.operator} if keys else ())


def terms(key: PrivateKey | None, **more: Any) -> dict[str, Any]:
    values: dict[str, Any] = {"sign": key is not None, "require": True, **more}
    return {
        "key": key,
        "signatories": Registry(),
        "require_signatures": False,
        "strict": StrictTerms(**values),
    }


async def test_parties_that_sign_strictly_understand_each_other(make_pair: MakePair) -> None:
    pair = await make_pair(cpo=terms(CPO_KEY), emsp=terms(EMSP_KEY))

    reply = await pair.cpo.client.to(pair.emsp_id).put_session(SESSION)
    pages = [item async for item in pair.emsp.client.to(pair.cpo_id).locations()]

    assert reply.signatories == (EMSP_KEY.address,)
    assert pages == []


async def test_request_without_strict_signature_is_refused_where_it_is_demanded(make_pair: MakePair) -> None:
    pair = await make_pair(cpo=terms(CPO_KEY), emsp={"key": EMSP_KEY, "require_signatures": False})

    with pytest.raises(RequestFailed, match="Missing OCN Strict Signature"):
        await pair.emsp.client.to(pair.cpo_id).get_location("L1")


async def test_answer_without_strict_signature_is_not_believed_where_it_is_demanded(
    make_pair: MakePair,
) -> None:
    pair = await make_pair(cpo={"key": CPO_KEY, "require_signatures": False}, emsp=terms(EMSP_KEY))

    with pytest.raises(AnswerSignatureInvalid, match="Missing OCN Strict Signature"):
        _ = [item async for item in pair.emsp.client.to(pair.cpo_id).locations()]


async def test_request_by_the_key_of_the_node_is_refused(make_pair: MakePair) -> None:
    pair = await make_pair(cpo=terms(CPO_KEY), emsp=terms(NODE_KEY))

    with pytest.raises(RequestFailed, match="another key than that of NL MSP"):
        await pair.emsp.client.to(pair.cpo_id).get_location("L1")


def signed(path: str) -> str:
    headers = {
        "x-correlation-id": "correlation-1",
        "ocpi-from-country-code": "NL",
        "ocpi-from-party-id": "MSP",
        "ocpi-to-country-code": "DE",
        "ocpi-to-party-id": "CPO",
    }
    text = StrictSignatures(EMSP_KEY, StrictTerms(), Registry()).sign_request("GET", path, headers, None)
    assert text is not None
    return text


async def test_request_is_served_once(make_pair: MakePair) -> None:
    pair = await make_pair(cpo=terms(CPO_KEY), emsp=terms(EMSP_KEY))
    path = "/ocpi/2.2.1/sender/locations"
    text = signed(path)

    first = await pair.raw("GET", path, ocn_strict_signature=text)
    again = await pair.raw("GET", path, ocn_strict_signature=text)

    assert first.status == 200
    assert b"received before" in again.body


async def test_request_for_another_object_than_signed_is_refused(make_pair: MakePair) -> None:
    pair = await make_pair(cpo=terms(CPO_KEY), emsp=terms(EMSP_KEY))
    text = signed("/ocpi/2.2.1/sender/locations/L1")

    answer = await pair.raw("GET", "/ocpi/2.2.1/sender/locations/L2", ocn_strict_signature=text)

    assert b"altered, or signed by another key" in answer.body


async def test_answer_to_another_question_is_not_believed(make_pair: MakePair) -> None:
    pair = await make_pair(cpo=terms(CPO_KEY), emsp=terms(EMSP_KEY))
    kept: list[RawAnswer] = []
    honest = pair.network.send

    async def lying(*arguments: Any, **more: Any) -> RawAnswer:
        kept.append(await honest(*arguments, **more))
        return kept[0]

    setattr(pair.network, "send", lying)  # noqa: B010  # in place of a method
    cpo = pair.emsp.client.to(pair.cpo_id)
    _ = [item async for item in cpo.locations()]

    with pytest.raises(AnswerSignatureInvalid, match="altered"):
        _ = [item async for item in cpo.locations()]


async def test_party_proves_its_key_over_the_address_it_registers_at() -> None:
    strict, party = StrictSignatures(CPO_KEY, StrictTerms(sign=False), Registry()), PartyId("DE", "CPO")
    url = "http://node.test/ocpi/2.2.1/credentials"

    proof = await strict.prove("POST", "2.2.1", url, b"{}", party)

    parts = credentials_parts("POST", "2.2.1", url, b"{}", party)
    assert proof is not None
    assert verify_strictly(proof, parts).address == CPO_KEY.address


async def test_party_whose_key_is_not_the_listed_one_proves_nothing() -> None:
    strict = StrictSignatures(NODE_KEY, StrictTerms(), Registry())

    assert await strict.prove("POST", "2.2.1", "http://n/credentials", b"{}", PartyId("DE", "CPO")) is None


@pytest.mark.parametrize("terms", [StrictTerms(sign=True), StrictTerms(sign=False, require=True)])
def test_terms_that_cannot_be_kept_are_refused(terms: StrictTerms) -> None:
    with pytest.raises(ConfigurationError):
        Party(roles=[PartyRole.of("DE CPO", "CPO")], node_url="http://n.test", strict=terms)


ASKED = {
    "x-correlation-id": "c-1",
    "ocpi-from-country-code": "NL",
    "ocpi-from-party-id": "MSP",
    "ocpi-to-country-code": "DE",
    "ocpi-to-party-id": "CPO",
}
PATH = "/ocpi/2.2.1/sender/locations"


def passed_on(sender: str, receiver: str, signer: PrivateKey = NODE_KEY, written_to: str = "DEXXX") -> str:
    """A request of NL MSP to another CPO, which a node has put under other names."""
    now = int(time.time() * 1000)
    written = replace(_parts(), sender="NLMSP", receiver=written_to)
    text = sign_strictly(EMSP_KEY, written, created_ms=now, lifetime_ms=60_000, nonce=new_nonce())
    named = replace(written, sender=sender, receiver=receiver)
    return extend(signer, verify_strictly(text, written).standing, Reason.TO, named, created_ms=now).text


def _parts() -> RequestParts:
    parts = request_parts("GET", PATH, "", ASKED, b"")
    assert parts is not None
    return parts


@pytest.mark.parametrize(
    ("listed", "takes_copies", "signer", "refusal"),
    [
        ("DE XXX", False, NODE_KEY, "this was written to DEXXX"),
        ("DE XXX", True, NODE_KEY, None),
        ("DE YYY", False, NODE_KEY, None),
        ("DE YYY", False, CPO_KEY, "changed by no node on the way"),
    ],
    ids=["written to another party", "a copy for a service", "written to a hub", "renamed by a stranger"],
)
async def test_message_under_other_names_is_taken_only_from_a_hub_or_as_a_copy(
    listed: str, takes_copies: bool, signer: PrivateKey, refusal: str | None
) -> None:
    registry = Registry(listed)
    terms = StrictTerms(sign=False, require=True, takes_copies=takes_copies)
    strict = StrictSignatures(None, terms, registry)
    headers = {**ASKED, "ocn-strict-signature": passed_on("NLMSP", "DECPO", signer)}
    if takes_copies:
        headers["ocn-copy"] = "request"

    async def check() -> None:
        await strict.check_request("GET", PATH, "", headers, b"", own=PartyId("DE", "CPO"))

    if refusal is None:
        await check()
    else:
        with pytest.raises(InvalidParameters, match=refusal):
            await check()


async def test_message_of_one_party_in_the_name_of_another_is_refused() -> None:
    strict = StrictSignatures(None, StrictTerms(sign=False, require=True), Registry())
    headers = {**ASKED, "ocpi-from-country-code": "DE", "ocpi-from-party-id": "CPO"}
    headers["ocn-strict-signature"] = passed_on("DECPO", "DECPO")

    with pytest.raises(InvalidParameters, match="this was said by NLMSP"):
        await strict.check_request("GET", PATH, "", headers, b"", own=PartyId("DE", "CPO"))


async def test_message_that_was_written_to_no_possible_party_is_refused() -> None:
    strict = StrictSignatures(None, StrictTerms(sign=False, require=True), Registry())
    headers = {**ASKED, "ocn-strict-signature": passed_on("NLMSP", "DECPO", written_to="nobody at all")}

    with pytest.raises(InvalidParameters, match="can be no party"):
        await strict.check_request("GET", PATH, "", headers, b"", own=PartyId("DE", "CPO"))
