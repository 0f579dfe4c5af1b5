"""From what is known of a site to what is shown of it."""

from dataclasses import replace
from datetime import datetime, timedelta

from ocn.smart_charging.dispatch.standing import Refusal, Standing, State
from ocn.smart_charging.planning.plan import Plan
from ocn.smart_charging.planning.sentences import for_driver, scarcities, sentence, times
from ocn.smart_charging.planning.why import Why, explained
from ocn.smart_charging.service.known.stays import Stay
from ocn.smart_charging.service.meaning.draft import Draft, slot_number
from ocn.smart_charging.service.meaning.guests import Guest
from ocn.smart_charging.service.meaning.metering import mean_kw, power_kw
from ocn.smart_charging.service.meaning.tops import top_kw
from ocn.smart_charging.service.rounds.desk import Desk
from ocn.smart_charging.service.view import CarState, CarView, ScarceView, Series, SiteView, Source
from ocn.smart_charging.site.wiring import Wiring
from ocn.smart_charging.slots import Slots, slot_of

_EACH_WAY = timedelta(hours=12)
_SAID_BY = {Source.DRIVER: "says the driver", Source.HISTORY: "as usual here", Source.ASSUMED: "assumed"}
_STATES = {
    State.CONTROLLED: CarState.CONTROLLED,
    State.TOO_OFTEN: CarState.TOO_OFTEN,
    State.NOT_CONTROLLABLE: CarState.NOT_CONTROLLABLE,
}


def shown(desk: Desk, now: datetime) -> SiteView:
    """Show a site as it is now."""
    return _Showing(desk, now).view()


