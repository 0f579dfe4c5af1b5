"""What pricing says: amounts, the lines they are the sum of, and the findings."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from ocn.tariffs.findings import Effect, Finding
from ocn.tariffs.model import Component, Dimension, Record
from ocn.tariffs.policy import Policy


@dataclass(frozen=True, slots=True)
class Amount:
    """An exact amount without (``excl``) and with (``incl``) taxes; None where it cannot be known.

    ``incl`` is unknown in 2.1.1 and where a tax is named elsewhere; ``excl`` where a price includes a tax
    whose rate nobody names; both when there is no price.
    """

    excl: Fraction | None
    incl: Fraction | None

    def __add__(self, other: "Amount") -> "Amount":
        """Add; what is unknown in one is unknown in the sum."""
        return Amount(_sum(self.excl, other.excl), _sum(self.incl, other.incl))

    def __mul__(self, quantity: Fraction) -> "Amount":
        """Take it as the price of one unit."""
        return Amount(
            None if self.excl is None else self.excl * quantity,
            None if self.incl is None else self.incl * quantity,
        )


ZERO = Amount(Fraction(0), Fraction(0))
UNKNOWN = Amount(None, None)


class Part(StrEnum):
    """The parts of a total, named as the members of a CDR (2.2.1 and later) that state them.

    FLAT prices for reservations are in RESERVATION, all others in FIXED: OCPI cannot mark one as parking.
    """

    FIXED = "total_fixed_cost"
    ENERGY = "total_energy_cost"
    TIME = "total_time_cost"
    PARKING = "total_parking_cost"
    RESERVATION = "total_reservation_cost"


class Line(NamedTuple):
    """One dimension of one period, or one FLAT price.

    ``period`` is the index of the period in the document, ``tariff`` an index into ``record.tariffs``,
    ``element`` and ``component`` the price that applies: both None where none does, and the stretch is free.
    ``volume`` and ``billed`` are kWh, seconds, or 1 for FLAT; they differ where step_size rounds. ``unit``
    is the price of one kWh, second or FLAT, ``rate`` the percentage of tax that is in it or on it,
    ``rounded`` the amount where the policy rounds lines.
    """

    period: int
    dimension: Dimension
    part: Part
    tariff: int
    element: int | None
    component: Component | None
    volume: Decimal
    billed: Decimal
    unit: Amount
    rate: Decimal | None = None
    rounded: Amount | None = None

    @property
    def amount(self) -> Amount:
        """What the line costs: exact, or rounded where the policy rounds lines."""
        return self.rounded or self.unit * Fraction(self.billed)


@dataclass(frozen=True, slots=True)
class TaxTotal:
    """Tax by rate over all lines, before limits: ``base`` is the net amount it is on."""

    percentage: Decimal
    base: Fraction
    amount: Fraction


@dataclass(frozen=True, slots=True)
class Priced:
    """A price and where it comes from.

    Guarantees: ``subtotal`` is the sum of ``lines``, unless the policy rounds something larger than a line;
    ``total`` is ``subtotal`` within min_price and max_price; the values of ``parts`` (one for each
    :class:`Part`) are sums of lines too, never touched by limits. ``low`` and ``high`` bound the total over
    all that the document leaves open (periods that span a price change, restrictions that nobody can check)
    and equal it otherwise. When ``priceable`` is false, all amounts are unknown.
    """

    record: Record
    policy: Policy
    total: Amount
    subtotal: Amount
    parts: Mapping[Part, Amount]
    lines: tuple[Line, ...]
    findings: tuple[Finding, ...]
    low: Amount
    high: Amount

    @property
    def currency(self) -> str:
        """The currency of the document."""
        return self.record.session.currency

    @property
    def priceable(self) -> bool:
        """Whether there is a price at all."""
        return all(finding.effect is not Effect.UNPRICEABLE for finding in self.findings)

    @property
    def taxes(self) -> tuple[TaxTotal, ...]:
        """Tax by rate over all lines, before limits; lines whose tax is unknown are in none of them."""
        by_rate: dict[Decimal, list[Amount]] = {}
        for line in self.lines:
            if line.rate is not None and self.priceable:
                by_rate.setdefault(line.rate, []).append(line.amount)
        return tuple(
            TaxTotal(rate, total.excl, total.incl - total.excl)
            for rate, amounts in sorted(by_rate.items())
            if (total := sum(amounts, ZERO)).excl is not None and total.incl is not None
        )

    @property
    def decided(self) -> bool:
        """Whether the total depends on nothing that cannot be known."""
        return all(
            finding.effect not in (Effect.UNPRICEABLE, Effect.UNDECIDABLE) for finding in self.findings
        )


def _sum(left: Fraction | None, right: Fraction | None) -> Fraction | None:
    return None if left is None or right is None else left + right
