"""Who may still come: as on the days before at this time, or, before there are any, as at typical sites."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from ocn.smart_charging.planning.problem import Latecomers
from ocn.smart_charging.planning.seen import Seen
from ocn.smart_charging.planning.typical import LONG_STAY_H, TypicalSites

_MOST_CAPACITY_KW = 100_000.0
_AHEAD_H = 18.0
_SOON_H = 2.0
_HEADROOM = 0.15
"""So much more is kept room for, at whatever price: on some days more come than on others."""
_HEADROOM_GUESSED = 0.3
"""And where it is only guessed who comes."""
_FILL = 0.92
"""Of what their stay would allow at full power: more is not expected to be asked for."""
_LEAST_KWH = 0.5
_DAYS, _WEEK, _ENOUGH_WEEKS = 28, 7, 3


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


class Arrivals:
    """The cars that came, and what they let expect."""

    def __init__(
        self,
        slot_h: float,
        known: Iterable[Arrival] = (),
        since: float | None = None,
        midnight: float | None = None,
    ) -> None:
        """Begin with arrivals that are known from before, all there were ``since`` a slot.

        ``midnight`` is a slot at which a local day begins, if that is known.
        """
        self._slot_h = slot_h
        self._day = round(24.0 / slot_h)
        self._since = since
        self._came: dict[tuple[int, bool], _Crowd] = defaultdict(_Crowd)
        self._typical = TypicalSites(slot_h, midnight)
        self._learned_until: int | None = None
        for arrival in known:
            self.add(arrival)

    def began(self, slot: int) -> None:
        """Every arrival is seen from this slot on, unless an earlier one was told."""
        if self._since is None:
            self._since = slot

    def add(self, arrival: Arrival) -> None:
        """Remember one. It counts for its slot, or for the next one if that slot was learned from already."""
        long = arrival.stay * self._slot_h > LONG_STAY_H
        slot = math.floor(arrival.slot)
        if self._learned_until is not None:
            slot = max(slot, self._learned_until + 1)
        self._came[slot, long].add_one(arrival)

    def forget(self, now: int) -> None:
        """Drop what is older than some weeks."""
        oldest = now - (_DAYS + 1) * self._day
        for key in [key for key in self._came if key[0] < oldest]:
            del self._came[key]
        if self._since is not None:
            self._since = max(self._since, oldest)

    def expected(self, now: int, horizon: int, capacity_kw: float) -> tuple[Latecomers, ...]:
        """Return who is expected after now, by when they come and how long they stay, within a horizon.

        ``capacity_kw`` is what the site can deliver: where nothing else is known it says how large it is.
        """
        days = self._days_before(now)
        spans = [(at, later) for at, later in self._spans() if at < horizon]
        if days:
            crowds = [
                (at, self._as_before(now, at, later, days, long))
                for at, later in spans
                for long in (False, True)
            ]
        else:
            self._learn(now)
            crowds = self._as_typical(now, spans, capacity_kw)
        guessed = not days
        return tuple(
            late for at, crowd in crowds for late in crowd.latecomers(at, self._slot_h, horizon, guessed)
        )

    def _learn(self, now: int) -> None:
        """Tell the typical sites of every slot that has begun since."""
        first = min((slot for slot, _ in self._came), default=now)
        begin = max(first, now - self._day) if self._learned_until is None else self._learned_until + 1
        for slot in range(begin, now + 1):
            self._typical.saw(slot, (self._cars(slot, False), self._cars(slot, True)))
        self._learned_until = now

    def _cars(self, slot: int, long: bool) -> float:
        came = self._came.get((slot, long))
        return came.cars if came is not None else 0.0

    def _spans(self) -> Iterator[tuple[int, int]]:
        """Half hours at first, then hours: where each begins and ends, in slots from now."""
        half, hour = max(1, round(0.5 / self._slot_h)), max(1, round(1.0 / self._slot_h))
        at = 1
        while at * self._slot_h < _AHEAD_H:
            later = at + (half if at * self._slot_h < _SOON_H else hour)
            yield at, later
            at = later

    def _days_before(self, now: int) -> list[int]:
        """The days to go by, counted back: those of the same weekday, or all if there are too few."""
        if self._since is None:
            return []
        whole = min(int((now - self._since) // self._day), _DAYS)
        same_weekday = list(range(_WEEK, whole + 1, _WEEK))
        return same_weekday if len(same_weekday) >= _ENOUGH_WEEKS else list(range(1, whole + 1))

    def _as_before(self, now: int, at: int, later: int, days: Sequence[int], long: bool) -> "_Crowd":
        crowd = _Crowd()
        for day in days:
            for slot in range(now + at - day * self._day, now + later - day * self._day):
                came = self._came.get((slot, long))
                if came is not None:
                    crowd.add(came, 1 / len(days))
        return crowd

    def _as_typical(
        self, now: int, spans: Sequence[tuple[int, int]], capacity_kw: float
    ) -> "list[tuple[int, _Crowd]]":
        """So many cars as at sites like this one, each like the mean of those that came."""
        like = [self._mean_car(long=False), self._mean_car(long=True)]
        if not spans or like[0].cars == 0:
            return []
        need = sum(each.need_kwh for each in like) / sum(each.cars for each in like)
        cars_an_hour = min(capacity_kw, _MOST_CAPACITY_KW) / max(need, _LEAST_KWH)
        first, last = spans[0][0], spans[-1][1]
        counts = self._typical.expected(range(now + first, now + last), cars_an_hour)
        crowds = []
        for at, later in spans:
            for long in (False, True):
                cars = sum(count[long] for count in counts[at - first : later - first])
                crowd = _Crowd()
                crowd.add(like[long], cars / like[long].cars)
                crowds.append((at, crowd))
        return crowds

    def _mean_car(self, *, long: bool) -> "_Crowd":
        """All that came for so long a stay, or all if there were none."""
        mean = _Crowd()
        for (_, stays_long), came in self._came.items():
            if stays_long == long:
                mean.add(came, 1.0)
        if mean.cars == 0:
            for came in self._came.values():
                mean.add(came, 1.0)
        return mean


@dataclass(slots=True)
class _Crowd:
    """Sums over cars."""

    cars: float = 0.0
    need_kwh: float = 0.0
    most_kw: float = 0.0
    need_times_stay: float = 0.0
    on_limits_kw: dict[int, float] = field(default_factory=lambda: defaultdict(float))

    def add_one(self, arrival: Arrival) -> None:
        self.cars += 1
        self.need_kwh += arrival.need_kwh
        self.most_kw += arrival.most_kw
        self.need_times_stay += arrival.need_kwh * arrival.stay
        for limit, share in arrival.shares:
            self.on_limits_kw[limit] += arrival.most_kw * share

    def add(self, other: "_Crowd", weight: float) -> None:
        self.cars += weight * other.cars
        self.need_kwh += weight * other.need_kwh
        self.most_kw += weight * other.most_kw
        self.need_times_stay += weight * other.need_times_stay
        for limit, kw in other.on_limits_kw.items():
            self.on_limits_kw[limit] += weight * kw

    def latecomers(self, at: int, slot_h: float, horizon: int, guessed: bool) -> list[Latecomers]:
        if self.need_kwh < _LEAST_KWH or self.most_kw <= 0:
            return []
        departure = min(float(horizon), at + self.need_times_stay / self.need_kwh)
        need = min(self.need_kwh, _FILL * self.most_kw * (departure - at) * slot_h)
        shares = tuple(sorted((limit, kw / self.most_kw) for limit, kw in self.on_limits_kw.items()))
        expected = Latecomers(at, departure, need, self.most_kw, shares, guessed=guessed)
        part = _HEADROOM_GUESSED if guessed else _HEADROOM
        more = replace(expected, need_kwh=need * part, most_kw=self.most_kw * part, whenever=True)
        return [expected, more]
