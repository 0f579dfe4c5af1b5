"""Ways to bill wrongly, for demos and tests of whoever checks bills.

Most are readings of the tariff that operators really have; each has the name of the cause that a check
should find (:class:`ocn.tariffs.CauseCode`). Which of them changes the price depends on tariff and session: a
session in one period repeats no flat price.
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from ocn.ocpi.objects import Price
from ocn.tariffs import Clock, FlatCount, Policy, Rounding, StepSize

RIGHT = Policy()
_CENT = Decimal("0.01")


class Misbilling(StrEnum):
    """One way to bill wrongly."""

    ROUNDING_PER_PERIOD = "ROUNDING_PER_PERIOD"
    """Every charging period is rounded to cents before the sum."""
    STEP_SIZE_IGNORED = "STEP_SIZE_IGNORED"
    """Volumes are not rounded up to step_size."""
    TIMEZONE_UTC = "TIMEZONE_UTC"
    """Times of day in the tariff are read in UTC."""
    FLAT_REPEATED = "FLAT_REPEATED"
    """The flat price is charged for every charging period."""
    ONE_CENT_MORE = "ONE_CENT_MORE"
    """The total is a cent too high for no reason: a check finds UNEXPLAINED. It always changes the price."""

    @property
    def policy(self) -> Policy:
        """How the tariff is read."""
        return _POLICIES.get(self, RIGHT)

    def total(self, right: Price) -> Price:
        """Return what becomes of a total that was computed by :attr:`policy`."""
        if self is not Misbilling.ONE_CENT_MORE:
            return right
        wrong: Price = {"excl_vat": right["excl_vat"] + _CENT}
        if "incl_vat" in right:
            wrong["incl_vat"] = right["incl_vat"] + _CENT
        return wrong


_POLICIES: Mapping[Misbilling, Policy] = MappingProxyType(
    {
        Misbilling.ROUNDING_PER_PERIOD: replace(RIGHT, rounding=Rounding.PERIOD),
        Misbilling.STEP_SIZE_IGNORED: replace(RIGHT, step_size=StepSize.NONE),
        Misbilling.TIMEZONE_UTC: replace(RIGHT, clock=Clock.UTC),
        Misbilling.FLAT_REPEATED: replace(RIGHT, flat=FlatCount.PERIOD),
    }
)
