"""Prices over time, from a file or from a tariff.

A file is CSV with the columns ``start`` and ``eur_per_kwh``, or TOML with ``[[price]]`` tables of the same
keys. A price holds from its start until the next one; the last holds as long as the one before. It may be
negative.
"""

import csv
import io
import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import PurePath
from typing import Protocol
from zoneinfo import ZoneInfo

from ocn.smart_charging.errors import Fault, PricesUnreadable
from ocn.smart_charging.slots import Slots

_MOST_ROWS = 1_000_000
_MOST_EUR = Decimal(1000)
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


def planned_prices(source: PriceSource | None, slots: Slots) -> tuple[float, ...]:
    """Return a price for every slot, to plan by.

    Where none is known it is that of a day before, or the last known; without any source all cost nothing.
    """
    known = [None] * slots.count if source is None else list(source.eur_per_kwh(slots))
    a_day = round(_DAY / timedelta(minutes=slots.minutes))
    found: list[float] = []
    for i, price in enumerate(known):
        if price is not None:
            found.append(float(price))
        elif i >= a_day:
            found.append(found[i - a_day])
        else:
            found.append(found[-1] if found else 0.0)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class PriceReading:
    """The prices of a file as far as they can be used, and what is wrong with the rest."""

    series: PriceSeries
    faults: tuple[Fault, ...]


def read_prices(text: str, file: str, zone: ZoneInfo) -> PriceReading:
    """Read a price file; times without an offset from UTC are local to ``zone``.

    Raises:
        PricesUnreadable: it is neither CSV with the two columns nor TOML, or holds no price.
    """
    rows = _toml_rows(text, file) if PurePath(file).suffix.lower() == ".toml" else _csv_rows(text, file)
    faults: list[Fault] = []
    found: dict[datetime, Decimal] = {}
    for place, start, price in rows:
        if len(found) >= _MOST_ROWS:
            faults.append(Fault(place, f"there are more than {_MOST_ROWS} prices; the rest is left out"))
            break
        try:
            moment, eur = _moment(start, zone), _price(price)
        except (ValueError, TypeError) as error:
            faults.append(Fault(place, f"{error}; this price is left out"))
            continue
        if found.setdefault(moment, eur) != eur:
            faults.append(Fault(place, f"{start} has another price already; the first one holds"))
    if not found:
        told = f": {faults[0]}" if faults else ""
        raise PricesUnreadable(f"{file} holds no price{told}", hint="Columns are start and eur_per_kwh.")
    starts = tuple(sorted(found))
    return PriceReading(PriceSeries(starts, tuple(found[start] for start in starts)), tuple(faults))


_Row = tuple[str, object, object]


def _csv_rows(text: str, file: str) -> Iterator[_Row]:
    lines = csv.DictReader(io.StringIO(text))
    names = [name.strip().lower() for name in lines.fieldnames or ()]
    if not {"start", "eur_per_kwh"} <= set(names):
        raise PricesUnreadable(f"{file}, line 1: the columns start and eur_per_kwh are wanted")
    lines.fieldnames = names
    try:
        for row in lines:
            yield f"{file}, line {lines.line_num}", row["start"], row["eur_per_kwh"]
    except csv.Error as error:
        raise PricesUnreadable(f"{file}, line {lines.line_num}: {error}") from error


def _toml_rows(text: str, file: str) -> Iterable[_Row]:
    try:
        tables = tomllib.loads(text, parse_float=Decimal).get("price")
    except (ValueError, RecursionError) as error:
        raise PricesUnreadable(f"{file} is no TOML: {error}") from error
    if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        raise PricesUnreadable(f"{file}: [[price]] tables with start and eur_per_kwh are wanted")
    for i, each in enumerate(tables):
        yield f"{file}, [[price]] {i + 1}", each.get("start"), each.get("eur_per_kwh")


def _moment(value: object, zone: ZoneInfo) -> datetime:
    try:
        moment = datetime.fromisoformat(value.strip()) if isinstance(value, str) else value
    except ValueError:
        raise ValueError(f"start {str(value)[:40]!r} is no time such as 2026-01-31T13:00:00Z") from None
    if not isinstance(moment, datetime):
        raise TypeError("start is missing" if value is None else f"start {str(value)[:40]!r} is no time")
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)).astimezone(UTC)


def _price(value: object) -> Decimal:
    if value is None or isinstance(value, bool):
        raise ValueError("eur_per_kwh is missing")
    try:
        price = Decimal(str(value).strip())
    except InvalidOperation:
        raise ValueError(f"eur_per_kwh {str(value)[:40]!r} is no number") from None
    if not price.is_finite() or abs(price) > _MOST_EUR:
        raise ValueError(f"eur_per_kwh {str(value)[:40]} is no price that can be meant")
    return price
