"""Read a file of prices, or of carbon, over time.

It is CSV with the columns ``start`` and ``eur_per_kwh`` (or ``g_per_kwh``), or TOML with ``[[price]]`` tables
of the same keys.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import PurePath
from zoneinfo import ZoneInfo

from ocn.smart_charging.errors import Fault, PricesUnreadable
from ocn.smart_charging.numbers import shown
from ocn.smart_charging.prices import PriceSeries
from ocn.smart_charging.slots import in_utc
from ocn.smart_charging.text_file import read_toml

_MOST_ROWS, _MOST_FAULTS = 1_000_000, 100


@dataclass(frozen=True, slots=True)
class PriceReading:
    """The prices of a file as far as they can be used, and what is wrong with the rest."""

    series: PriceSeries
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """What a file tells beside ``start``, and what it may be at most, above zero and below."""

    name: str
    most: Decimal
    without: str
    """What is done as long as there is no such file."""


EUR_PER_KWH = Column("eur_per_kwh", Decimal(1000), "planned without prices of the site")
G_PER_KWH = Column("g_per_kwh", Decimal(5000), "GREEN is planned by prices")
"""Of CO2."""


def read_prices(text: str, file: str, zone: ZoneInfo, column: Column = EUR_PER_KWH) -> PriceReading:
    """Read a price file, or one of carbon; times without an offset from UTC are local to ``zone``.

    Raises:
        PricesUnreadable: it is neither CSV with the two columns nor TOML, or holds no price.
    """
    rows = (
        _toml_rows(text, file, column.name)
        if PurePath(file).suffix.lower() == ".toml"
        else _csv_rows(text, file, column.name)
    )
    faults: list[Fault] = []
    found: dict[datetime, Decimal] = {}
    wrong = 0
    for count, (place, start, price) in enumerate(rows):
        if count >= _MOST_ROWS:
            faults.append(Fault(place, f"there are more than {_MOST_ROWS} prices; the rest is left out"))
            break
        try:
            moment, eur = _moment(start, zone), _price(price, column)
            if found.setdefault(moment, eur) == eur:
                continue
            fault = f"{shown(str(start))} has another price already; the first one holds"
        except (ValueError, TypeError) as error:
            fault = f"{error}; this price is left out"
        wrong += 1
        if wrong <= _MOST_FAULTS:
            faults.append(Fault(place, fault))
    if wrong > _MOST_FAULTS:
        faults.append(Fault(file, f"so it is with {wrong - _MOST_FAULTS} prices more"))
    if not found:
        told = f": {faults[0]}" if faults else ""
        raise PricesUnreadable(f"{file} holds no price{told}", hint=f"Columns are start and {column.name}.")
    starts = tuple(sorted(found))
    return PriceReading(PriceSeries(starts, tuple(found[start] for start in starts)), tuple(faults))


_Row = tuple[str, object, object]


def _csv_rows(text: str, file: str, column: str) -> Iterator[_Row]:
    lines = csv.DictReader(io.StringIO(text, newline=None))
    names = [name.strip().lower() for name in lines.fieldnames or ()]
    if not {"start", column} <= set(names):
        raise PricesUnreadable(f"{file}, line 1: the columns start and {column} are wanted")
    lines.fieldnames = names
    try:
        for row in lines:
            yield f"{file}, line {lines.line_num}", row["start"], row[column]
    except csv.Error as error:
        raise PricesUnreadable(f"{file}, line {lines.line_num}: {error}") from error


def _toml_rows(text: str, file: str, column: str) -> Iterable[_Row]:
    try:
        tables = read_toml(text).get("price")
    except ValueError as error:
        raise PricesUnreadable(f"{file} is no TOML: {error}") from error
    if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        raise PricesUnreadable(f"{file}: [[price]] tables with start and {column} are wanted")
    for i, each in enumerate(tables):
        yield f"{file}, [[price]] {i + 1}", each.get("start"), each.get(column)


def _moment(value: object, zone: ZoneInfo) -> datetime:
    try:
        moment = datetime.fromisoformat(value.strip()) if isinstance(value, str) else value
    except ValueError:
        raise ValueError(f"start {str(value)[:40]!r} is no time such as 2026-01-31T13:00:00Z") from None
    if not isinstance(moment, datetime):
        raise TypeError("start is missing" if value is None else f"start {shown(value)} is no time")
    return in_utc(moment, zone)


def _price(value: object, column: Column) -> Decimal:
    if value is None or isinstance(value, bool):
        raise ValueError(f"{column.name} is missing")
    try:
        price = value if isinstance(value, Decimal) else Decimal(str(value).strip())
    except (ValueError, InvalidOperation):
        raise ValueError(f"{column.name} {shown(value)} is no number") from None
    if not price.is_finite() or not -column.most <= price <= column.most:
        raise ValueError(f"{column.name} {str(value)[:40]} is no price that can be meant")
    return price
