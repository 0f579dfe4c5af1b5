"""The chart of a site, as values that a template writes down as SVG."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from ocn.smart_charging.page.chart_in_words import described
from ocn.smart_charging.page.local_times import LocalTimes, Tick
from ocn.smart_charging.page.now import is_over
from ocn.smart_charging.page.prices import PriceStrip, price_strip
from ocn.smart_charging.page.scale import Level, scale_for
from ocn.smart_charging.page.shapes import HEIGHT, area, line
from ocn.smart_charging.page.stack import Layer, known, stacked
from ocn.smart_charging.service.view import CarView, Series, SiteView

COLOURS = 10
"""How many colours of cars the style sheet has."""
_MOST_ROOM = 4.0
"""A limit that is higher than so many times the load lies above the chart."""


@dataclass(frozen=True, slots=True)
class Band:
    """One car in the chart, or the many small ones together (``car`` None)."""

    car: int | None
    """Its number among the cars of the view."""
    colour: int
    name: str
    why: str
    measured: str
    ahead: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Paths are in units of slots and of :data:`HEIGHT`; positions in percent."""

    slots: int
    height: int
    bands: tuple[Band, ...]
    limit: str
    limit_label: str | None
    limit_y: float
    planned: str
    measured: str
    over: str
    ticks: tuple[Tick, ...]
    levels: tuple[Level, ...]
    now: float | None
    prices: PriceStrip | None
    described: str


def chart_of(view: SiteView, times: LocalTimes) -> Chart | None:
    """Draw a view; None where it has no slots."""
    if view.slots == 0:
        return None
    layers = stacked(view)
    now = min(max(view.slot_now, 0), view.slots)
    limit = known(view.limit_kw, view.slots)
    measured = known(view.measured_kw[:now], view.slots)
    planned = known(view.planned_kw, view.slots)
    scale = scale_for(_highest(limit, measured, planned, *(layer.high for layer in layers[-1:])), "kW")
    end = view.begin + timedelta(minutes=view.slot_minutes * view.slots)
    last = next((value for value in reversed(limit) if value is not None), None)
    over = [slot for slot in range(now) if is_over(measured[slot], limit[slot])]
    return Chart(
        slots=view.slots,
        height=HEIGHT,
        bands=tuple(_bands(view, layers, scale.top, now)),
        limit=line(limit, scale.top),
        limit_label=_limit_label(last, scale.top),
        limit_y=0.0 if last is None else round(100 * max(0.0, 1 - last / scale.top), 2),
        planned=line(planned, scale.top),
        measured=line(measured, scale.top),
        over=_over(measured, limit, over, scale.top),
        ticks=times.ticks(view.begin, end),
        levels=scale.levels,
        now=round(100 * (view.now - view.begin) / (end - view.begin), 2)
        if view.begin <= view.now <= end
        else None,
        prices=price_strip(view, times),
        described=described(view, times, limit, planned, measured, len(over)),
    )


def total_paths(view: SiteView) -> tuple[str, str, int]:
    """Draw the load of a site in one piece, and its limit: paths, and how many slots they have."""
    layers = stacked(view)
    load = layers[-1].high if layers else (0.0,) * view.slots
    limit = known(view.limit_kw, view.slots)
    top = scale_for(_highest(limit, load), "kW").top
    return area((0.0,) * view.slots, load, top, range(view.slots)), line(limit, top), view.slots


def why_of(car: CarView) -> str:
    """Return why a car gets what it gets, without its name in front."""
    return car.why.removeprefix(f"{car.name}: ")


def _highest(limit: Series, *loads: Series) -> float:
    """Return what the chart must hold: all loads, and limits as long as loads can be seen below them."""
    load = max((value for row in loads for value in row if value is not None), default=0.0)
    limits = max((value for value in limit if value is not None), default=0.0)
    return (max(load, min(limits, load * _MOST_ROOM)) if load else limits) or 1.0


def _limit_label(limit: float | None, top: float) -> str | None:
    if limit is None:
        return None
    return f"limit {limit:,.1f} kW{', above this chart' if limit > top else ''}"


def _bands(view: SiteView, layers: tuple[Layer, ...], top: float, now: int) -> Iterator[Band]:
    number_of = {id(car): number for number, car in enumerate(view.cars)}
    for layer in layers:
        first = number_of[id(layer.cars[0])]
        alone = len(layer.cars) == 1
        who = layer.cars[0] if alone else None
        yield Band(
            car=first if who else None,
            colour=first % COLOURS,
            name=f"{who.name} at {who.evse or 'an EVSE not told'}" if who else f"{len(layer.cars)} cars",
            why=why_of(who) if who else "those that draw least, together; the table has each of them",
            measured=area(layer.low, layer.high, top, range(now)),
            ahead=area(layer.low, layer.high, top, range(now, view.slots)),
        )


def _over(measured: Series, limit: Series, slots: list[int], top: float) -> str:
    """Draw what was measured above the limit."""
    return "".join(
        area(
            [value or 0.0 for value in limit],
            [value or 0.0 for value in measured],
            top,
            range(slot, slot + 1),
        )
        for slot in slots
    )
