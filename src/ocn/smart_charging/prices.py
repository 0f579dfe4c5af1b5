"""Prices over time, to plan by.

A price holds from its start until the next one; the last holds as long as the one before. It may be negative.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from ocn.smart_charging.slots import Slots

_DAY = timedelta(days=1)
_USUALLY = timedelta(hours=1)


class PriceSource(Protocol):
    """Anything that knows what a kWh costs when: a series here, the curve of a tariff elsewhere."""

    def eur_per_kwh(self, slots: Slots) -> Sequence[Decimal | None]:
        """Return the price of energy in every slot; None where it is not known."""
        ...


@dataclass(frozen=True, slots=True)
class FlatPrice:
    """The same at any time."""

    eur: Decimal

    def eur_per_kwh(self, slots: Slots) -> Sequence[Decimal | None]:
        """See :class:`PriceSource`."""
        return (self.eur,) * slots.count


@dataclass(frozen=True, slots=True)
class PriceSeries:
    """Prices by their starts, in order."""

    starts: tuple[datetime, ...]
    prices: tuple[Decimal, ...]

    @property
    def end(self) -> datetime:
        """When the last price ends."""
        lasts = self.starts[-1] - self.starts[-2] if len(self.starts) > 1 else _USUALLY
        return self.starts[-1] + lasts

    def eur_per_kwh(self, slots: Slots) -> Sequence[Decimal | None]:
        """See :class:`PriceSource`; in a slot with several prices the first holds."""
        return tuple(self._at(start) for start in slots.starts())

    def _at(self, moment: datetime) -> Decimal | None:
        if not self.starts or moment >= self.end or moment < self.starts[0]:
            return None
        return self.prices[bisect_right(self.starts, moment) - 1]


@dataclass(frozen=True, slots=True)
class CarbonAsPrices:
    """Grams of CO2 for a kWh as prices to plan by: a kilogram counts as one EUR."""

    g_per_kwh: PriceSource
    """Grams where others have EUR."""

    def eur_per_kwh(self, slots: Slots) -> Sequence[Decimal | None]:
        """See :class:`PriceSource`."""
        grams = self.g_per_kwh.eur_per_kwh(slots)
        return tuple(None if each is None else each / 1000 for each in grams)


def known_ahead(source: PriceSource | None, slots: Slots) -> Sequence[Decimal | None] | None:
    """Return what a source says of slots; None where it says nothing of any: then it is no reason to wait."""
    known = () if source is None else source.eur_per_kwh(slots)
    return known if any(price is not None for price in known) else None


def filled(known: Sequence[Decimal | None], minutes: int) -> tuple[float, ...]:
    """Return a price for every slot of so many minutes, to plan by.

    Where none is known it is that of a day before, or the last known; before any is known it is nothing.
    """
    a_day = round(_DAY / timedelta(minutes=minutes))
    found: list[float] = []
    for i, price in enumerate(known):
        if price is not None:
            found.append(float(price))
        elif i >= a_day:
            found.append(found[i - a_day])
        else:
            found.append(found[-1] if found else 0.0)
    return tuple(found)
