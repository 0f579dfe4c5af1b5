"""The payer's decisions: given what is asked, what was relayed, and its own price, pay or say why not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import parse_datetime
from ocn.settlement.core.amounts import energy_wh, stated_total, units_of
from ocn.settlement.core.asks import Ask
from ocn.settlement.core.books import CdrBook, CdrState, SessionBook
from ocn.settlement.core.canonical import JsonObject
from ocn.settlement.core.evidence import Leaf
from ocn.settlement.core.reasons import Reason, Refusal
from ocn.settlement.core.terms import Terms
from ocn.settlement.errors import AmountInvalid


@dataclass(frozen=True, slots=True)
class PayerPolicy:
    """What a payer lets pass without asking people."""

    clock_skew: timedelta | None = timedelta(minutes=5)
    """How far ahead of this clock a session may be told; None where clocks run fast on purpose."""
    most_kw: int = 4000
    """No charge point gives more."""
    energy_tolerance: Decimal = Decimal("0.01")
    """By what share a CDR's energy may differ from that of the session as it was last told."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verification says of a CDR."""

    verdict: str
    causes: tuple[str, ...]
    summary: str
    """One sentence."""
    evidence: bytes
    """The document; empty when there is none."""
    evidence_hash: bytes


@dataclass(frozen=True, slots=True)
class Asked:
    """Everything about one item that was looked up before it is judged. ``own`` is the payer."""

    ask: Ask
    own: PartyId
    book: SessionBook
    session: JsonObject | None
    """As the payee told it by OCPI."""
    cdr: JsonObject | None = None
    """As the payee posted it by OCPI."""
    known: CdrBook | None = None
    """What became of a CDR of this id before."""
    price: Decimal | Refusal | None = None
    """Of a running session: what the payer computes."""
    verdict: Verdict | None = None
    overruled: bool = False
    """People have looked at the case and said: pay."""


def judge_tick(terms: Terms, asked: Asked, policy: PayerPolicy, now: datetime) -> Leaf | Refusal | None:
    """Pay what a running session has cost more than was paid; None when that is nothing."""
    ask, book = asked.ask, asked.book
    if refusal := _not_as_told(terms, asked) or _not_in_time(ask, book, policy, now):
        return refusal
    if isinstance(asked.price, Refusal) or asked.price is None:
        return asked.price or Refusal(Reason.UNPRICEABLE, "there is no price for this session")
    try:
        own = units_of(asked.price, decimals=terms.decimals, rate=terms.rate)
    except AmountInvalid as error:
        return Refusal(Reason.UNPRICEABLE, error.message)
    if ask.total > own + terms.tolerance:
        return _above(terms, ask.total, own)
    amount = ask.total - book.settled
    return ask.leaf(amount, ask.wh - book.wh) if amount > 0 else None


def judge_cdr(terms: Terms, asked: Asked, policy: PayerPolicy) -> Leaf | Refusal | None:
    """Pay what a CDR asks for beyond what was paid; None when this very CDR is accepted already."""
    ask, book = asked.ask, asked.book
    if asked.known is not None and asked.known.document != ask.hash:
        return Refusal(Reason.DUPLICATE_ID, f"another CDR {ask.id} was asked for before")
    if asked.known is not None and asked.known.state in (CdrState.ACCEPTED, CdrState.CREDITED):
        return None
    if refusal := _no_bill(terms, asked) or _not_as_told(terms, asked) or _not_as_posted(asked):
        return refusal
    if book.is_finished:
        return Refusal(
            Reason.DUPLICATE_SESSION, f"session {ask.session_id} is paid by CDR {book.cdr_id} already"
        )
    refusal = None if asked.overruled else _unverified(terms, asked, policy)
    return refusal or _difference(terms, ask, book)


def _difference(terms: Terms, ask: Ask, book: SessionBook) -> Leaf | Refusal:
    if ask.total < book.settled:
        missing = book.settled - ask.total
        detail = f"{terms.said(missing)} more was paid than CDR {ask.id} asks for"
        return Refusal(Reason.CREDIT_MISSING, detail, missing)
    return ask.leaf(ask.total - book.settled, ask.wh - book.wh)


def _not_as_told(terms: Terms, asked: Asked) -> Refusal | None:
    ask, told = asked.ask, asked.session
    if told is None:
        return Refusal(Reason.UNKNOWN_SESSION, f"{ask.owner} has told of no session {ask.session_id}")
    if ask.document.get("currency") != terms.currency:
        said = str(ask.document.get("currency"))[:10]
        return Refusal(Reason.CURRENCY, f"it is in {said}, the terms are in {terms.currency}")
    token = _object(ask.document.get("cdr_token"))
    issuer = f"{token.get('country_code', '')}{token.get('party_id', '')}".upper()
    if issuer not in ("", asked.own.key):  # OCPI 2.2 names no issuer
        return Refusal(Reason.NOT_OUR_TOKEN, f"the token is not of {asked.own}")
    for name in _differences(ask.document, told):
        return Refusal(
            Reason.SESSION_DIFFERS, f"{name} is another than session {ask.session_id} was told with"
        )
    return None


def _differences(document: Mapping[str, object], told: Mapping[str, object]) -> list[str]:
    """Name what must be the same in a session as relayed, as asked for, and in its CDR."""
    token, told_token = _object(document.get("cdr_token")), _object(told.get("cdr_token"))
    place, told_place = _place(document), _place(told)
    pairs = {
        "currency": (document.get("currency"), told.get("currency")),
        "cdr_token.uid": (token.get("uid"), told_token.get("uid")),
        "cdr_token.contract_id": (token.get("contract_id"), told_token.get("contract_id")),
        "start_date_time": (_time(document), _time(told)),
        "the place": (place, told_place),
    }
    return [name for name, (one, other) in pairs.items() if one != other]


