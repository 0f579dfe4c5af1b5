"""Who may still come: as on the days before at this time, or, before there are any, as at typical sites."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from ocn.smart_charging.planning.crowds import LEAST_KWH, Arrival, Crowd, Headroom
from ocn.smart_charging.planning.problem import Latecomers
from ocn.smart_charging.planning.shapes import LONG_STAY_H
from ocn.smart_charging.planning.typical import Size, TypicalSites

_MOST_CAPACITY_KW = 100_000.0
_AHEAD_H = 18.0
_SOON_H = 2.0
_HEADROOM = 0.4
"""So much more is kept room for, at whatever price: on some days more come than on others."""
_SIGMAS_GUESSED = 0.8
"""And where it is only guessed who comes: by so many times what the guess may miss."""
_FEW_CARS, _HEADROOM_OF_FEW = 5, 0.4
"""But as long as fewer came, by no more: a car or two are no reason to leave no room for waiting."""
_TYPICAL_KWH, _TYPICAL_WEIGHT = 12.0, 3.0
"""What a car asks for, before it shows; that weighs as much as so many cars."""
_NEEDS_DIFFER = 1.4
"""By how much the variance of what cars ask for is larger than that of their number."""
_DAYS, _WEEK, _ENOUGH_WEEKS = 28, 7, 3


class Arrivals:
    """The cars that came, and what they let expect."""

    def __init__(
        self,
        slot_h: float,
        known: Iterable[Arrival] = (),
        since: float | None = None,
        midnight: float | None = None,
        places: int | None = None,
    ) -> None:
        """Begin with arrivals that are known from before, all there were ``since`` a slot.

        ``midnight`` is a slot at which a local day begins, ``places`` how many cars can be there, if known.
        """
        self._slot_h = slot_h
        self._day = round(24.0 / slot_h)
        self._since = since
        self._places = places
        self._came: dict[tuple[int, bool], Crowd] = defaultdict(Crowd)
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
        part = _HEADROOM
        if days:
            crowds = [
                (at, self._as_before(now, at, later, days, long))
                for at, later in spans
                for long in (False, True)
            ]
        else:
            self._learn(now)
            crowds, part = self._as_typical(now, spans, capacity_kw)
        guessed = not days
        headroom = Headroom(part, sum(crowd.cars for _, crowd in crowds))
        return tuple(
            late
            for at, crowd in crowds
            for late in crowd.latecomers(at, self._slot_h, horizon, headroom, guessed=guessed)
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

    def _as_before(self, now: int, at: int, later: int, days: Sequence[int], long: bool) -> Crowd:
        crowd = Crowd()
        for day in days:
            for slot in range(now + at - day * self._day, now + later - day * self._day):
                came = self._came.get((slot, long))
                if came is not None:
                    crowd.add(came, 1 / len(days))
        return crowd

    def _as_typical(
        self, now: int, spans: Sequence[tuple[int, int]], capacity_kw: float
    ) -> tuple[list[tuple[int, Crowd]], float]:
        """So many cars as at sites like this one, each like the mean of those that came; and the headroom."""
        # who came a day ago or longer says nothing of later hours; who is forgotten, nothing at all
        if not spans or not self._came or self._typical.cars == 0:
            return [], 0.0
        like = [self._mean_car(long=False), self._mean_car(long=True)]
        need = sum(each.need_kwh for each in like) / sum(each.cars for each in like)
        cars_an_hour = min(capacity_kw, _MOST_CAPACITY_KW) / max(need, LEAST_KWH)
        first, last = spans[0][0], spans[-1][1]
        expected = self._typical.expected(range(now + first, now + last), Size(self._places, cars_an_hour))
        crowds = []
        for at, later in spans:
            for long in (False, True):
                counts = [count[long] for count in expected.counts[at - first : later - first]]
                crowd = Crowd()
                crowd.add(like[long], sum(counts) / like[long].cars)
                if long:
                    stays_h = expected.long_stays_h[at - first : later - first]
                    hours = sum(count * stay_h for count, stay_h in zip(counts, stays_h, strict=True))
                    crowd.stay(hours / sum(counts) / self._slot_h)
                crowds.append((at, crowd))
        cars = sum(map(sum, expected.counts))
        misses = expected.sigma * math.sqrt(_NEEDS_DIFFER) / max(cars, 1e-9)
        most = _HEADROOM_OF_FEW if sum(came.cars for came in self._came.values()) < _FEW_CARS else math.inf
        return crowds, min(most, _SIGMAS_GUESSED * misses)

    def _mean_car(self, *, long: bool) -> Crowd:
        """All that came for so long a stay, or all if there were none."""
        mean = Crowd()
        for (_, stays_long), came in self._came.items():
            if stays_long == long:
                mean.add(came, 1.0)
        if mean.cars == 0:
            for came in self._came.values():
                mean.add(came, 1.0)
        if mean.cars > 0:
            likely = (mean.need_kwh + _TYPICAL_WEIGHT * _TYPICAL_KWH) / (mean.cars + _TYPICAL_WEIGHT)
            mean.ask(likely * mean.cars)
        return mean
