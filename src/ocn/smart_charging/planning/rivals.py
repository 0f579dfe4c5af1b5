"""Who draws through a limit that holds a car back, and how those stand beside it.

These are facts of the plan. That one of them had to come first is not claimed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
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
    LACKS_AS_MUCH = "lacks no less itself"
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
    """Those who draw most through one limit, and how many there are besides."""

    limit: int | None = None
    first: tuple[Rival, ...] = ()
    others: int = 0


NO_RIVALS = Rivals()


class Rivalry:
    """Who draws what through the scarce limits of a plan; what is asked for twice is counted once."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._cars = plan.problem.cars
        self._slot_h = plan.problem.slot_h
        self._at = defaultdict[int, list[int]](list)
        """The cars at each limit."""
        for j, car in enumerate(self._cars):
            for load in car.loads:
                self._at[load.limit].append(j)
        self._priced = defaultdict[int, dict[int, float]](dict)
        for price in plan.wishes.shadow_prices:
            if price.limit is not None:
                self._priced[price.limit][price.slot] = price.eur_per_kwh
        self._scarce_at: dict[int, Mapping[int, float]] = {}
        self._ranked_until: dict[tuple[int, int], _Ranking] = {}

    def now(self, i: int, limit: int) -> Rivals:
        """Tell who draws through a limit in the current slot."""
        if (limit, 0) not in self._ranked_until:
            self._ranked_until[limit, 0] = _ranking({j: self._now_kwh(j) for j in self._at[limit]})
        return self._told(i, limit, self._ranked_until[limit, 0])

    def while_here(self, i: int) -> Rivals:
        """Tell who draws through what is scarcest for a car while it is here, in the slots in which it is."""
        stay = min(len(self._plan.wishes.powers_kw), max(1, int(self._cars[i].departure)))
        worth = {
            load.limit: sum(eur for slot, eur in self._scarce(load.limit).items() if slot < stay)
            for load in self._cars[i].loads
        }
        limit = max(worth, key=lambda each: worth[each], default=None)
        if limit is None or not worth[limit]:
            return NO_RIVALS
        if (limit, stay) not in self._ranked_until:
            slots = [slot for slot in self._scarce(limit) if slot < stay]
            self._ranked_until[limit, stay] = _ranking({j: self._kwh(j, slots) for j in self._at[limit]})
        return self._told(i, limit, self._ranked_until[limit, stay])

    def _now_kwh(self, j: int) -> float:
        return self._cars[j].step_kw * self._plan.steps[j] * self._slot_h

    def _kwh(self, j: int, slots: Iterable[int]) -> float:
        powers = self._plan.wishes.powers_kw
        return sum(powers[slot][j] for slot in slots) * self._slot_h

    def _scarce(self, limit: int) -> Mapping[int, float]:
        """The slots in which a limit has a price, or, where nothing is priced, those in which it is full."""
        if self._plan.wishes.shadow_prices:
            return self._priced[limit]
        if limit not in self._scarce_at:
            self._scarce_at[limit] = dict.fromkeys(self._full(limit), 1.0)
        return self._scarce_at[limit]

    def _full(self, limit: int) -> Iterator[int]:
        told = self._plan.problem.limits[limit]
        share = {
            j: load.units * told.unit_kw / self._cars[j].step_kw
            for j in self._at[limit]
            for load in self._cars[j].loads
            if load.limit == limit
        }
        for slot, row in enumerate(self._plan.wishes.powers_kw):
            drawn = sum(row[j] * part for j, part in share.items())
            if drawn >= max(0, told.amounts[slot]) * told.unit_kw * _FULL:
                yield slot

    def _told(self, i: int, limit: int, ranking: "_Ranking") -> Rivals:
        first = [(j, kwh) for j, kwh in ranking.first if j != i]
        among = len(first) < len(ranking.first) or i in ranking.others
        count = len(ranking.first) + len(ranking.others) - among
        shown = tuple(Rival(self._cars[j].id, kwh, self._standing(j, i)) for j, kwh in first[:_MOST_TOLD])
        return Rivals(limit, shown, count - len(shown))

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


@dataclass(frozen=True, slots=True)
class _Ranking:
    """One more than are told, so that the car itself can be left out; and the rest."""

    first: tuple[tuple[int, float], ...]
    others: frozenset[int]


def _ranking(drawn_kwh: Mapping[int, float]) -> _Ranking:
    drawing = sorted(
        (j for j, kwh in drawn_kwh.items() if kwh > _NOTHING_KWH), key=lambda j: (-drawn_kwh[j], j)
    )
    first, others = drawing[: _MOST_TOLD + 1], drawing[_MOST_TOLD + 1 :]
    return _Ranking(tuple((j, drawn_kwh[j]) for j in first), frozenset(others))
