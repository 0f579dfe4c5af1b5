"""A period in pieces: one volume spread over several stretches of it, without loss."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Final

from msgspec.structs import replace

from ocn.tariffs.model import Period

DECIMALS: Final = 6
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Knot:
    """A moment of a period, and the energy that was charged in it until then."""

    moment: datetime
    energy: Decimal


def ends_of(period: Period) -> tuple[Knot, Knot]:
    """Return the two ends of a period whose times are known."""
    if period.start is None or period.end is None:
        raise ValueError("a period without times has no pieces")
    return Knot(period.start, Decimal(0)), Knot(period.end, period.energy or Decimal(0))


def evenly(period: Period, moments: Iterable[datetime], decimals: int = DECIMALS) -> list[Knot]:
    """Return knots at the moments, with the energy spread evenly over time."""
    first, last = ends_of(period)
    return [
        Knot(moment, rounded_share(last.energy, _share(moment, first, last), decimals)) for moment in moments
    ]


def at_energies(knots: Sequence[Knot], energies: Iterable[Decimal]) -> list[Knot]:
    """Add the knots at which some amounts of energy are reached, with even power between two knots."""
    wanted = sorted(energies)
    result = [knots[0]]
    for before, after in pairwise(knots):
        for energy in wanted:
            if before.energy < energy < after.energy:
                share = Fraction(energy - before.energy) / Fraction(after.energy - before.energy)
                length = (after.moment - before.moment) // _MICROSECOND
                result.append(Knot(before.moment + int(length * share) * _MICROSECOND, energy))
        result.append(after)
    return result


def between(period: Period, knots: Sequence[Knot], decimals: int = DECIMALS) -> list[Period]:
    """Cut a period at knots, the first and last of which are its ends; its times are spread evenly."""
    shares = [_share(knot.moment, knots[0], knots[-1]) for knot in knots]
    shares[0], shares[-1] = Fraction(0), Fraction(1)
    pieces = []
    for (before, low), (after, high) in pairwise(zip(knots, shares, strict=True)):
        time, parking, reservation = (
            None
            if hours is None
            else rounded_share(hours, high, decimals) - rounded_share(hours, low, decimals)
            for hours in (period.time, period.parking, period.reservation)
        )
        pieces.append(
            replace(
                period,
                start=before.moment,
                end=after.moment,
                energy=None if period.energy is None else after.energy - before.energy,
                time=time,
                parking=parking,
                reservation=reservation,
            )
        )
    return pieces


def joined(first: Period, second: Period) -> Period:
    """Join two pieces that follow each other."""
    return replace(
        first,
        end=second.end,
        energy=_plus(first.energy, second.energy),
        time=_plus(first.time, second.time),
        parking=_plus(first.parking, second.parking),
        reservation=_plus(first.reservation, second.reservation),
    )


def rounded_share(volume: Decimal, share: Fraction, decimals: int) -> Decimal:
    """Return a share of a volume with so many decimals; all of it for a share of 1."""
    if share == 1:
        return volume
    whole = round(Fraction(volume) * share * 10**decimals)
    return min(volume, Decimal(f"{whole}E-{decimals}"))


def _share(moment: datetime, first: Knot, last: Knot) -> Fraction:
    length = (last.moment - first.moment) // _MICROSECOND
    return Fraction((moment - first.moment) // _MICROSECOND, length) if length else Fraction(0)


def _plus(first: Decimal | None, second: Decimal | None) -> Decimal | None:
    return first if second is None else second if first is None else first + second
