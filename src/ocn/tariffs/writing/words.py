"""Prices and restrictions in plain words, as drivers and invoice clerks read them."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Final

from ocn.tariffs.model import Component, Dimension, Limit, Restrictions, Tariff, TaxMode
from ocn.tariffs.pricing.windows import DAY_S
from ocn.tariffs.result import Amount
from ocn.tariffs.writing.amount_texts import money_text, number_text

_WEEK: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NAMES: Final = {
    Dimension.FLAT: "a fee",
    Dimension.ENERGY: "energy",
    Dimension.TIME: "charging time",
    Dimension.PARKING_TIME: "parking",
    Dimension.RESERVATION_TIME: "reserved time",
}
_PER: Final = {Dimension.FLAT: "once", Dimension.ENERGY: "per kWh"}


def price_words(component: Component, tariff: Tariff) -> str:
    """Say what a component costs: "0.25 EUR per kWh without 10 % tax, in steps of 100 Wh"."""
    price = (
        f"{money_text(Fraction(component.price))} {tariff.currency} {_PER.get(component.kind, 'per hour')}"
    )
    return ", ".join([f"{price} {_tax_words(component, tariff)}".rstrip(), *_step_words(component)])


def dimension_words(dimension: Dimension) -> str:
    """Name a dimension."""
    return _NAMES[dimension]


def amount_words(amount: Amount) -> str:
    """Write an amount inside a sentence: net and gross, as far as they are known."""
    net = None if amount.excl is None else f"{money_text(amount.excl)} without taxes"
    gross = None if amount.incl is None else f"{money_text(amount.incl)} with taxes"
    return ", ".join(part for part in (net, gross) if part) or "an unknown amount"


def limit_words(limit: Limit) -> str:
    """Write a minimum or maximum price."""
    sides = ((limit.excl, "without taxes"), (limit.incl, "with taxes"))
    return ", ".join(f"{number_text(value)} {name}" for value, name in sides if value is not None)


def volume_words(dimension: Dimension, volume: Decimal) -> str:
    """Write a volume: kWh, or hours, minutes and seconds."""
    if dimension is Dimension.FLAT:
        return "once"
    return f"{number_text(volume)} kWh" if dimension is Dimension.ENERGY else duration_words(volume)


def duration_words(seconds: Decimal | int) -> str:
    """Write seconds as "1 h 5 min 3 s", without the parts that are 0."""
    minutes, rest = divmod(Decimal(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "min"), (rest, "s"))
    return " ".join(f"{number_text(value)} {unit}" for value, unit in parts if value) or "0 s"


def restriction_words(restrictions: Restrictions | None) -> str:
    """Say when an element applies: "from 17:00 to 20:00, on Saturday"; "always"."""
    if restrictions is None:
        return "always"
    return ", ".join(words for say in _SAY for words in say(restrictions)) or "always"


def _tax_words(component: Component, tariff: Tariff) -> str:
    if tariff.tax is TaxMode.UNKNOWN:
        return "without taxes"
    if tariff.tax is TaxMode.NONE:
        return "free of tax"
    how = "with" if tariff.tax is TaxMode.INCLUDED else "without"
    return f"{how} taxes" if component.vat is None else f"{how} {number_text(component.vat)} % tax"


def _step_words(component: Component) -> Iterator[str]:
    if component.kind is Dimension.FLAT or component.step_size <= 1:
        return
    size = (
        f"{component.step_size} Wh"
        if component.kind is Dimension.ENERGY
        else duration_words(component.step_size)
    )
    yield f"in steps of {size}"


def _times(given: Restrictions) -> Iterator[str]:
    if given.start_s is not None or given.end_s is not None:
        yield f"from {_clock(given.start_s or 0)} to {_clock(DAY_S if given.end_s is None else given.end_s)}"


def _dates(given: Restrictions) -> Iterator[str]:
    if given.start_date is not None:
        yield f"from {given.start_date}"
    if given.end_date is not None:
        yield f"before {given.end_date}"


def _days(given: Restrictions) -> Iterator[str]:
    if given.days is not None:
        yield "on " + ", ".join(_day_range(days) for days in _in_a_row(sorted(given.days)))


def _in_a_row(days: list[int]) -> list[list[int]]:
    rows: list[list[int]] = []
    for day in days:
        if rows and rows[-1][-1] == day - 1:
            rows[-1].append(day)
        else:
            rows.append([day])
    return rows


def _day_range(days: list[int]) -> str:
    first, last = _WEEK[days[0]], _WEEK[days[-1]]
    if len(days) == 1:
        return first
    return f"{first} and {last}" if len(days) == 2 else f"{first} to {last}"


def _amounts(least: str, most: str, unit: str) -> Callable[[Restrictions], Iterator[str]]:
    def say(given: Restrictions) -> Iterator[str]:
        low, high = getattr(given, least), getattr(given, most)
        if low is not None:
            yield f"from {number_text(low)} {unit}"
        if high is not None:
            yield f"below {number_text(high)} {unit}"

    return say


def _durations(given: Restrictions) -> Iterator[str]:
    if given.min_duration_us is not None:
        yield f"after {duration_words(given.min_duration_us // 1_000_000)}"
    if given.max_duration_us is not None:
        yield f"in the first {duration_words(given.max_duration_us // 1_000_000)}"


def _others(given: Restrictions) -> Iterator[str]:
    if given.reservation is not None:
        expires = given.reservation.value.endswith("EXPIRES")
        yield "for a reservation that expires" if expires else "for a reservation"
    if given.strange:
        yield f"under {', '.join(name[:40] for name in given.strange)}, which OCPI does not know"


def _clock(second: int) -> str:
    return f"{second // 3600:02}:{second % 3600 // 60:02}"


_SAY: Final = (
    _times,
    _dates,
    _days,
    _durations,
    _amounts("min_kwh", "max_kwh", "kWh"),
    _amounts("min_power", "max_power", "kW"),
    _amounts("min_current", "max_current", "A"),
    _others,
)
