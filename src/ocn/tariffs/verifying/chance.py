"""How easily luck explains a claim: how many of the amounts as near as it some reading that was tried gives.

A claim in whole cents that is a cent off is one of two such amounts, and a dozen ways to round mostly give
one of them: an explanation says little then. One that is a euro off is one of two hundred, of which all
readings together give perhaps five.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from ocn.tariffs.model import Claim
from ocn.tariffs.money import OCPI_DECIMALS, decimals, rounded
from ocn.tariffs.result import Amount

EXPLANATION_MAY_BE_CHANCE: Final = "EXPLANATION_MAY_BE_CHANCE"
ONE_IN: Final = 5
"""From one of so many amounts on, an explanation may be chance."""


@dataclass(frozen=True, slots=True)
class Odds:
    """``reached`` of ``amounts`` that are no further from the right one than the claim, by ``readings``."""

    readings: int
    reached: int
    amounts: int

    @property
    def may_be_chance(self) -> bool:
        """Whether too many of the amounts would have been explained as well."""
        return self.reached * ONE_IN >= self.amounts

    def times(self, ways: int) -> "Odds":
        """Return the odds when every reading is tried in so many ways, each taken to give another amount."""
        return Odds(self.readings * ways, min(max(self.reached, 1) * ways, self.amounts), self.amounts)

    @property
    def says(self) -> str:
        """The odds as a sentence."""
        return (
            f"The explanation may be chance: {self.readings} readings give {self.reached} of the"
            f" {self.amounts} amounts that are as near as the claim, and not all parts are stated to tell."
        )


def odds(right: Amount, claim: Claim, digits: int, readings: Iterable[Amount]) -> Odds:
    """Count on the side, net or gross, that is further off; ``digits`` is how far the currency goes."""
    given = list(readings)
    sides = [
        _on_one_side(ours, theirs, digits, others)
        for ours, theirs, others in (
            (right.excl, claim.excl, [amount.excl for amount in given]),
            (right.incl, claim.incl, [amount.incl for amount in given]),
        )
        if ours is not None and theirs is not None
    ]
    amounts, reached = max(sides, default=(0, 0))
    return Odds(len(given), reached, amounts)


def _on_one_side(
    right: Fraction, claim: Decimal, digits: int, readings: Iterable[Fraction | None]
) -> tuple[int, int]:
    """Count in the units that the claim is written in."""
    unit = min(max(digits, decimals(claim)), OCPI_DECIMALS)
    ours, theirs = rounded(right, unit), rounded(Fraction(claim), unit)
    far = max(abs(theirs - ours), Fraction(1, 10**unit))
    given = {rounded(value, unit) for value in readings if value is not None} - {ours}
    return int(2 * far * 10**unit), sum(abs(value - ours) <= far for value in given)
