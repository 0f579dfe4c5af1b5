"""On how many phases a car charges, by what its meter says; whether its other phases are free for others.

Power over current tells the phases; that a car on one phase gets a third is believed at once, and costs no
fuse anything. That its other phases stay free is believed where it is known that this CPO means the current
on each phase, or where the current was at the limit, at two limits. A reading that speaks against it ends
that belief for as long as the car is there: a cable may be changed, and a relay that switched switches back.
"""

from dataclasses import dataclass, replace

from ocn.smart_charging.service.meaning.current_meaning import CurrentMeaning
from ocn.smart_charging.service.meaning.drawn import Drawn

STEP_AMPS = 0.1
_NEARLY_PHASES = 0.15
_AT_LIMIT = 0.05
_APART_AMPS = 1.0
_MOST_LIMITS = 4
_TOO_FEW_AMPS = 3.0
"""No car charges with less: it idles, some on one phase alone, and power over current is mostly rounding."""


@dataclass(frozen=True, slots=True)
class Phases:
    """What is known of one car."""

    count: int | None = None
    limits_reached: tuple[float, ...] = ()
    """In amperes: where its current was at the limit on so many phases."""
    may_be_more: bool = False
    """A reading said so, of fewer phases that were believed."""

    @property
    def was_at_limits(self) -> bool:
        """Whether its current was at the limit, at two that are apart: so it is the current of one phase."""
        reached = self.limits_reached
        return len(reached) > 1 and max(reached) - min(reached) >= _APART_AMPS


UNKNOWN = Phases()


class PhaseLearning:
    """Learns of the cars at one site."""

    def __init__(self, voltage: float) -> None:
        self._voltage = voltage
        self._meaning = CurrentMeaning()

    def learned(self, session: str, known: Phases, drawn: Drawn, most: int) -> Phases:
        """Return what is known after a reading, at an EVSE of ``most`` phases."""
        if drawn.amps is None or drawn.amps < _TOO_FEW_AMPS:
            return known
        ratio = drawn.power_kw * 1000 / (self._voltage * drawn.amps)
        count = round(ratio)
        if not 1 <= count <= most or abs(ratio - count) > _NEARLY_PHASES * count:
            return known
        if _is_above_limit(drawn):
            self._meaning.above_limit()
            return known
        if count > 1:
            self._meaning.several_phases(session)
        reached = known.limits_reached if count == known.count else ()
        limit = (drawn.steps or 0) * STEP_AMPS
        if limit and drawn.amps >= limit * (1 - _AT_LIMIT):
            reached = (*reached[1 - _MOST_LIMITS :], limit)
        return replace(known, count=count, limits_reached=reached)

    def speaks_against(self, drawn: Drawn, known: Phases, most: int, most_amps: float) -> bool:
        """Whether a car drew what cannot be drawn on so few phases, at an EVSE of ``most``.

        A current above its limit is one of several phases together, or the limit is not kept.
        """
        if known.count is None or known.count >= most:
            return False
        amps = drawn.steps * STEP_AMPS if drawn.steps else most_amps
        if drawn.amps is not None and drawn.amps >= _TOO_FEW_AMPS:
            amps = min(amps, drawn.amps)
        bearable_kw = known.count * self._voltage * amps / 1000
        return _is_above_limit(drawn) or drawn.power_kw > bearable_kw * (1 + _NEARLY_PHASES)

    def frees_others(self, known: Phases) -> bool:
        """Whether the phases that a car does not use are sure to be free."""
        return not known.may_be_more and (known.was_at_limits or self._meaning.is_per_phase)


def _is_above_limit(drawn: Drawn) -> bool:
    if drawn.amps is None or not drawn.steps:
        return False
    return drawn.amps > drawn.steps * STEP_AMPS * (1 + _AT_LIMIT)
