"""Everything about one item of a request that is looked up before it is judged."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from ocn.ocpi.party_id import PartyId
from ocn.settlement.core.asks import Ask
from ocn.settlement.core.books import CdrBook, SessionBook
from ocn.settlement.core.canonical import JsonObject
from ocn.settlement.core.reasons import Refusal


@dataclass(frozen=True, slots=True)
class PayerPolicy:
    """What a payer lets pass without asking people."""

    clock_skew: timedelta | None = timedelta(minutes=5)
    """How far ahead of this clock a session may be told; None where clocks run fast on purpose."""
    most_kw: int = 4000
    """No charge point gives more."""
    within_funds: bool = True
    """Sign for no more than is reserved, free, or granted as credit."""
    last_report: timedelta = timedelta(minutes=5)
    """For how long after its end the last that is told of a session may be waited for."""
    energy_tolerance: Decimal = Decimal("0.01")
    """By what share a CDR's energy may differ from that of the session as it was last told."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verification says of a CDR."""

    verdict: str
    explanations: tuple[tuple[str, ...], ...]
    """Each the causes that together give the claim; common ones first."""
    summary: str
    """One sentence."""
    evidence: bytes
    """The document; empty when there is none."""
    evidence_hash: bytes
    with_vat: bool = False
    """Whether the price with VAT was computed as well; else nothing is said of the one that is claimed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One item with what is known around it. ``own`` is the payer."""

    ask: Ask
    own: PartyId
    book: SessionBook
    session: JsonObject | None
    """As the payee told it by OCPI; not looked up again for one that is being paid."""
    cdr: JsonObject | None = None
    """As the payee posted it by OCPI."""
    known: CdrBook | None = None
    """What became of a CDR of this id before."""
    price: Decimal | Refusal | None = None
    """Of a running session: what the payer computes."""
    verdict: Verdict | None = None
    objection: str = ""
    """What the back end has against a CDR's signed meter values."""
    covered: bool = True
    """Whether the terms of this lane are those that the session began under, or it was paid for by them."""
    before_books: bool = False
    """Whether the session may have begun before these books did."""
    admitted: bool = False
    """People have looked at that, and said: it was not paid."""
    vouched: bool = True
    """Whether the back end stands for the session; asked before it is paid for the first time."""
    twin: str = ""
    """Another session that was paid for and is the same in all that never changes."""
    overruled: bool = False
    """People have looked at the case and said: pay."""
