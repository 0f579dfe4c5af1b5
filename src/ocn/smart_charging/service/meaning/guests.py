"""The cars at a site as they are planned, and those that cannot be, with the reason."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from ocn.smart_charging.planning.problem import Outlet
from ocn.smart_charging.service.known.history import Typical
from ocn.smart_charging.service.known.memory import Memory
from ocn.smart_charging.service.known.stays import Stay
from ocn.smart_charging.service.meaning.needs import Need, need_of
from ocn.smart_charging.service.meaning.strangers import fault_of_stranger, stranger_evse, stranger_outlet
from ocn.smart_charging.service.sites.places import Places
from ocn.smart_charging.service.sites.served import ServedSite
from ocn.smart_charging.site.model import Evse
from ocn.smart_charging.site.wiring import Wiring


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
    is_stranger: bool = False
    """The site file does not have its EVSE, so it is only counted."""

    @property
    def key(self) -> str:
        """Of its session."""
        return self.stay.key


@dataclass(frozen=True, slots=True)
class Guests:
    """Who is there: planned (or counted) by their keys, and by their keys what is wrong with whom."""

    planned: Mapping[str, Guest]
    faults: Mapping[str, str]


OutletsOf = Callable[[Evse, Stay], tuple[Outlet, Outlet]]
"""What a session can draw at an EVSE, and what it takes of that."""


def guests_of(
    served: ServedSite,
    memory: Memory,
    places: Places,
    outlets: OutletsOf,
    wiring: Wiring,
    now: datetime,
    ahead: timedelta = timedelta(0),
) -> Guests:
    """Look who is at a site now; the clock that it goes by is ``ahead`` of real time, of which drivers speak.

    A car that stands there full for days is told of no more, but may draw what was confirmed last: it counts
    until its CPO does not list it any more.
    """
    site = served.site
    typical = Typical.of(site.zone, (past for past in memory.past.values() if past.site == served.name))
    stays, faults = _newest_at_each(_active(memory.stays.values(), served))
    planned = {}
    for stay in stays:
        listed = places.evse(served, stay.evse_uid)
        if listed is None:
            evse = stranger_evse(stay, memory.sites.told_evses.get(served.key, {}), site)
            here = takes = stranger_outlet(evse, stay, wiring)
            faults[stay.key] = fault_of_stranger(stay, evse, wiring)
        else:
            evse, (here, takes) = listed, outlets(listed, stay)
        wish = memory.wish(stay)
        wish = None if wish is None else wish.on_clock(ahead)
        need = need_of(stay, wish, typical, here.most * here.step_kw, now)
        planned[stay.key] = Guest(stay, evse, need, here, takes, listed is None)
    return Guests(planned, faults)


def _newest_at_each(stays: Iterable[Stay]) -> tuple[Iterable[Stay], dict[str, str]]:
    """Return the newest session at each EVSE, and what is wrong with the others.

    Of sessions without an EVSE nobody knows whether they are at the same.
    """
    faults: dict[str, str] = {}
    at: dict[tuple[str, str], Stay] = {}
    for stay in stays:
        place = stay.evse_uid.casefold(), "" if stay.names_evse else stay.key
        other = at.get(place)
        if other is not None:
            begun = f"another session has begun at EVSE {stay.evse_uid[:60]}"
            faults[other.key] = f"{begun}: this one is taken for over"
        at[place] = stay
    return at.values(), faults


def _active(stays: Iterable[Stay], served: ServedSite) -> list[Stay]:
    """Those of a site that are not over, by their beginning."""
    location = served.location_id.casefold()
    here = (
        stay
        for stay in stays
        if stay.is_active and stay.cpo == served.cpo and stay.location_id.casefold() == location
    )
    return sorted(here, key=lambda stay: (stay.begin, stay.key))