def _not_in_time(ask: Ask, book: SessionBook, policy: PayerPolicy, now: datetime) -> Refusal | None:
    if book.is_finished:
        return Refusal(Reason.SESSION_CLOSED, f"session {ask.session_id} is paid by CDR {book.cdr_id}")
    if ask.wh < book.wh or (book.stated_at is not None and ask.stated_at < book.stated_at):
        return Refusal(
            Reason.METER_BACKWARDS,
            f"{ask.wh} Wh as of {ask.stated_at:%FT%TZ}, and {book.wh} Wh were paid before",
        )
    if policy.clock_skew is not None and ask.stated_at > now + policy.clock_skew:
        return Refusal(Reason.IN_THE_FUTURE, f"told as of {ask.stated_at:%FT%TZ}; it is {now:%FT%TZ} here")
    return _too_much_power(ask, policy)


def _too_much_power(ask: Ask, policy: PayerPolicy) -> Refusal | None:
    seconds = max(int((ask.stated_at - ask.started_at).total_seconds()), 0) + 1
    if ask.wh * 3600 > policy.most_kw * 1000 * seconds:
        return Refusal(Reason.TOO_MUCH_POWER, f"{ask.wh} Wh in {seconds} s is more than {policy.most_kw} kW")
    return None


def _no_bill(terms: Terms, asked: Asked) -> Refusal | None:
    cdr = asked.ask.document
    if cdr.get("credit") is True:
        return Refusal(Reason.NOT_A_BILL, "a credit CDR comes with a voucher of its own, not with a request")
    try:
        total = stated_total(cdr, vat_included=terms.vat_included)
        stated = units_of(total, decimals=terms.decimals, rate=terms.rate)
    except AmountInvalid as error:
        return Refusal(Reason.UNPRICEABLE, error.message)
    if stated < 0:
        return Refusal(Reason.NOT_A_BILL, "its price is below zero")
    if stated != asked.ask.total:
        return Refusal(
            Reason.WRONG_DECIMALS,
            f"{asked.ask.total} units are asked for; the CDR's {total} {terms.currency} are {stated} units",
        )
    return None


def _not_as_posted(asked: Asked) -> Refusal | None:
    ask, posted = asked.ask, asked.cdr
    if posted is None:
        return Refusal(Reason.CDR_NOT_RELAYED, f"no CDR {ask.id} has come from {ask.owner}")
    for name, one, other in (
        ("session_id", ask.document.get("session_id"), posted.get("session_id")),
        ("total_energy", _number(ask.document, "total_energy"), _number(posted, "total_energy")),
        ("total_cost", _net(ask.document), _net(posted)),
    ):
        if one != other:
            return Refusal(Reason.CDR_DIFFERS, f"{name} is {one} here and {other} in the CDR that was posted")
    return None


def _unverified(terms: Terms, asked: Asked, policy: PayerPolicy) -> Refusal | None:
    ask = asked.ask
    told_wh = energy_wh(asked.session or {}, "kwh")
    if abs(told_wh - ask.wh) > max(Decimal(told_wh), Decimal(ask.wh)) * policy.energy_tolerance + 1:
        return Refusal(
            Reason.ENERGY_DIFFERS, f"the CDR has {ask.wh} Wh, the session was last told with {told_wh} Wh"
        )
    if refusal := _too_much_power(ask, policy):
        return refusal
    verdict = asked.verdict
    if verdict is None:
        return Refusal(Reason.VERDICT, "the CDR could not be verified")
    explained = verdict.verdict == "explained" and verdict.causes
    if verdict.verdict == "match" or (explained and set(verdict.causes) <= set(terms.accepted_causes)):
        return None
    causes = f": {', '.join(verdict.causes)}" if verdict.causes else ""
    return Refusal(Reason.VERDICT, f"{verdict.verdict}{causes}. {verdict.summary}")


def _above(terms: Terms, total: int, own: int) -> Refusal:
    larger, smaller = max(total, own), min(total, own)
    if smaller and larger % smaller == 0 and set(str(larger // smaller)) <= {"0", "1"}:
        power = len(str(larger // smaller)) - 1
        if larger // smaller == 10**power and power:
            return Refusal(
                Reason.WRONG_DECIMALS,
                f"{total} units are asked for and {own} computed: {power} decimals too many",
            )
    return Refusal(
        Reason.PRICE_DIFFERS, f"{terms.said(total)} is asked for, {terms.said(own)} computed from the tariff"
    )


def _object(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _place(document: Mapping[str, object]) -> tuple[str, str]:
    """Return location and EVSE in one case, of a session or a CDR."""
    location = _object(document.get("cdr_location"))
    ids = (
        document.get("location_id", location.get("id")),
        document.get("evse_uid", location.get("evse_uid")),
    )
    return str(ids[0]).casefold(), str(ids[1]).casefold()


def _time(document: Mapping[str, object]) -> datetime | str:
    text = str(document.get("start_date_time"))
    try:
        return parse_datetime(text)
    except ValueError:
        return text


def _number(document: Mapping[str, object], name: str) -> object:
    value = document.get(name)
    return Decimal(value) if isinstance(value, int) else value


def _net(document: Mapping[str, object]) -> object:
    try:
        return stated_total(document, vat_included=False)
    except AmountInvalid:
        return None
