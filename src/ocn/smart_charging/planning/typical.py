"""Who comes when at typical sites: stands in for a site's own days until there are some.

A site is taken for a mixture of typical ones, each as likely as the arrivals so far make it (a Poisson
process of that shape, with an unknown number of cars a day). Hours are local; where it is not known when a
day begins, that is one more thing which the arrivals tell.
"""

import math
import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ocn.smart_charging.planning.shapes import TYPICAL_SITES, Part, TypicalSite, shape_of

_LIKELY_AS_TOLD = 0.8
"""That the scale of slots begins at midnight, before anything was seen."""
_ASSUMED_WEIGHT, _ASSUMED_WEIGHT_BY_PLACES = 3.0, 12.0
"""What is assumed of the number of cars a day weighs as much as seeing so many cars."""
_FULL_WEIGHT_AFTER = 3.0
"""So many cars: before, the assumed number weighs less."""
_USED = 0.65
"""So much of what a site could deliver in its hours of use is assumed to be asked for."""
_DAY_H = 24


Counts = tuple[float, float]
"""Cars that stay shortly, and long."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large a site is: its places, where they are known, and how many cars an hour it could serve."""

    places: int | None
    cars_an_hour: float

    def cars_a_day(self, site: TypicalSite) -> float:
        """Return how many cars are assumed to come if it is such a site."""
        by_power = _USED * site.used_h * self.cars_an_hour
        return by_power if self.places is None else self.places * site.cars_a_place


@dataclass(frozen=True, slots=True)
class Expected:
    """How many cars will come, slot by slot, and by how much all together may miss that (1 sigma)."""

    counts: list[Counts]
    long_stays_h: list[float]
    """How long those stay that stay long, by the slot in which they come."""
    sigma: float


class TypicalSites:
    """What the arrivals so far let expect for later slots of the day."""

    def __init__(self, slot_h: float, midnight: float | None = None) -> None:
        """Begin; ``midnight`` is a slot at which a local day begins, if that is known."""
        self._slots = round(_DAY_H / slot_h)
        self._hours = [0] if midnight is not None else list(range(_DAY_H))
        self._midnight = midnight or 0.0
        self._shapes = [shape_of(site.waves, self._slots) for site in TYPICAL_SITES]
        self._log_odds = [[math.log(self._prior(hour)) for hour in self._hours] for _ in self._shapes]
        self._seen = [[0.0 for _ in self._hours] for _ in self._shapes]
        """The part of a day that was seen, by each shape's reckoning."""
        self.cars = 0.0
        """That were seen so far."""

    def saw(self, slot: int, came: Counts) -> None:
        """Learn from who came, or did not, in a slot."""
        for k, shape in enumerate(self._shapes):
            for j, hour in enumerate(self._hours):
                part = shape[self._of_day(slot, hour)]
                self._log_odds[k][j] += came[0] * math.log(part.short) + came[1] * math.log(part.long)
                self._seen[k][j] += part.short + part.long
        self.cars += sum(came)

    def expected(self, slots: Sequence[int], size: Size) -> Expected:
        """Return how many will come in later slots.

        While hardly any have come, few are expected: one car is no reason to keep room for dozens.
        """
        weight = _ASSUMED_WEIGHT if size.places is None else _ASSUMED_WEIGHT_BY_PLACES
        days = [weight / max(1.0, size.cars_a_day(site)) for site in TYPICAL_SITES]
        cars = self.cars + weight * min(1.0, self.cars / _FULL_WEIGHT_AFTER)
        likely = [
            (self._shapes[k], self._hours[j], odds, cars / (days[k] + self._seen[k][j]))
            for k, j, odds in self._odds(days, weight)
        ]
        parts = [[shape[self._of_day(slot, hour)] for slot in slots] for shape, hour, *_ in likely]
        chances = [odds for _, _, odds, _ in likely]
        sites = [_Coming.of(row, each[3]) for row, each in zip(parts, likely, strict=True)]
        mean = sum(odds * site.cars for odds, site in zip(chances, sites, strict=True))
        square = sum(odds * site.cars**2 for odds, site in zip(chances, sites, strict=True))
        variance = square * (1 + 1 / max(1.0, cars)) - mean**2 + mean
        return _mixed(chances, sites, math.sqrt(max(0.0, variance)))

    def _prior(self, hour: int) -> float:
        if len(self._hours) == 1:
            return 1.0
        return _LIKELY_AS_TOLD if hour == 0 else (1 - _LIKELY_AS_TOLD) / (len(self._hours) - 1)

    def _of_day(self, slot: int, hour: int) -> int:
        return math.floor(slot - self._midnight + hour * self._slots / _DAY_H) % self._slots

    def _odds(self, days: Sequence[float], weight: float) -> list[tuple[int, int, float]]:
        """How likely each shape and beginning of the day is, with the number of cars integrated out.

        ``days`` are the parts of a day that what is assumed of each shape weighs as much as.
        """
        logs = [
            (
                k,
                j,
                odds
                + weight * math.log(days[k])
                - (weight + self.cars) * math.log(days[k] + self._seen[k][j]),
            )
            for k, row in enumerate(self._log_odds)
            for j, odds in enumerate(row)
        ]
        highest = max(log for *_, log in logs)
        likely = [(k, j, math.exp(log - highest)) for k, j, log in logs if log > highest - 15]
        total = sum(odds for *_, odds in likely)
        return [(k, j, odds / total) for k, j, odds in likely]


@dataclass(frozen=True, slots=True)
class _Coming:
    """Who comes slot by slot if a site is of one kind."""

    short: list[float]
    long: list[float]
    long_times_h: list[float]

    @classmethod
    def of(cls, parts: Sequence[Part], cars_a_day: float) -> "_Coming":
        return cls(
            [cars_a_day * part.short for part in parts],
            [cars_a_day * part.long for part in parts],
            [cars_a_day * part.long_times_h for part in parts],
        )

    @property
    def cars(self) -> float:
        return sum(self.short) + sum(self.long)


def _mixed(chances: Sequence[float], sites: Sequence[_Coming], sigma: float) -> Expected:
    def mean(rows: Iterable[list[float]]) -> list[float]:
        columns = zip(*rows, strict=True)
        return [sum(map(operator.mul, chances, column)) for column in columns]

    short, long = mean(site.short for site in sites), mean(site.long for site in sites)
    hours = mean(site.long_times_h for site in sites)
    counts = list(zip(short, long, strict=True))
    return Expected(counts, [h / cars for h, cars in zip(hours, long, strict=True)], sigma)
