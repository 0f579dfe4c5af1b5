"""The list of sites: each with its load, its limit, and whether anything is to look at."""

from collections.abc import Sequence
from dataclasses import dataclass

from ocn.smart_charging.page.chart import total_paths
from ocn.smart_charging.page.now import Now, now_of
from ocn.smart_charging.page.site_page import address_of
from ocn.smart_charging.service.view import CarState, EventKind, SiteView

_NEEDS_A_LOOK = {CarState.REFUSED, CarState.NOT_PLANNED}


@dataclass(frozen=True, slots=True)
class SiteCard:
    """A site in the list of sites."""

    view: SiteView
    address: str
    now: Now
    here: int
    to_look_at: int
    """Faults and warnings of the hours that are shown, and cars that cannot be planned."""
    load: str
    limit: str
    slots: int


def site_cards(views: Sequence[SiteView]) -> tuple[SiteCard, ...]:
    """Put the list of sites together."""
    return tuple(_card(view) for view in views)


def _card(view: SiteView) -> SiteCard:
    load, limit, slots = total_paths(view)
    here = [car for car in view.cars if car.state is not CarState.GONE]
    told = sum(
        event.kind in {EventKind.FAULT, EventKind.WARNING} and event.at >= view.begin for event in view.events
    )
    return SiteCard(
        view,
        address_of(view.site),
        now_of(view),
        len(here),
        told + sum(car.state in _NEEDS_A_LOOK for car in here),
        load,
        limit,
        slots,
    )
