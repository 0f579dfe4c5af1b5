"""What a car takes, learned from what its meter says while a limit holds it; and on how many phases.

A car is planned with what it takes and a little more, and when it takes that, with a little more again.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ocn.smart_charging.dispatch.standing import Standing
from ocn.smart_charging.planning.problem import Outlet
from ocn.smart_charging.service.known.stays import Stay
from ocn.smart_charging.service.meaning.drawn import Drawn, drawn_of_late, tells_power
from ocn.smart_charging.service.meaning.phases import STEP_AMPS, UNKNOWN, PhaseLearning, Phases
from ocn.smart_charging.site.model import Current, Evse
from ocn.smart_charging.site.wiring import Wiring

_BELOW = 0.9
_PROBE, _AT_CAP = 1.02, 0.97
_LIKELY = {Current.AC: 160}
"""In steps: a car is planned with 16 A until it has taken more."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What is known of one car."""

    at: datetime
    evse_uid: str
    since: datetime | None = None
    """It was at another EVSE before: what is told of that time says nothing of it here."""
    phases: Phases = UNKNOWN
    takes: int | None = None
    """In steps: all it takes, though it might have more; None: so far it took what it got."""
    shown: float = 0.0
    """In steps: the most that it took."""
    judged: bool = False
    """It charged under a limit that is known."""


class CarLimits:
    """What is known of the cars at one site."""

    def __init__(self, voltage: float) -> None:
        self._voltage = voltage
        self._learned: dict[str, Learned] = {}
        self._phases = PhaseLearning(voltage)

    def look(self, stay: Stay, evse: Evse, outlet: Outlet, standing: Standing | None) -> None:
        """Learn from a session's newest reading, where one limit held all the time it is about."""
        known, found = self._known_here(stay), drawn_of_late(stay, outlet, standing)
        if stay.updated <= known.at or not found:
            return
        drawn = found[0]
        if known.since is not None and drawn.since < known.since:
            return
        if evse.current is Current.AC:
            phases = Phases(may_be_more=True) if self._speak_against(found, known, evse) else known.phases
            phases = self._phases.learned(stay.key, phases, drawn, len(evse.phases))
            if standing is None or any(sent.until > drawn.since for sent in standing.may_hold):
                phases = replace(phases, limits_reached=())  # what came twice may have been in force
            known = replace(known, phases=phases)
        step_kw = self._step_kw(known, outlet, evse)
        if drawn.steps is not None and drawn.steps >= outlet.least:
            known = _judged(known, drawn.power_kw / step_kw, drawn.steps, outlet)
        self._learned[stay.key] = replace(known, at=stay.updated)

    def widens(self, stay: Stay, evse: Evse, outlet: Outlet, standing: Standing | None) -> bool:
        """Whether a session's newest reading speaks against what is believed of its phases."""
        known = self._learned.get(stay.key)
        if known is None or evse.current is not Current.AC or stay.updated <= known.at:
            return False
        return self._speak_against(drawn_of_late(stay, outlet, standing), known, evse)

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
        return tells_power(stay)

    def outlet(self, stay: Stay, evse: Evse, wiring: Wiring) -> Outlet:
        """Return what a car can draw at an EVSE; what it takes of that is another matter."""
        known, whole = self._learned.get(stay.key), wiring.outlet(evse)
        if known is None or known.phases.count is None or known.phases.count >= len(evse.phases):
            return whole
        of_car = wiring.outlet(evse, known.phases.count)
        frees_others = self._phases.frees_others(known.phases)
        return of_car if frees_others else replace(whole, step_kw=of_car.step_kw)

    def taking(self, stay: Stay, evse: Evse, outlet: Outlet) -> Outlet:
        """Return the outlet with no more than the car takes, or probably takes as far as it has shown."""
        known = self._known_here(stay)
        takes, likely = known.takes, _LIKELY.get(evse.current)
        if takes is None and likely is not None:
            takes = max(likely, _a_little_more(known.shown))
        return outlet if takes is None else replace(outlet, most=min(outlet.most, max(takes, outlet.least)))

    def forget(self, present: set[str]) -> None:
        """Forget those that are gone."""
        self._learned = {key: known for key, known in self._learned.items() if key in present}

    def _known_here(self, stay: Stay) -> Learned:
        """Return what is known of a car; nothing, once it is at another EVSE."""
        known, uid = self._learned.get(stay.key), stay.evse_uid.casefold()
        if known is None:
            return Learned(stay.begin, uid)
        if known.evse_uid != uid:
            self._learned[stay.key] = known = Learned(stay.updated, uid, stay.updated)
        return known

    def _speak_against(self, found: Sequence[Drawn], known: Learned, evse: Evse) -> bool:
        return any(
            self._phases.speaks_against(drawn, known.phases, len(evse.phases), float(evse.max_amps))
            for drawn in found
        )

    def _step_kw(self, known: Learned, outlet: Outlet, evse: Evse) -> float:
        if evse.current is not Current.AC or known.phases.count is None:
            return outlet.step_kw
        return STEP_AMPS * self._voltage * known.phases.count / 1000


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
