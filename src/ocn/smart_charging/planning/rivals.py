"""Who draws through a limit that holds a car back, and how those stand beside it.

These are facts of the plan. That one of them had to come first is not claimed.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ocn.smart_charging.planning.plan import Plan
from ocn.smart_charging.planning.problem import laxity

_MOST_TOLD = 3
_FULL = 0.98
_NOTHING_KWH = 0.005
_SAME_SHARE = 0.02
_NEARLY_SLOTS = 0.01


class Standing(StrEnum):
    """How a rival stands beside the car that gives way."""

    COUNTS_MORE = "counts more"
    """A kWh that it lacks has the higher weight: FAST over REGULAR over CHEAP."""
    LACKS_AS_MUCH = "lacks as large a share"
    """It will lack as large a share of what it asked for, or a larger one."""
    WAITS_LESS = "can wait less"
    """Less time is left to it beyond what charging takes."""
    BESIDE = "shares it"


@dataclass(frozen=True, slots=True)
class Rival:
    """A car that draws ``kwh`` through a limit that holds another one back."""

    car: str
    kwh: float
    standing: Standing


@dataclass(frozen=True, slots=True)
class Rivals:
    """Those who draw most from now until so many slots later, and how many there are besides."""

    first: tuple[Rival, ...] = ()
    others: int = 0
    slots: int = 0


NO_RIVALS = Rivals()


class Rivalry:
    """Who draws what through the scarce limits of a plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._cars = plan.problem.cars
        self._slot_h = plan.problem.slot_h
        self._loading = defaultdict[int, list[tuple[int, float]]](list)
        """By limit: each car at it, and what of the limit one of its kW takes."""
        for j, car in enumerate(self._cars):
            for load in car.loads:
                share = load.units * plan.problem.limits[load.limit].unit_kw / car.step_kw
                self._loading[load.limit].append((j, share))
        self._scarce_in: dict[int, frozenset[int]] = {}

    def now(self, i: int, limit: int) -> Rivals:
        """Tell who draws through a limit in the current slot."""
        drawn = {
            j: self._cars[j].step_kw * self._plan.steps[j] * self._slot_h for j, _ in self._loading[limit]
        }
        return self._told(i, drawn, 1)

    def while_here(self, i: int) -> Rivals:
        """Tell who draws through the limits above a car while it is here, in those slots that are scarce."""
        powers = self._plan.wishes.powers_kw
        stay = min(len(powers), max(1, int(self._cars[i].departure)))
        scarce_for = defaultdict[int, set[int]](set)
        for load in self._cars[i].loads:
            slots = [slot for slot in self._scarce(load.limit) if slot < stay]
            for j, _ in self._loading[load.limit]:
                scarce_for[j].update(slots)
        drawn = {j: sum(powers[slot][j] for slot in slots) * self._slot_h for j, slots in scarce_for.items()}
        return self._told(i, drawn, stay)

    def _scarce(self, limit: int) -> frozenset[int]:
        """The slots in which a limit has a price, or, where nothing was priced, those in which it is full."""
        if limit not in self._scarce_in:
            prices = self._plan.wishes.shadow_prices
            if prices:
                found = {price.slot for price in prices if price.limit == limit}
            else:
                found = set(self._full(limit))
            self._scarce_in[limit] = frozenset(found)
        return self._scarce_in[limit]

    def _full(self, limit: int) -> list[int]:
        told = self._plan.problem.limits[limit]
        return [
            slot
            for slot, row in enumerate(self._plan.wishes.powers_kw)
            if sum(row[j] * share for j, share in self._loading[limit])
            >= max(0, told.amounts[slot]) * told.unit_kw * _FULL
        ]

    def _told(self, i: int, drawn_kwh: Mapping[int, float], slots: int) -> Rivals:
        ranked = sorted(
            (j for j, kwh in drawn_kwh.items() if j != i and kwh > _NOTHING_KWH),
            key=lambda j: (-drawn_kwh[j], self._cars[j].id),
        )
        first = (Rival(self._cars[j].id, drawn_kwh[j], self._standing(j, i)) for j in ranked[:_MOST_TOLD])
        return Rivals(tuple(first), max(0, len(ranked) - _MOST_TOLD), slots)

    def _standing(self, j: int, i: int) -> Standing:
        rival, car = self._cars[j], self._cars[i]
        if rival.weight > car.weight:
            return Standing.COUNTS_MORE
        lacking = self._lacking_share(j)
        if lacking > _SAME_SHARE and lacking >= self._lacking_share(i) - _SAME_SHARE:
            return Standing.LACKS_AS_MUCH
        if laxity(rival, self._slot_h) < laxity(car, self._slot_h) - _NEARLY_SLOTS:
            return Standing.WAITS_LESS
        return Standing.BESIDE

    def _lacking_share(self, j: int) -> float:
        asked = max(self._cars[j].asked_kwh, self._cars[j].need_kwh)
        return self._plan.wishes.lacking_kwh[j] / asked if asked > 0 else 0.0
