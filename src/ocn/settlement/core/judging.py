"""The payer's decisions: given what is asked, what was relayed, and its own price, pay or say why not."""

from datetime import datetime

from ocn.settlement.core.amounts import units_of
from ocn.settlement.core.asked import Asked, PayerPolicy
from ocn.settlement.core.asks import Ask
from ocn.settlement.core.belonging import not_as_told, not_told
from ocn.settlement.core.books import CdrState, SessionBook
from ocn.settlement.core.checks import (
    above,
    no_bill,
    not_as_posted,
    not_in_time,
    unverified,
)
from ocn.settlement.core.evidence import Leaf
from ocn.settlement.core.reasons import Reason, Refusal
from ocn.settlement.core.terms import Terms
from ocn.settlement.errors import AmountInvalid


def judge_tick(terms: Terms, asked: Asked, policy: PayerPolicy, now: datetime) -> Leaf | Refusal | None:
    """Pay what a running session has cost more than was paid; None when that is nothing."""
    ask, book = asked.ask, asked.book
    if refusal := not_as_told(terms, asked) or not_in_time(ask, book, policy, now):
        return refusal
    if isinstance(asked.price, Refusal) or asked.price is None:
        return asked.price or Refusal(Reason.UNPRICEABLE, "there is no price for this session")
    try:
        own = units_of(asked.price, decimals=terms.decimals, rate=terms.rate)
    except AmountInvalid as error:
        return Refusal(Reason.UNPRICEABLE, error.message)
    if ask.total > own + terms.tolerance:
        return above(terms, ask.total, own)
    amount = _unpaid(ask, book)
    if 0 < amount < terms.floor:
        return Refusal(Reason.TOO_LITTLE, f"{terms.said(amount)} is less than a tick is paid for")
    return ask.leaf(amount, ask.wh - book.wh) if amount > 0 else None


def judge_cdr(terms: Terms, asked: Asked, policy: PayerPolicy, now: datetime) -> Leaf | Refusal | None:
    """Pay what a CDR asks for beyond what was paid; None when this very CDR is accepted already."""
    ask, book = asked.ask, asked.book
    known, closed = asked.known, (CdrState.ACCEPTED, CdrState.CREDITED)
    if known is not None and known.document == ask.hash and known.state in closed:
        return None
    if refusal := not_told(asked):
        return refusal
    if known is not None and known.document != ask.hash:
        return Refusal(Reason.DUPLICATE_ID, f"another CDR {ask.id} was asked for before")
    if refusal := no_bill(terms, asked) or not_as_told(terms, asked) or not_as_posted(terms, asked):
        return refusal
    if book.is_finished:
        return Refusal(
            Reason.DUPLICATE_SESSION, f"session {ask.session_id} is paid by CDR {book.cdr_id} already"
        )
    refusal = None if asked.overruled else unverified(terms, asked, policy, now)
    return refusal or _difference(terms, ask, book)


def _difference(terms: Terms, ask: Ask, book: SessionBook) -> Leaf | Refusal:
    if ask.total < book.settled:
        missing = book.settled - ask.total
        detail = f"{terms.said(missing)} more was paid than CDR {ask.id} asks for"
        return Refusal(Reason.CREDIT_MISSING, detail, missing)
    return ask.leaf(_unpaid(ask, book), ask.wh - book.wh)


def _unpaid(ask: Ask, book: SessionBook) -> int:
    """Never more than the session costs: what was given back beyond that was a gift."""
    return ask.total - max(book.settled, 0)
