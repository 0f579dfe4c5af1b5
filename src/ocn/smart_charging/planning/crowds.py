"""Cars that came, taken together: what so many like them would ask for."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ocn.smart_charging.planning.problem import Latecomers
from ocn.smart_charging.planning.seen import Seen

_FILL = 0.92
"""Of what their stay would allow at full power: more is not expected to be asked for."""
LEAST_KWH = 0.5
_VARYING_CARS = 50.0


@dataclass(frozen=True, slots=True)
class Arrival:
    """One car that came: when, for how long, what it asked for, and what it loads per kW."""

    slot: float
    stay: float
    need_kwh: float
    most_kw: float
    shares: tuple[tuple[int, float], ...]


def arrival_of(seen: Seen, unit_kw: Sequence[float]) -> Arrival:
    """Remember a session as an arrival; ``unit_kw`` is the power of a unit of each limit."""
    outlet = seen.outlet
    shares = tuple((load.limit, load.units * unit_kw[load.limit] / outlet.step_kw) for load in outlet.loads)
    stay = max(1.0, seen.departure - seen.arrival)
    return Arrival(seen.arrival, stay, seen.asked_kwh, outlet.most * outlet.step_kw, shares)


@dataclass(frozen=True, slots=True)
class Headroom:
    """For which part of what is expected room is kept beyond it, and of how many cars that is."""

    part: float
    cars: float

    def of_limit(self, part_of_square: float) -> float:
        """Return the share of it that a limit takes whose cars make up this part of the squares of all needs.

        What few cars ask for varies by the root of their number. For so many as a small site has, ``part`` is
        what all may vary by; for more it is what may be wrong with the days that it is learned from, and
        each car by itself adds less to that.
        """
        return math.sqrt(part_of_square * min(1.0, _VARYING_CARS / max(self.cars, 1e-9)))


@dataclass(slots=True)
class Crowd:
    """Sums over cars."""

    cars: float = 0.0
    need_kwh: float = 0.0
    most_kw: float = 0.0
    need_times_stay: float = 0.0
    on_limits_kw: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    need_square: float = 0.0
    on_limits_square: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    """Squares of what each asks of a limit: by their sum it varies, if cars come each by itself."""

    def add_one(self, arrival: Arrival) -> None:
        """Add a car."""
        self.cars += 1
        self.need_kwh += arrival.need_kwh
        self.most_kw += arrival.most_kw
        self.need_times_stay += arrival.need_kwh * arrival.stay
        self.need_square += arrival.need_kwh**2
        for limit, share in arrival.shares:
            self.on_limits_kw[limit] += arrival.most_kw * share
            self.on_limits_square[limit] += (arrival.need_kwh * share) ** 2

    def add(self, other: "Crowd", weight: float) -> None:
        """Add others, each so many times."""
        self.cars += weight * other.cars
        self.need_kwh += weight * other.need_kwh
        self.most_kw += weight * other.most_kw
        self.need_times_stay += weight * other.need_times_stay
        self.need_square += weight * other.need_square
        for limit, kw in other.on_limits_kw.items():
            self.on_limits_kw[limit] += weight * kw
            self.on_limits_square[limit] += weight * other.on_limits_square[limit]

    def ask(self, need_kwh: float) -> None:
        """Let them ask for so much in all."""
        self.need_times_stay *= need_kwh / self.need_kwh if self.need_kwh > 0 else 0.0
        self.need_kwh = need_kwh

    def stay(self, slots: float) -> None:
        """Let them stay for so long."""
        self.need_times_stay = slots * self.need_kwh

    def latecomers(
        self, at: int, slot_h: float, horizon: int, headroom: "Headroom", *, guessed: bool
    ) -> list[Latecomers]:
        """Expect them at slot ``at``, and keep room for some more; none if few.

        The fewer cars a limit concerns the more what they ask of it varies, so the more room is kept there.
        """
        if self.need_kwh < LEAST_KWH or self.most_kw <= 0 or self.need_square <= 0:
            return []
        departure = min(float(horizon), at + self.need_times_stay / self.need_kwh)
        need = min(self.need_kwh, _FILL * self.most_kw * (departure - at) * slot_h)
        shares = tuple(sorted((limit, kw / self.most_kw) for limit, kw in self.on_limits_kw.items()))
        expected = Latecomers(at, departure, need, self.most_kw, shares, guessed=guessed)
        varying = tuple(
            (limit, max(share, headroom.of_limit(self.on_limits_square[limit] / self.need_square)))
            for limit, share in shares
        )
        more = replace(
            expected,
            need_kwh=need * headroom.part,
            most_kw=self.most_kw * headroom.part,
            shares=varying,
            whenever=True,
        )
        return [expected, more]