class _Showing:
    def __init__(self, desk: Desk, now: datetime) -> None:
        self.desk = desk
        self.now = now
        self.site = desk.served.site
        minutes = self.site.slot_minutes
        self.length = timedelta(minutes=minutes)
        each_way = _EACH_WAY // self.length
        begin = slot_of(now, minutes) - each_way * self.length
        self.slots = Slots(begin, minutes, 2 * each_way)
        self.first = slot_number(begin, minutes)

    def view(self) -> SiteView:
        desk, draft, plan = self.desk, self.desk.draft, self.desk.plan
        cars = self._cars(draft, plan)
        measured = tuple(
            _sum([car.measured_kw[i] for car in cars]) if start < self.now else None
            for i, start in enumerate(self.slots.starts())
        )
        prices = desk.served.prices
        known = prices.eur_per_kwh(self.slots) if prices is not None else (None,) * self.slots.count
        return SiteView(
            site=self.site.name,
            zone=self.site.zone.key,
            now=self.now,
            slot_minutes=self.site.slot_minutes,
            begin=self.slots.start,
            limit_kw=self._limits(),
            measured_kw=measured,
            price_eur_per_kwh=tuple(None if price is None else float(price) for price in known),
            cars=cars,
            scarce=() if plan is None or draft is None else _scarce(plan, draft),
            events=desk.log.newest(),
            method=None if plan is None else str(plan.method),
            because=None if plan is None else plan.because,
            last_read=desk.last_read,
            last_plan=None if draft is None else draft.now,
        )

    def _cars(self, draft: Draft | None, plan: Plan | None) -> tuple[CarView, ...]:
        stays = {stay.key: stay for stay in self.desk.stays()}
        here: list[CarView] = []
        if draft is not None and plan is not None:
            why = {each.car: each for each in explained(plan)}
            for name, guest in draft.guests.items():
                stay = stays.get(guest.key)
                if stay is not None and stay.is_active:
                    del stays[guest.key]
                    here.append(self._guest(name, replace(guest, stay=stay), draft, plan, why.get(name)))
        begin = self.slots.start
        others = [stay for stay in stays.values() if (stay.end or stay.updated) >= begin]
        return (*here, *(self._other(stay) for stay in sorted(others, key=lambda stay: stay.begin)))

    def _guest(self, name: str, guest: Guest, draft: Draft, plan: Plan, why: Why | None) -> CarView:
        standing = self.desk.dispatcher.standings.get(guest.key)
        confirmed = None if standing is None or standing.confirmed is None else standing.confirmed
        clock = times(draft.slots.start, draft.slots.hours, self.site.zone)
        said_by = _SAID_BY[guest.need.departure_from]
        return CarView(
            name=name,
            evse=guest.evse.id,
            arrived=guest.stay.begin,
            departure=guest.need.departure,
            departure_from=guest.need.departure_from,
            need_kwh=guest.need.kwh,
            need_from=guest.need.kwh_from,
            delivered_kwh=float(guest.stay.kwh),
            now_kw=power_kw(guest.stay),
            confirmed_kw=None if confirmed is None else confirmed.at(self.now) * guest.outlet.step_kw,
            state=_state(standing),
            why=_not_wanting(name, draft) if why is None else sentence(why, plan, clock, said_by),
            driver_line="" if why is None else for_driver(why, clock),
            bound=None if why is None else str(why.bound),
            profile=guest.need.profile,
            planned_kw=self._planned(name, plan, draft),
            measured_kw=self._measured(guest.stay),
        )

    def _other(self, stay: Stay) -> CarView:
        """A car that has left, or that cannot be planned."""
        name = self.desk.name(stay.key)
        return CarView(
            name=name,
            evse=stay.evse_uid,
            arrived=stay.begin,
            departure=(stay.end or stay.updated) if stay.is_over else None,
            departure_from=Source.ASSUMED,
            need_kwh=None,
            need_from=Source.ASSUMED,
            delivered_kwh=float(stay.kwh),
            now_kw=power_kw(stay),
            confirmed_kw=None,
            state=CarState.GONE if stay.is_over else CarState.NOT_PLANNED,
            why=f"{name}: has left" if stay.is_over else f"{name}: is not planned, see the events",
            planned_kw=tuple(self._before(name, slot) for slot in self._numbers()),
            measured_kw=self._measured(stay),
        )

    def _limits(self) -> Series:
        """What held in slots that were planned, and what is known to hold in all others."""
        limited = self.desk.feed.limited(self.now)
        limits = Wiring.of(limited).limits(self.slots)
        held = self.desk.record.limit_kw
        return tuple(
            held[slot] if slot in held else top_kw(limited, limits, i)
            for i, slot in enumerate(self._numbers())
        )

    def _numbers(self) -> range:
        return range(self.first, self.first + self.slots.count)

    def _before(self, name: str, slot: int) -> float | None:
        return self.desk.record.planned_kw.get(slot, {}).get(name)

    def _planned(self, name: str, plan: Plan, draft: Draft) -> Series:
        """What it was planned to get in slots that are over, and what it is meant to get."""
        index = next((i for i, car in enumerate(plan.problem.cars) if car.id == name), None)
        ahead = [row[index] for row in plan.wishes.powers_kw] if index is not None else []
        found = []
        for slot in self._numbers():
            later = slot - draft.number
            if later <= 0:
                found.append(self._before(name, slot))
            else:
                found.append(ahead[later] if later < len(ahead) else 0.0)
        return tuple(found)

    def _measured(self, stay: Stay) -> Series:
        return tuple(
            mean_kw(stay, start, self.length) if start + self.length <= self.now else None
            for start in self.slots.starts()
        )


def _not_wanting(name: str, draft: Draft) -> str:
    if name in draft.present:
        return f"{name}: has what it needs"
    return f"{name}: can be told nothing now, so what it may draw is planned around"


def _state(standing: Standing | None) -> CarState:
    if standing is None:
        return CarState.UNCONFIRMED
    if standing.refusal is Refusal.REJECTED:
        return CarState.REFUSED
    return _STATES.get(standing.state, CarState.UNCONFIRMED)


def _scarce(plan: Plan, draft: Draft) -> tuple[ScarceView, ...]:
    clock = times(draft.slots.start, draft.slots.hours, None)
    length, limits = timedelta(minutes=draft.slots.minutes), plan.problem.limits
    return tuple(
        ScarceView(
            limit="the peak" if each.limit is None else str(limits[each.limit]),
            fuse=None if each.limit is None else limits[each.limit].fuse,
            phase=None if each.limit is None else limits[each.limit].phase,
            begin=draft.slots.start + each.begins * length,
            until=draft.slots.start + each.ends * length,
            eur_per_kwh=each.eur_per_kwh,
            line=each.line(plan, clock),
        )
        for each in scarcities(plan.wishes.shadow_prices)
    )


def _sum(values: list[float | None]) -> float | None:
    """The sum of what is known; None where nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None
