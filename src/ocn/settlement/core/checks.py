"""The checks of a payer on time, energy and price, each a question whose answer is None or why not."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final

from ocn.settlement.core.amounts import energy_wh, stated_total, units_of
from ocn.settlement.core.asked import Asked, PayerPolicy
from ocn.settlement.core.asks import Ask
from ocn.settlement.core.books import SessionBook
from ocn.settlement.core.reasons import Reason, Refusal
from ocn.settlement.core.terms import Terms
from ocn.settlement.errors import AmountInvalid

_OVER: Final = frozenset({"COMPLETED", "INVALID"})


def not_in_time(ask: Ask, book: SessionBook, policy: PayerPolicy, now: datetime) -> Refusal | None:
    """A running session goes on: not finished, not back, not ahead of the clock, not too fast."""
    if book.is_finished:
        return Refusal(Reason.SESSION_CLOSED, f"session {ask.session_id} is paid by CDR {book.cdr_id}")
    if ask.wh < book.wh or (book.stated_at is not None and ask.stated_at < book.stated_at):
        return Refusal(
            Reason.METER_BACKWARDS,
            f"{ask.wh} Wh as of {ask.stated_at:%FT%TZ}, and {book.wh} Wh were paid before",
        )
    return _ahead(ask, policy, now) or _too_much_power(ask, policy)


def _ahead(ask: Ask, policy: PayerPolicy, now: datetime) -> Refusal | None:
    if policy.clock_skew is not None and ask.stated_at > now + policy.clock_skew:
        return Refusal(Reason.IN_THE_FUTURE, f"told as of {ask.stated_at:%FT%TZ}; it is {now:%FT%TZ} here")
    return None


def _too_much_power(ask: Ask, policy: PayerPolicy) -> Refusal | None:
    seconds = max(int((ask.stated_at - ask.started_at).total_seconds()), 0) + 1
    if ask.wh * 3600 > policy.most_kw * 1000 * seconds:
        return Refusal(Reason.TOO_MUCH_POWER, f"{ask.wh} Wh in {seconds} s is more than {policy.most_kw} kW")
    return None


def no_bill(terms: Terms, asked: Asked) -> Refusal | None:
    """A CDR is a bill, of just the amount that is asked for."""
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


def not_as_posted(terms: Terms, asked: Asked) -> Refusal | None:
    """A CDR is the one that came by OCPI."""
    ask, posted = asked.ask, asked.cdr or {}
    for name, one, other in (
        ("session_id", ask.document.get("session_id"), posted.get("session_id")),
        ("total_energy", _number(ask.document, "total_energy"), _number(posted, "total_energy")),
        ("total_cost", *(_stated(each, terms) for each in (ask.document, posted))),
    ):
        if one != other:
            return Refusal(Reason.CDR_DIFFERS, f"{name} is {one} here and {other} in the CDR that was posted")
    return None


def unverified(terms: Terms, asked: Asked, policy: PayerPolicy, now: datetime) -> Refusal | None:
    """A CDR is paid for a match, or for causes that both accept; its energy and time are the session's."""
    ask = asked.ask
    return (
        _ahead(ask, policy, now)
        or (Refusal(Reason.METER_REFUSED, asked.objection) if asked.objection else None)
        or _other_energy(asked, policy, now)
        or _too_much_power(ask, policy)
        or _not_right(terms, asked)
    )


def _other_energy(asked: Asked, policy: PayerPolicy, now: datetime) -> Refusal | None:
    """The last that is told of a session may come after its CDR."""
    ask = asked.ask
    try:
        told_wh = energy_wh(asked.session or {}, "kwh")
    except AmountInvalid as error:
        return Refusal(Reason.ENERGY_DIFFERS, f"the session was told without its energy: {error.message}")
    if abs(told_wh - ask.wh) <= max(Decimal(told_wh), Decimal(ask.wh)) * policy.energy_tolerance + 1:
        return None
    runs = asked.session is not None and asked.session.get("status") not in _OVER
    waits = runs and told_wh < ask.wh and now - ask.stated_at < policy.last_report
    return Refusal(
        Reason.SESSION_BEHIND if waits else Reason.ENERGY_DIFFERS,
        f"the CDR has {ask.wh} Wh, the session was last told with {told_wh} Wh",
    )


def _not_right(terms: Terms, asked: Asked) -> Refusal | None:
    verdict = asked.verdict
    if verdict is None:
        return Refusal(Reason.VERDICT, "the CDR could not be verified")
    if terms.vat_included and not verdict.with_vat:
        return Refusal(
            Reason.VERDICT, "the terms are about prices with VAT, and the tariff says nothing of it"
        )
    accepted = any(set(causes) <= set(terms.accepted_causes) for causes in verdict.explanations if causes)
    if verdict.verdict == "match" or (verdict.verdict == "explained" and accepted):
        return None
    causes = ", or ".join(" with ".join(each) for each in verdict.explanations)
    said = f"{verdict.verdict}: {causes}" if causes else verdict.verdict
    return Refusal(Reason.VERDICT, f"{said}. {verdict.summary}")


def paid_again(terms: Terms, promised_back: int) -> Refusal | None:
    """A session that was paid and credited is paid again as far as credits are more than promises.

    An empty vault can sign credits without end; ``unsecured`` is what either side lets the other owe.
    """
    missing = promised_back - terms.unsecured
    if missing <= 0:
        return None
    detail = f"credits of {terms.said(missing)} are not secured: net them, or reserve so much for the payer"
    return Refusal(Reason.CREDIT_UNSECURED, detail, missing)


def above(terms: Terms, total: int, own: int) -> Refusal:
    """More is asked for than the payer computes."""
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


def _number(document: Mapping[str, object], name: str) -> object:
    value = document.get(name)
    return Decimal(value) if isinstance(value, int) else value


def _stated(document: Mapping[str, object], terms: Terms) -> object:
    try:
        return stated_total(document, vat_included=terms.vat_included)
    except AmountInvalid:
        return None
