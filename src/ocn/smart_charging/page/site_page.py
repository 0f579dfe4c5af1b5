"""What a page shows, put together from views: values for the templates."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from ocn.smart_charging.page.chart import Chart, chart_of
from ocn.smart_charging.page.local_times import LocalTimes
from ocn.smart_charging.page.rows import Rows, gone_of, rows_of
from ocn.smart_charging.page.stack import kw, planned_kw
from ocn.smart_charging.page.wording import EVENT_TONES
from ocn.smart_charging.service.view import PAGE, CarState, EventView, SiteView

_STALE_SLOTS = 2
_MOST_EVENTS = 100
_MOST_SCARCE = 40
_MOST_TOLD = 20


@dataclass(frozen=True, slots=True)
class Happened:
    """An event, in words."""

    at: str
    tone: str
    event: EventView


@dataclass(frozen=True, slots=True)
class Scarce:
    """What is scarce, in words."""

    limit: str
    when: str
    worth: str
    line: str


@dataclass(frozen=True, slots=True)
class SitePage:
    """Everything on the page of a site."""

    view: SiteView
    address: str
    as_of: str
    zone: str
    now_kw: float | None
    """What is measured now; None: nothing is."""
    planned_kw: float | None
    limit_kw: float | None
    used_percent: float | None
    is_over: bool
    """Whether more flows now than may."""
    here: int
    unsure: int
    """Cars that are not controlled: their planned limit is not confirmed, or they take none."""
    last_plan: str | None
    last_read: str | None
    warnings: tuple[str, ...]
    chart: Chart | None
    cars: Rows
    gone: Rows
    told: tuple[str, ...]
    """Limits from outside."""
    more_told: int
    may_end: bool
    """Whether one of them was lowered through the page."""
    scarce: tuple[Scarce, ...]
    more_scarce: int
    events: tuple[Happened, ...]


def address_of(site_name: str) -> str:
    """Return the path of a site's page."""
    return f"/sites/{quote(site_name, safe='')}"


def site_page(view: SiteView, first_car: int = 0) -> SitePage:
    """Put the page of a site together."""
    times = LocalTimes.of(view.zone)
    now_kw, planned, limit = now_of(view)
    here = [car for car in view.cars if car.state is not CarState.GONE]
    known = now_kw if now_kw is not None else planned
    return SitePage(
        view=view,
        address=address_of(view.site),
        as_of=times.full(view.now),
        zone=f"{view.zone}, {times.offset(view.now)}" if times.zone and view.zone != "UTC" else "UTC",
        now_kw=now_kw,
        planned_kw=planned,
        limit_kw=limit,
        used_percent=round(100 * min(known / limit, 1.0), 1) if known is not None and limit else None,
        is_over=now_kw is not None and limit is not None and round(now_kw, 1) > round(limit, 1),
        here=len(here),
        unsure=sum(car.state is not CarState.CONTROLLED for car in here),
        last_plan=None if view.last_plan is None else times.clock(view.last_plan),
        last_read=None if view.last_read is None else times.clock(view.last_read),
        warnings=tuple(_warnings(view)),
        chart=chart_of(view, times),
        cars=rows_of(view, times, first_car),
        gone=gone_of(view, times),
        told=tuple(each.line for each in view.told_limits[:_MOST_TOLD]),
        more_told=max(0, len(view.told_limits) - _MOST_TOLD),
        may_end=any(each.source == PAGE for each in view.told_limits),
        scarce=tuple(
            Scarce(
                each.limit,
                times.span(each.begin, each.until),
                "beyond price" if each.beyond_price else f"{each.eur_per_kwh:.3f} EUR/kWh",
                each.line,
            )
            for each in view.scarce[:_MOST_SCARCE]
        ),
        more_scarce=max(0, len(view.scarce) - _MOST_SCARCE),
        events=tuple(
            Happened(times.day_and_clock(event.at), EVENT_TONES[event.kind], event)
            for event in view.events[:_MOST_EVENTS]
        ),
    )


def now_of(view: SiteView) -> tuple[float | None, float | None, float | None]:
    """What is measured now (or was in the slot before), planned for now, and allowed now, in kW."""
    slot = view.slot_now
    measured = kw(view.measured_kw, slot)
    told = [kw((car.now_kw,), 0) for car in view.cars if car.state is not CarState.GONE]
    drawn = [power for power in told if power is not None]
    if measured is None and (drawn or (not told and view.last_read is not None)):
        measured = sum(drawn)
    return measured, kw(planned_kw(view), slot), kw(view.limit_kw, slot)


def _warnings(view: SiteView) -> list[str]:
    found = []
    late = timedelta(minutes=view.slot_minutes * _STALE_SLOTS)
    if view.last_read is None:
        found.append("This site was not read from its CPO yet. No limit is sent before that.")
    if view.last_plan is None:
        found.append("There is no plan yet.")
    elif view.now - view.last_plan > late:
        minutes = round((view.now - view.last_plan).total_seconds() / 60)
        found.append(f"The last plan is {minutes} minutes old: something keeps the planner from planning.")
    if view.because:
        found.append(f"Planned by {view.method}, because {view.because}.")
    found += [f"{trouble}. It is used as soon as it can be read." for trouble in view.price_trouble]
    return found
