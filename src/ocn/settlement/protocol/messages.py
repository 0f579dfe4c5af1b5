"""The bodies of requests and answers of the module, as values and as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.party_id import PartyId
from ocn.party.json_text import JsonObject
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.opening import Opened, Shown
from ocn.settlement.core.reasons import Reason, Refusal
from ocn.settlement.core.signed_terms import SignedTerms
from ocn.settlement.core.terms_text import read_terms, terms_object
from ocn.settlement.errors import TermsInvalid
from ocn.settlement.protocol.hex_text import octets, written
from ocn.settlement.protocol.vouchers import (
    opened_object,
    read_opened,
    read_shown,
    shown_object,
    units,
    whole,
)
from ocn.settlement.records import Recorded

MOST_ITEMS: Final = 1000
"""In one request."""
MOST_EVIDENCE: Final = 512 * 1024
"""Of one refusal; a longer document is told by its hash alone."""
_EVIDENCE_OF_ALL: Final = 4 * MOST_EVIDENCE
_LONGEST_DETAIL: Final = 500
_REASONS: Final = frozenset(Reason.__members__) - {Reason.DISPUTED.value}
_SIGNATURES: Final = (
    "payer_signature",
    "payee_signature",
    "payer_vault_signature",
    "payee_vault_signature",
)


@dataclass(frozen=True, slots=True)
class State:
    """How far whoever speaks knows both lanes of a pair: the lane of the terms, and the lane back."""

    lane: Lane
    there: Shown | None
    back: Shown | None


@dataclass(frozen=True, slots=True)
class Refused:
    """One item that was not paid, as the payer says it."""

    item: int
    refusal: Refusal
    case_id: str = ""
    evidence: bytes = field(default=b"", repr=False)
    evidence_hash: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a payer answers to a request.

    ``judged`` is false where the payee must first catch up with ``vouchers``, or send what the payer lacks.
    """

    state: State
    vouchers: tuple[Opened, ...]
    judged: bool
    refused: tuple[Refused, ...]


def state_object(lane: Lane, there: Recorded | None, back: Recorded | None) -> JsonObject:
    """Write a state."""
    return {"lane": lane.key, "there": shown_object(there), "back": shown_object(back)}


def read_state(value: object) -> State:
    """Read a state.

    Raises:
        InvalidParameters: something else.
    """
    if not isinstance(value, Mapping):
        raise InvalidParameters("state must be an object")
    return State(
        read_lane(value.get("lane")),
        read_shown(value.get("there"), "state.there"),
        read_shown(value.get("back"), "state.back"),
    )


def read_lane(value: object) -> Lane:
    """Read a lane from its key.

    Raises:
        InvalidParameters: something else.
    """
    try:
        return Lane.from_key(value if isinstance(value, str) else "")
    except TermsInvalid as error:
        raise InvalidParameters(error.message) from error


def read_items(body: JsonObject) -> list[object]:
    """Return the items of a request, unread.

    Raises:
        InvalidParameters: no list, or too many.
    """
    items = body.get("items")
    if not isinstance(items, list) or len(items) > MOST_ITEMS:
        raise InvalidParameters(f"items must be a list of at most {MOST_ITEMS}")
    return items


def refused_objects(refused: Sequence[Refused]) -> list[JsonObject]:
    """Write refusals; the evidence is a text, so that its bytes and their hash survive the way."""
    room, values = _EVIDENCE_OF_ALL, []
    for each in refused:
        values.append(_refused_object(each, room))
        room -= len(values[-1].get("evidence", ""))
    return values


def _refused_object(refused: Refused, room: int) -> JsonObject:
    refusal = refused.refusal
    value: JsonObject = {
        "item": refused.item,
        "reason": refusal.reason.value,
        "detail": refusal.detail[:_LONGEST_DETAIL],
    }
    if refusal.missing:
        value["missing"] = str(refusal.missing)
    if refused.case_id:
        value["case_id"] = refused.case_id
    if refused.evidence_hash:
        value["evidence_hash"] = written(refused.evidence_hash)
    if refused.evidence and len(refused.evidence) <= min(MOST_EVIDENCE, room):
        value["evidence"] = refused.evidence.decode()
    return value


def answer_object(
    state: JsonObject, vouchers: list[Recorded], refused: list[Refused], *, judged: bool
) -> JsonObject:
    """Write the answer to a request."""
    return {
        "state": state,
        "judged": judged,
        "vouchers": [opened_object(recorded) for recorded in vouchers],
        "refused": refused_objects(refused),
    }


def read_answer(value: object, payer: PartyId, payee: PartyId) -> Answer:
    """Read the answer to a request of a payee.

    Raises:
        InvalidParameters: something else.
    """
    if not isinstance(value, Mapping):
        raise InvalidParameters("the answer is not an object")
    refused = value.get("refused", [])
    if not isinstance(refused, list) or len(refused) > MOST_ITEMS:
        raise InvalidParameters("refused must be a list")
    return Answer(
        read_state(value.get("state")),
        tuple(read_opened(value.get("vouchers", []), payer, payee)),
        value.get("judged") is True,
        tuple(_read_refused(each) for each in refused),
    )


def terms_answer(signed: SignedTerms) -> JsonObject:
    """Write terms with the signatures they have."""
    value: JsonObject = {"terms": terms_object(signed.terms)}
    for name in _SIGNATURES:
        if signature := getattr(signed, name):
            value[name] = written(signature)
    return value


def read_signed_terms(value: object) -> SignedTerms:
    """Read terms with one or both signatures, which are not checked here.

    Raises:
        InvalidParameters: something else.
        TermsInvalid: terms that nobody can agree to.
    """
    if not isinstance(value, Mapping):
        raise InvalidParameters("terms must be an object with terms and signatures")
    signatures = [
        octets(value[name], 64, name) if value.get(name) is not None else b"" for name in _SIGNATURES
    ]
    return SignedTerms(read_terms(value.get("terms")), *signatures)


def _read_refused(value: object) -> Refused:
    if not isinstance(value, Mapping):
        raise InvalidParameters("refused must be a list of objects")
    reason, detail = value.get("reason"), value.get("detail")
    if not isinstance(reason, str) or reason not in _REASONS or not isinstance(detail, str):
        raise InvalidParameters("a refusal has a reason that is known here, and a detail")
    missing = units(value, "missing", "refused") if "missing" in value else 0
    case_id, evidence = value.get("case_id", ""), value.get("evidence", "")
    if not isinstance(case_id, str) or not isinstance(evidence, str) or len(evidence) > MOST_EVIDENCE:
        raise InvalidParameters("case_id and evidence of a refusal are texts")
    digest = value.get("evidence_hash")
    return Refused(
        whole(value, "item", "refused"),
        Refusal(Reason(reason), detail[:_LONGEST_DETAIL], missing),
        case_id[:36],
        evidence.encode(),
        b"" if digest is None else octets(digest, 32, "evidence_hash"),
    )
