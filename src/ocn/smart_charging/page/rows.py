"""The table of cars: what each line shows."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ocn.smart_charging.page.chart import COLOURS, why_of
from ocn.smart_charging.page.local_times import LocalTimes
from ocn.smart_charging.page.wording import SOURCES, STATE_MEANINGS, STATE_TONES
from ocn.smart_charging.service.view import CarState, CarView, SiteView

PAGE_OF_CARS = 100
"""So many cars are shown at a time."""


@dataclass(frozen=True, slots=True)
class Row:
    """One car, in words."""

    number: int
    colour: int
    car: CarView
    tone: str
    meaning: str
    arrived: str
    departure: str
    departure_from: str
    """Who says so; of its need too, if ``energy_from`` is empty."""
    energy: str
    energy_from: str
    share: float | None
    """Percent of its need that is delivered."""
    now: str
    confirmed: str
    why: str


@dataclass(frozen=True, slots=True)
class Rows:
    """The cars from one number on, and where the ones before and after begin."""

    rows: tuple[Row, ...]
    first: int
    total: int
    previous: int | None
    following: int | None


def rows_of(view: SiteView, times: LocalTimes, first: int) -> Rows:
    """Write the cars that are there, from one on."""
    here = [(i, car) for i, car in enumerate(view.cars) if car.state is not CarState.GONE]
    return _rows(here, times, view.now, first)


def gone_of(view: SiteView, times: LocalTimes) -> Rows:
    """Write those that have left, the last ones first."""
    gone = [(i, car) for i, car in enumerate(view.cars) if car.state is CarState.GONE]
    return _rows(gone[::-1], times, view.now, 0)


def _rows(cars: Sequence[tuple[int, CarView]], times: LocalTimes, now: datetime, first: int) -> Rows:
    first = min(max(first, 0), max(len(cars) - 1, 0)) // PAGE_OF_CARS * PAGE_OF_CARS
    until = first + PAGE_OF_CARS
    return Rows(
        tuple(_row(i, car, times, now) for i, car in cars[first:until]),
        first,
        len(cars),
        first - PAGE_OF_CARS if first else None,
        until if until < len(cars) else None,
    )


def _row(number: int, car: CarView, times: LocalTimes, now: datetime) -> Row:
    return Row(
        number,
        number % COLOURS,
        car,
        STATE_TONES[car.state],
        STATE_MEANINGS[car.state],
        _moment(car.arrived, times, now),
        "unknown" if car.departure is None else _moment(car.departure, times, now),
        "" if car.departure is None or car.state is CarState.GONE else SOURCES[car.departure_from],
        _energy(car),
        "" if car.need_kwh is None or car.need_from is car.departure_from else SOURCES[car.need_from],
        _share(car),
        _kw(car.now_kw, "not measured"),
        _kw(car.confirmed_kw, "no limit"),
        why_of(car),
    )


def _moment(moment: datetime, times: LocalTimes, now: datetime) -> str:
    """Only the time where it is today."""
    today = times.local(moment).date() == times.local(now).date()
    return times.clock(moment) if today else times.day_and_clock(moment)


def _energy(car: CarView) -> str:
    delivered = f"{car.delivered_kwh:.1f}" if math.isfinite(car.delivered_kwh) else "unknown"
    if car.need_kwh is None or not math.isfinite(car.need_kwh):
        return f"{delivered} kWh"
    return f"{delivered} of {car.need_kwh:.1f} kWh"


def _share(car: CarView) -> float | None:
    if car.need_kwh is None or not car.need_kwh > 0 or not math.isfinite(car.delivered_kwh):
        return None
    return round(100 * min(max(car.delivered_kwh / car.need_kwh, 0.0), 1.0), 1)


def _kw(value: float | None, otherwise: str) -> str:
    return otherwise if value is None or not math.isfinite(value) else f"{value:.1f} kW"
