"""What a car takes, and on how many phases, learned from what its meter says while a limit holds it.

Power over current tells the phases; that a car on one phase gets a third is believed at once, and costs no
fuse anything. That its other phases stay free is believed where it is known that this CPO means the current
on each phase, or where the current was at the limit, at two limits. A car is planned with what it takes and a
little more, and when it takes that, with a little more again.
"""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ocn.smart_charging.dispatch.standing import Standing
from ocn.smart_charging.planning.problem import Outlet
from ocn.smart_charging.service.known.stays import Stay
from ocn.smart_charging.service.meaning.current_meaning import CurrentMeaning
from ocn.smart_charging.site.model import Current, Evse
from ocn.smart_charging.site.wiring import Wiring

_STEP_AMPS = 0.1
_NEARLY_PHASES = 0.15
_AT_LIMIT = 0.05
_APART_AMPS = 1.0
_BELOW = 0.9
_PROBE, _AT_CAP = 1.02, 0.97
_MOMENT = timedelta(seconds=1)
_MOST_LIMITS = 4
_LIKELY = {Current.AC: 160}
"""In steps: a car is planned with 16 A until it has taken more."""
_LONG_ENOUGH = timedelta(minutes=5)
_ENOUGH_KWH = 0.25
"""A meter's steps are too coarse to tell power from less."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What is known of one car."""

    at: datetime
    phases: int | None = None
    limits_reached: tuple[float, ...] = ()
    """In amperes: where its current was at the limit on so many phases."""
    takes: int | None = None
    """In steps: all it takes, though it might have more; None: so far it took what it got."""
    shown: float = 0.0
    """In steps: the most that it took."""
    judged: bool = False
    """It charged under a limit that is known."""

    @property
    def was_at_limits(self) -> bool:
        """Whether its current was at the limit, at two that are apart: so it is the current of one phase."""
        reached = self.limits_reached
        return len(reached) > 1 and max(reached) - min(reached) >= _APART_AMPS


