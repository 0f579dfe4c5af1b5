"""A charging session as it is seen at the beginning of a slot."""

from dataclasses import dataclass

from ocn.smart_charging.planning.problem import Outlet


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of one session. Moments are slots on a scale of the caller's, not counted from now."""

    id: str
    arrival: float
    departure: float
    asked_kwh: float
    delivered_kwh: float
    outlet: Outlet
    weight: float = 1.0
    sleeper: bool = False
    """It is known not to wake once it was paused."""
    prices: tuple[float, ...] | None = None

    @property
    def need_kwh(self) -> float:
        """What is still to be delivered."""
        return max(0.0, self.asked_kwh - self.delivered_kwh)
