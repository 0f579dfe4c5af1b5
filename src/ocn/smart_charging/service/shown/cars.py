"""The cars at a site as they are shown: those that are planned, and those that have left or cannot be."""

from dataclasses import replace
from datetime import datetime, timedelta

from ocn.smart_charging.dispatch.standing import Standing
from ocn.smart_charging.dispatch.states import Refusal, State
from ocn.smart_charging.numbers import printable
from ocn.smart_charging.planning.plan import Plan
from ocn.smart_charging.planning.sentences import for_driver, sentence, times
from ocn.smart_charging.planning.why import Why, explained
from ocn.smart_charging.service.known.stays import Stay
from ocn.smart_charging.service.meaning.draft import Draft, slot_number
from ocn.smart_charging.service.meaning.guests import Guest
from ocn.smart_charging.service.meaning.metering import mean_kw, power_kw
from ocn.smart_charging.service.meaning.pricing import PricedBy
from ocn.smart_charging.service.rounds.desk import Desk
from ocn.smart_charging.service.shown.other_party import by_another
from ocn.smart_charging.service.view import CarState, CarView, Series, Source
from ocn.smart_charging.slots import Slots

SAID_BY = {Source.DRIVER: "says the driver", Source.HISTORY: "as usual here", Source.ASSUMED: "assumed"}
_WORTH_SAYING_KG = 0.005
_STATES = {
    State.CONTROLLED: CarState.CONTROLLED,
    State.TOO_OFTEN: CarState.TOO_OFTEN,
    State.NOT_CONTROLLABLE: CarState.NOT_CONTROLLABLE,
}


class ShownCars:
    """Of one site, now, over the slots that are shown."""

    def __init__(self, desk: Desk, now: datetime, slots: Slots) -> None:
        self._desk = desk
        self._now = now
        self._slots = slots
        self._length = timedelta(minutes=slots.minutes)
        first = slot_number(slots.start, slots.minutes)
        self._numbers = range(first, first + slots.count)

    def all(self) -> tuple[CarView, ...]:
        """Return those that are there by their arrival, then those that left."""
        draft, plan = self._desk.draft, self._desk.plan
        stays = {stay.key: stay for stay in self._desk.stays()}
        here: list[CarView] = []
        if draft is not None and plan is not None:
            why = {each.car: each for each in explained(plan)}
            for name, guest in draft.guests.items():
                stay = stays.get(guest.key)
                if stay is not None and stay.is_active:
                    del stays[guest.key]
                    here.append(self._guest(name, replace(guest, stay=stay), draft, plan, why.get(name)))
        begin = self._slots.start
        others = [stay for stay in stays.values() if (stay.end or stay.updated) >= begin]
        return (*here, *(self._other(stay) for stay in sorted(others, key=lambda stay: stay.begin)))

    def _guest(self, name: str, guest: Guest, draft: Draft, plan: Plan, why: Why | None) -> CarView:
        standing = self._desk.dispatcher.standings.get(guest.key)
        confirmed = None if standing is None or standing.confirmed is None else standing.confirmed
        served = self._desk.served
        clock = times(draft.slots.start, draft.slots.hours, served.site.zone)
        said_by = SAID_BY[guest.need.departure_from]
        line, driver_line = _not_wanting(name, guest, draft), ""
        if why is not None:
            in_eur, by_carbon = why, ""
            if draft.priced[name].by is PricedBy.CARBON:
                in_eur, by_carbon = replace(why, saves_eur=0.0), _by_carbon(why)
            line = sentence(in_eur, plan, clock, said_by) + by_carbon
            driver_line = for_driver(in_eur, clock) + by_carbon
        line += by_another(standing, guest.outlet.step_kw, self._now)
        return CarView(
            name=name,
            evse=printable(guest.evse.id) or None,
            arrived=guest.stay.begin,
            departure=guest.need.departure,
            departure_from=guest.need.departure_from,
            need_kwh=guest.need.kwh,
            need_from=guest.need.kwh_from,
            delivered_kwh=float(guest.stay.kwh),
            now_kw=power_kw(guest.stay),
            confirmed_kw=None if confirmed is None else confirmed.at(self._now) * guest.outlet.step_kw,
            state=_state(standing),
            why=line,
            driver_line=driver_line,
            bound=None if why is None else str(why.bound),
            profile=guest.need.profile,
            planned_kw=self._planned(name, plan, draft),
            measured_kw=self._measured(guest.stay),
        )

    def _other(self, stay: Stay) -> CarView:
        """A car that has left, or that cannot be planned."""
        name = self._desk.name(stay.key)
        return CarView(
            name=name,
            evse=printable(stay.evse_uid) or None,
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
            planned_kw=tuple(self._before(name, slot) for slot in self._numbers),
            measured_kw=self._measured(stay),
        )

    def _before(self, name: str, slot: int) -> float | None:
        return self._desk.record.planned_kw.get(slot, {}).get(name)

    def _planned(self, name: str, plan: Plan, draft: Draft) -> Series:
        """What it was planned to get in slots that are over, and what it is meant to get."""
        index = next((i for i, car in enumerate(plan.problem.cars) if car.id == name), None)
        ahead = [row[index] for row in plan.wishes.powers_kw] if index is not None else []
        found = []
        for slot in self._numbers:
            later = slot - draft.number
            if later <= 0:
                found.append(self._before(name, slot))
            else:
                found.append(ahead[later] if later < len(ahead) else 0.0)
        return tuple(found)

    def _measured(self, stay: Stay) -> Series:
        return tuple(
            mean_kw(stay, start, self._length) if start + self._length <= self._now else None
            for start in self._slots.starts()
        )


def _not_wanting(name: str, guest: Guest, draft: Draft) -> str:
    if not guest.stay.names_evse:
        return f"{name}: its CPO names no EVSE of it, so what it may draw is planned around"
    if guest.is_stranger:
        return f"{name}: its EVSE is not in the site file, so what it may draw is planned around"
    if name in draft.present:
        return f"{name}: has what it needs"
    return f"{name}: can be told nothing now, so what it may draw is planned around"


def _by_carbon(why: Why) -> str:
    """Say what waiting saves in kilograms, which were planned with as EUR."""
    if why.saves_eur < _WORTH_SAYING_KG:
        return "; planned by carbon"
    return f"; planned by carbon: about {why.saves_eur:.2f} kg CO2 less than at once"


def _state(standing: Standing | None) -> CarState:
    if standing is None:
        return CarState.UNCONFIRMED
    if standing.refusal is Refusal.REJECTED:
        return CarState.REFUSED
    return _STATES.get(standing.state, CarState.UNCONFIRMED)
