"""The cars at a site as they are planned, and those that cannot be, with the reason."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from ocn.smart_charging.planning.problem import Outlet
from ocn.smart_charging.service.known.history import Typical
from ocn.smart_charging.service.known.memory import Memory
from ocn.smart_charging.service.known.stays import Stay
from ocn.smart_charging.service.meaning.needs import Need, need_of
from ocn.smart_charging.service.sites.places import Places
from ocn.smart_charging.service.sites.served import ServedSite
from ocn.smart_charging.site.model import Evse


@dataclass(frozen=True, slots=True)
class Guest:
    """A car that is there."""

    stay: Stay
    evse: Evse
    need: Need
    outlet: Outlet
    """What it can draw."""
    takes: Outlet
    """What it takes of that, as far as it shows."""

    @property
    def key(self) -> str:
        """Of its session."""
        return self.stay.key


@dataclass(frozen=True, slots=True)
class Guests:
    """Who is there: planned by their keys, and by their keys why others are not."""

    planned: Mapping[str, Guest]
    left_out: Mapping[str, str]


OutletsOf = Callable[[Evse, Stay], tuple[Outlet, Outlet]]
"""What a session can draw at an EVSE, and what it takes of that."""


def guests_of(
    served: ServedSite,
    memory: Memory,
    places: Places,
    outlets: OutletsOf,
    now: datetime,
    ahead: timedelta = timedelta(0),
) -> Guests:
    """Look who is at a site now; the clock that it goes by is ``ahead`` of real time, of which drivers speak.

    A car that stands there full for days is told of no more, but may draw what was confirmed last: it counts
    until its CPO does not list it any more.
    """
    site = served.site
    typical = Typical.of(site.zone, (past for past in memory.past.values() if past.site == served.name))
    left_out: dict[str, str] = {}
    at: dict[str, tuple[Stay, Evse]] = {}
    for stay in _active(memory.stays.values(), served):
        evse = places.evse(served, stay.evse_uid)
        if evse is None:
            where = f"the site file has no EVSE {stay.evse_uid[:60]!r}"
            left_out[stay.key] = f"{where}: what is drawn there is not planned for"
            continue
        other = at.get(evse.id)
        if other is not None:
            left_out[other[0].key] = (
                f"another session has begun at EVSE {evse.id}: this one is taken for over"
            )
        at[evse.id] = stay, evse
    planned = {}
    for stay, evse in at.values():
        here, takes = outlets(evse, stay)
        wish = memory.wish(stay)
        wish = None if wish is None else wish.on_clock(ahead)
        need = need_of(stay, wish, typical, here.most * here.step_kw, now)
        planned[stay.key] = Guest(stay, evse, need, here, takes)
    return Guests(planned, left_out)


def _active(stays: Iterable[Stay], served: ServedSite) -> list[Stay]:
    """Those of a site that are not over, by their beginning."""
    location = served.location_id.casefold()
    here = (
        stay
        for stay in stays
        if stay.is_active and stay.cpo == served.cpo and stay.location_id.casefold() == location
    )
    return sorted(here, key=lambda stay: (stay.begin, stay.key))
