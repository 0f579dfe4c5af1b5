"""The strip of prices below a chart: equal neighbours together, coloured from the cheapest to the dearest."""

from dataclasses import dataclass
from datetime import timedelta

from ocn.smart_charging.page.local_times import LocalTimes
from ocn.smart_charging.service.view import SiteView

_COLOURS = 6
_SAME_EUR = 1e-9
_MOST_EUR = 1e6


@dataclass(frozen=True, slots=True)
class PriceRun:
    """Slots of one price; ``level`` counts from 0, the cheapest, to 5."""

    begin: int
    slots: int
    level: int
    title: str


@dataclass(frozen=True, slots=True)
class PriceStrip:
    """All of them, and what they range over."""

    runs: tuple[PriceRun, ...]
    label: str
    now: str | None


def price_strip(view: SiteView, times: LocalTimes) -> PriceStrip | None:
    """Draw the prices; None where none is known."""
    prices = [_known(price) for price in view.price_eur_per_kwh[: view.slots]]
    told = [price for price in prices if price is not None]
    if not told:
        return None
    least, most = min(told), max(told)
    starts = view.starts()
    runs: list[PriceRun] = []
    begin = 0
    for slot in range(1, len(prices) + 1):
        price = prices[begin]
        if slot < len(prices) and _same(price, prices[slot]):
            continue
        if price is not None:
            until = starts[begin] + (slot - begin) * timedelta(minutes=view.slot_minutes)
            title = f"{times.span(starts[begin], until)}: {price:.3f} EUR/kWh"
            runs.append(PriceRun(begin, slot - begin, _level(price, least, most), title))
        begin = slot
    same = most - least < _SAME_EUR
    label = f"{least:.3f} EUR/kWh" if same else f"{least:.3f} to {most:.3f} EUR/kWh"
    current = prices[view.slot_now] if 0 <= view.slot_now < len(prices) else None
    return PriceStrip(tuple(runs), label, None if current is None else f"{current:.3f}")


def _known(price: float | None) -> float | None:
    return None if price is None or not abs(price) <= _MOST_EUR else price


def _same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) < _SAME_EUR


def _level(price: float, least: float, most: float) -> int:
    return min(_COLOURS - 1, int(_COLOURS * (price - least) / (most - least))) if most > least else 0
