"""Whether an amount that somebody claims is the one that was computed.

There is no tolerance. Two amounts are the same when they are equal at four decimals, the precision of OCPI
numbers, or when the claimed one is the computed one rounded to the currency's smallest unit.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from ocn.tariffs.model import Claim
from ocn.tariffs.money import OCPI_DECIMALS, decimals, rounded
from ocn.tariffs.policy import RoundingMode
from ocn.tariffs.result import Amount, Part

TOTAL = "total_cost"


def fits(
    computed: Amount, claim: Claim, digits: int, mode: RoundingMode = RoundingMode.HALF_UP
) -> bool | None:
    """Compare net and gross, each where both sides know it; None when there is nothing to compare.

    ``digits`` is how far the currency goes, ``mode`` how the claimed amount may have been rounded.
    """
    pairs = _pairs(computed, claim)
    return all(same(ours, theirs, digits, mode) for ours, theirs in pairs) if pairs else None


def same(
    computed: Fraction, claimed: Decimal | Fraction, digits: int, mode: RoundingMode = RoundingMode.HALF_UP
) -> bool:
    """Whether two numbers are the same amount."""
    exact = Fraction(claimed)
    if computed == exact:
        return True
    near = abs(computed - exact) * 10**digits
    if near > 1:
        return False
    if rounded(computed, OCPI_DECIMALS) == rounded(exact, OCPI_DECIMALS):
        return True
    return rounded(computed, digits, mode) == exact


def parts_that_differ(
    parts: Mapping[Part, Amount],
    claims: Mapping[str, Claim],
    digits: int,
    mode: RoundingMode = RoundingMode.HALF_UP,
) -> tuple[Part, ...]:
    """Name the parts that are claimed otherwise than computed; a part that is not claimed cannot differ.

    A part is what a total is made of, so it may be rounded to more digits than the currency has.
    """
    return tuple(
        part
        for part in Part
        if part in claims
        and not all(
            same(ours, theirs, max(digits, decimals(theirs)), mode)
            for ours, theirs in _pairs(parts[part], claims[part])
        )
    )


def within(low: Amount, high: Amount, claim: Claim, digits: int) -> bool:
    """Whether a claim lies between two amounts, bounds included and rounded as an amount may be."""
    pairs = [
        (least, most, theirs)
        for least, most, theirs in ((low.excl, high.excl, claim.excl), (low.incl, high.incl, claim.incl))
        if least is not None and most is not None and theirs is not None
    ]
    return bool(pairs) and all(
        min(least, rounded(least, digits)) <= theirs <= max(most, rounded(most, digits))
        for least, most, theirs in pairs
    )


def distance(computed: Amount, claim: Claim) -> Fraction | None:
    """How far a claim is from an amount, net and gross together; None when nothing can be compared."""
    gaps = [abs(ours - Fraction(theirs)) for ours, theirs in _pairs(computed, claim)]
    return sum(gaps, Fraction(0)) if gaps else None


def difference(computed: Amount, claim: Claim) -> Amount:
    """Return claim minus amount."""
    return Amount(_minus(claim.excl, computed.excl), _minus(claim.incl, computed.incl))


def _pairs(computed: Amount, claim: Claim) -> list[tuple[Fraction, Decimal]]:
    """Return net and gross of both, each where both know it."""
    return [
        (ours, theirs)
        for ours, theirs in ((computed.excl, claim.excl), (computed.incl, claim.incl))
        if ours is not None and theirs is not None
    ]


def _minus(theirs: Decimal | None, ours: Fraction | None) -> Fraction | None:
    return None if theirs is None or ours is None else Fraction(theirs) - ours