class CarLimits:
    """What is known of the cars at one site."""

    def __init__(self, voltage: float) -> None:
        self._voltage = voltage
        self._learned: dict[str, Learned] = {}
        self._meaning = CurrentMeaning()

    def look(self, stay: Stay, evse: Evse, outlet: Outlet, standing: Standing | None) -> None:
        """Learn from a session's newest reading, where one limit held all the time it is about."""
        known = self._learned.get(stay.key) or Learned(stay.begin)
        found = _measured(stay)
        if stay.updated <= known.at or found is None:
            return
        power_kw, since = found
        amps = float(stay.current_a or 0)
        steps = _held(stay.updated, since, outlet, standing)
        if evse.current is Current.AC and amps >= _STEP_AMPS and power_kw:
            known = self._with_phases(stay.key, known, power_kw, amps, evse, steps)
            if standing is None or any(sent.until > since for sent in standing.may_hold):
                known = replace(known, limits_reached=())  # a message that came twice may have been in force
        step_kw = self._step_kw(known, outlet, evse)
        if steps is not None and steps >= outlet.least:
            known = _judged(known, power_kw / step_kw, steps, outlet)
        self._learned[stay.key] = replace(known, at=stay.updated)

    def is_known(self, key: str, outlet: Outlet) -> bool:
        """Whether a car has shown what it takes: less than it could have, or all there is."""
        known = self._learned.get(key)
        return known is not None and (known.takes is not None or known.shown >= _BELOW * outlet.most)

    def is_judged(self, key: str) -> bool:
        """Whether a car has shown anything."""
        known = self._learned.get(key)
        return known is not None and known.judged

    def would_show(self, key: str, steps: int) -> bool:
        """Whether a car that may take so many steps shows something new, more than by a little."""
        known = self._learned.get(key)
        return steps > (0 if known is None or not known.judged else _a_little_more(known.shown))

    @staticmethod
    def would_tell(stay: Stay) -> bool:
        """Whether there is something to learn from a session's newest reading."""
        return _measured(stay) is not None

    def outlet(self, stay: Stay, evse: Evse, wiring: Wiring) -> Outlet:
        """Return what a car can draw at an EVSE; what it takes of that is another matter."""
        known, whole = self._learned.get(stay.key), wiring.outlet(evse)
        if known is None or known.phases is None or known.phases >= len(evse.phases):
            return whole
        of_car = wiring.outlet(evse, known.phases)
        frees_others = known.was_at_limits or self._meaning.is_per_phase
        return of_car if frees_others else replace(whole, step_kw=of_car.step_kw)

    def taking(self, stay: Stay, evse: Evse, outlet: Outlet) -> Outlet:
        """Return the outlet with no more than the car takes, or probably takes as far as it has shown."""
        known = self._learned.get(stay.key) or Learned(stay.begin)
        takes, likely = known.takes, _LIKELY.get(evse.current)
        if takes is None and likely is not None:
            takes = max(likely, _a_little_more(known.shown))
        return outlet if takes is None else replace(outlet, most=min(outlet.most, max(takes, outlet.least)))

    def forget(self, present: set[str]) -> None:
        """Forget those that are gone."""
        self._learned = {key: known for key, known in self._learned.items() if key in present}

    def _with_phases(
        self, session: str, known: Learned, power_kw: float, amps: float, evse: Evse, steps: int | None
    ) -> Learned:
        ratio = power_kw * 1000 / (self._voltage * amps)
        phases = round(ratio)
        if not 1 <= phases <= len(evse.phases) or abs(ratio - phases) > _NEARLY_PHASES * phases:
            return known
        limit = (steps or 0) * _STEP_AMPS
        if steps and amps > limit * (1 + _AT_LIMIT):
            self._meaning.above_limit()
            return known
        if phases > 1:
            self._meaning.several_phases(session)
        reached = known.limits_reached if phases == known.phases else ()
        if steps and amps >= limit * (1 - _AT_LIMIT):
            reached = (*reached[1 - _MOST_LIMITS :], limit)
        return replace(known, phases=phases, limits_reached=reached)

    def _step_kw(self, known: Learned, outlet: Outlet, evse: Evse) -> float:
        if evse.current is not Current.AC or known.phases is None:
            return outlet.step_kw
        return _STEP_AMPS * self._voltage * known.phases / 1000


def _judged(known: Learned, took: float, steps: int, outlet: Outlet) -> Learned:
    """Learn from what a car took, in steps, while it might take so many.

    That it took all at a limit below what it is known to take says nothing new.
    """
    shown = max(known.shown, took)
    capped = known.takes is not None and steps <= known.takes
    if took < (_AT_CAP if capped else _BELOW) * steps:
        return replace(known, takes=max(outlet.least, _a_little_more(took)), shown=shown, judged=True)
    lifted = known.takes is not None and steps >= known.takes
    return replace(known, takes=None if lifted else known.takes, shown=shown, judged=True)


def _a_little_more(took: float) -> int:
    return math.ceil(took * _PROBE) + 1


def _measured(stay: Stay) -> tuple[float, datetime] | None:
    """Return a power in kW and since when it is the mean: as it is told, or by the last two readings."""
    if stay.power_kw is not None:
        return float(stay.power_kw), stay.power_since or stay.updated
    if len(stay.readings) < 2:
        return None
    one, other = stay.readings[-2], stay.readings[-1]
    drawn = float(other.kwh - one.kwh)
    if other.at - one.at < _LONG_ENOUGH or 0 < drawn < _ENOUGH_KWH:
        return None
    return max(0.0, drawn) / ((other.at - one.at) / timedelta(hours=1)), one.at


def _held(updated: datetime, since: datetime, outlet: Outlet, standing: Standing | None) -> int | None:
    """Return the limit that held while the reading was made; None where it was not one all the time."""
    if standing is None or standing.in_force is None:
        return outlet.most if standing is None or not standing.may_hold else None
    if standing.unanswered or standing.in_force.at > since + _MOMENT:
        return None
    course = standing.in_force.course
    first, last = course.at(since + _MOMENT), course.at(max(since, updated - _MOMENT))
    return first if first == last else None
