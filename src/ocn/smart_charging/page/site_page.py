"""What a page shows, put together from views: values for the templates."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from ocn.smart_charging.page.chart import Chart, chart_of
from ocn.smart_charging.page.local_times import LocalTimes
from ocn.smart_charging.page.now import Now, now_of
from ocn.smart_charging.page.rows import Rows, gone_of, rows_of
from ocn.smart_charging.page.wording import EVENT_TONES
from ocn.smart_charging.service.view import FALLBACK, PAGE, CarState, EventView, ScarceView, SiteView

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
    now: Now
    here: int
    unsure: int
    """Cars that are not controlled: their planned limit is not confirmed, or they take none."""
    last_plan: str | None
    last_read: str | None
    last_told: str | None
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
    here = [car for car in view.cars if car.state is not CarState.GONE]
    return SitePage(
        view=view,
        address=address_of(view.site),
        as_of=times.full(view.now),
        zone=f"{view.zone}, {times.offset(view.now)}" if times.zone and view.zone != "UTC" else "UTC",
        now=now_of(view),
        here=len(here),
        unsure=sum(car.state is not CarState.CONTROLLED for car in here),
        last_plan=None if view.last_plan is None else times.clock(view.last_plan),
        last_read=None if view.last_read is None else times.clock(view.last_read),
        last_told=None if view.last_told is None else times.clock(view.last_told),
        warnings=tuple(_warnings(view, times)),
        chart=chart_of(view, times),
        cars=rows_of(view, times, first_car),
        gone=gone_of(view, times),
        told=tuple(each.line for each in view.told_limits[:_MOST_TOLD]),
        more_told=max(0, len(view.told_limits) - _MOST_TOLD),
        may_end=any(each.source == PAGE for each in view.told_limits),
        scarce=tuple(_scarce(each, times) for each in view.scarce[:_MOST_SCARCE]),
        more_scarce=max(0, len(view.scarce) - _MOST_SCARCE),
        events=tuple(
            Happened(times.day_and_clock(event.at), EVENT_TONES[event.kind], event)
            for event in view.events[:_MOST_EVENTS]
        ),
    )


def _scarce(told: ScarceView, times: LocalTimes) -> Scarce:
    worth = "beyond price" if told.beyond_price else f"{told.eur_per_kwh:.3f} EUR/kWh"
    return Scarce(told.limit, times.span(told.begin, told.until), worth, told.line)


def _warnings(view: SiteView, times: LocalTimes) -> list[str]:
    found = _of_hearing(view, times)
    late = timedelta(minutes=view.slot_minutes * _STALE_SLOTS)
    if view.last_plan is None:
        found.append("There is no plan yet.")
    elif view.now - view.last_plan > late:
        minutes = round((view.now - view.last_plan).total_seconds() / 60)
        found.append(f"The last plan is {minutes} minutes old: something keeps the planner from planning.")
    if view.because:
        found.append(f"Planned by {view.method}, because {view.because}.")
    if any(each.source == FALLBACK for each in view.told_limits):
        found.append("The limit feed is silent: its fallback holds until it is heard again.")
    found += [f"{trouble}. It is used as soon as it can be read." for trouble in view.price_trouble]
    return found


def _of_hearing(view: SiteView, times: LocalTimes) -> list[str]:
    """Say whether it is known who is there."""
    found = []
    if view.last_read is None:
        found.append("This site was not read from its CPO yet. No limit is sent before that.")
    if view.unread_since is not None:
        since = times.day_and_clock(view.unread_since)
        found.append(f"The CPO cannot be read since {since}: cars that came or left may not be known.")
    if view.is_only_read:
        last = "since the start" if view.last_told is None else f"since {times.day_and_clock(view.last_told)}"
        found.append(f"No session was told of {last}, though some changed: they are only read.")
    return found
