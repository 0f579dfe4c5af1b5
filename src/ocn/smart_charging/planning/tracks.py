"""What is remembered of one session from slot to slot: what it drew, how often it was paused."""

from dataclasses import dataclass, replace

from ocn.smart_charging.planning.problem import Outlet
from ocn.smart_charging.planning.seen import Seen

_NOTHING_KWH = 1e-6


@dataclass(frozen=True, slots=True)
class Rules:
    """How cars are treated that draw less than offered, and how often one may be paused."""

    most_pauses: int = 4
    least_slots_on: int = 2
    draws_less: float = 0.9
    """Of what was offered: below that, a car does not take what it gets."""
    less_in_a_row: int = 2
    probe: float = 1.1
    """So many times what it drew is offered on, that it may show that it can draw more."""
    asleep_in_a_row: int = 2


USUAL_RULES = Rules()


@dataclass(frozen=True, slots=True)
class Track:
    """One session so far."""

    slot: int
    delivered_kwh: float
    steps: int = 0
    """What it was granted in that slot."""
    slots_on: int = 0
    pauses: int = 0
    draws_kw: float | None = None
    """What it proved to draw at most; None while nothing speaks against the outlet's."""
    less_in_a_row: int = 0
    asleep_in_a_row: int = 0
    sleeper: bool = False

    def seen_again(self, seen: Seen, slot: int, slot_h: float, rules: Rules) -> "Track":
        """Learn from what was delivered since."""
        later = replace(self, slot=slot, delivered_kwh=seen.delivered_kwh, steps=0)
        if slot != self.slot + 1 or not self.steps:
            return later if slot == self.slot + 1 else replace(later, less_in_a_row=0, asleep_in_a_row=0)
        offered_kw = self.steps * seen.outlet.step_kw
        drew_kw = max(0.0, seen.delivered_kwh - self.delivered_kwh) / slot_h
        if seen.need_kwh <= _NOTHING_KWH or drew_kw >= rules.draws_less * offered_kw:
            more = None if self.draws_kw is None else max(self.draws_kw, drew_kw)
            return replace(later, less_in_a_row=0, asleep_in_a_row=0, draws_kw=more)
        less, asleep = self.less_in_a_row + 1, self.asleep_in_a_row + 1 if drew_kw <= 0 else 0
        return replace(
            later,
            less_in_a_row=less,
            asleep_in_a_row=asleep,
            draws_kw=drew_kw if less >= rules.less_in_a_row else self.draws_kw,
            sleeper=self.sleeper or (self.pauses > 0 and asleep >= rules.asleep_in_a_row),
        )

    def granted(self, steps: int) -> "Track":
        """Remember what it gets in this slot."""
        was_on = self.slots_on > 0
        return replace(
            self,
            steps=steps,
            slots_on=self.slots_on + 1 if steps else 0,
            pauses=self.pauses + (1 if was_on and not steps else 0),
        )

    def held(self, seen: Seen, rules: Rules) -> bool:
        """Whether it must go on now: it has just begun, was paused often enough, or would not wake."""
        if not self.slots_on:
            return False
        return (
            seen.sleeper
            or self.sleeper
            or self.slots_on < rules.least_slots_on
            or self.pauses >= rules.most_pauses
        )

    def outlet(self, seen: Seen, rules: Rules) -> Outlet:
        """Return the outlet, no larger than what the car draws and a probe."""
        outlet = seen.outlet
        if self.draws_kw is None or outlet.step_kw <= 0:
            return outlet
        steps = int(self.draws_kw * rules.probe / outlet.step_kw) + 1
        return replace(outlet, most=min(outlet.most, max(outlet.least, steps)))
