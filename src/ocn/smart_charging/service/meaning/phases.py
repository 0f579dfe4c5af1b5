"""On how many phases a car charges, by what its meter says; whether its other phases are free for others.

Power over current tells the phases; that a car on one phase gets a third is believed at once, and costs no
fuse anything. That its other phases stay free is believed where it is known that this CPO means the current
on each phase, or where the current was at the limit, at two limits.
"""

from dataclasses import dataclass, replace

from ocn.smart_charging.service.meaning.current_meaning import CurrentMeaning

STEP_AMPS = 0.1
_NEARLY_PHASES = 0.15
_AT_LIMIT = 0.05
_APART_AMPS = 1.0
_MOST_LIMITS = 4


@dataclass(frozen=True, slots=True)
class Phases:
    """What is known of one car."""

    count: int | None = None
    limits_reached: tuple[float, ...] = ()
    """In amperes: where its current was at the limit on so many phases."""

    @property
    def was_at_limits(self) -> bool:
        """Whether its current was at the limit, at two that are apart: so it is the current of one phase."""
        reached = self.limits_reached
        return len(reached) > 1 and max(reached) - min(reached) >= _APART_AMPS


UNKNOWN = Phases()


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a meter says of a while, in kW and A, and the limit that held, in steps, if one did."""

    power_kw: float
    amps: float
    steps: int | None


class PhaseLearning:
    """Learns of the cars at one site."""

    def __init__(self, voltage: float) -> None:
        self._voltage = voltage
        self._meaning = CurrentMeaning()

    def learned(self, session: str, known: Phases, drawn: Drawn, most: int) -> Phases:
        """Return what is known after a reading, at an EVSE of ``most`` phases."""
        ratio = drawn.power_kw * 1000 / (self._voltage * drawn.amps)
        count = round(ratio)
        if not 1 <= count <= most or abs(ratio - count) > _NEARLY_PHASES * count:
            return known
        limit = (drawn.steps or 0) * STEP_AMPS
        if drawn.steps and drawn.amps > limit * (1 + _AT_LIMIT):
            self._meaning.above_limit()
            return known
        if count > 1:
            self._meaning.several_phases(session)
        reached = known.limits_reached if count == known.count else ()
        if drawn.steps and drawn.amps >= limit * (1 - _AT_LIMIT):
            reached = (*reached[1 - _MOST_LIMITS :], limit)
        return replace(known, count=count, limits_reached=reached)

    def frees_others(self, known: Phases) -> bool:
        """Whether the phases that a car does not use are sure to be free."""
        return known.was_at_limits or self._meaning.is_per_phase
