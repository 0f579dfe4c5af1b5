"""Credit CDRs: what they take back is the original, with the other sign (OCPI 2.2.1 mod_cdrs, Credit CDRs).

The text negates ``total_cost`` alone and keeps everything else; parts are taken with either sign.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from ocn.tariffs.findings import Effect, Finding
from ocn.tariffs.model import Claim, Session
from ocn.tariffs.result import Amount
from ocn.tariffs.verifying.cause_codes import CauseCode
from ocn.tariffs.verifying.fitting import TOTAL


def as_charge(session: Session) -> Mapping[str, Claim]:
    """Return what a document claims with the signs of a charge."""
    claims = session.claimed.costs
    if not session.credit:
        return claims
    return {
        name: _negated(claim) if name == TOTAL or (claim.excl is not None and claim.excl < 0) else claim
        for name, claim in claims.items()
    }


def as_claimed(total: Amount, session: Session) -> Amount:
    """Return a total with the sign that the document should write."""
    return total * Fraction(-1) if session.credit else total


def credit_findings(session: Session, original: Session | None) -> Iterator[Finding]:
    """Say what is wrong with a credit CDR, beside its amount; ``original`` is the CDR it takes back."""
    total = session.claimed.costs.get(TOTAL)
    if not session.credit:
        if original is not None:
            yield _finding("/credit", "An original is given, and the CDR is no credit CDR.")
        return
    if total is not None and total.excl is not None and total.excl > 0:
        yield _finding(total.pointer, "A credit CDR takes back, and its total_cost is positive.")
    if session.credit_reference_id is None:
        yield _finding("/credit_reference_id", "A credit CDR names no CDR that it takes back.")
    if original is None:
        return
    if (session.credit_reference_id or "").casefold() != original.id.casefold():
        yield _finding("/credit_reference_id", "The credit CDR names another CDR than the original.")
    taken, charged = total, original.claimed.costs.get(TOTAL)
    if taken is not None and charged is not None and not _cancel(taken, charged):
        yield _finding(taken.pointer, "The total_cost is not minus that of the original.")


def _cancel(taken: Claim, charged: Claim) -> bool:
    pairs = ((taken.excl, charged.excl), (taken.incl, charged.incl))
    return all(minus == plus.copy_negate() for minus, plus in pairs if minus is not None and plus is not None)


def _negated(claim: Claim) -> Claim:
    taxes = tuple(replace(tax, amount=tax.amount.copy_negate()) for tax in claim.taxes)
    return replace(claim, excl=_minus(claim.excl), incl=_minus(claim.incl), taxes=taxes)


def _minus(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else amount.copy_negate()  # a minus sign would round


def _finding(pointer: str, message: str) -> Finding:
    return Finding(CauseCode.CREDIT_MISMATCH, pointer, message, Effect.WARNING)
