"""Who comes when at typical sites: stands in for a site's own days until there are some.

A site is taken for a mixture of typical ones, each as likely as the arrivals so far make it (a Poisson
process of that shape, with an unknown number of cars a day). Hours are local; where it is not known when a
day begins, that is one more thing which the arrivals tell. All numbers are round ones of our own.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

LONG_STAY_H = 4.0
"""Stays are told apart by whether they are longer."""
_LIKELY_AS_TOLD = 0.8
"""That the scale of slots begins at midnight, before anything was seen."""
_BACKGROUND = 0.05
"""Of all arrivals: at any hour, for any time."""
_ASSUMED_WEIGHT = 3.0
"""What is assumed of the number of cars a day weighs as much as seeing so many cars."""
_USED = 0.65
"""So much of what a site could deliver in its hours of use is assumed to be asked for."""
_DAY_H = 24


@dataclass(frozen=True, slots=True)
class Wave:
    """A share of a day's arrivals: normal around an hour, for stays of some length."""

    share: float
    at_h: float
    sigma_h: float
    long: bool


@dataclass(frozen=True, slots=True)
class TypicalSite:
    """The waves of a day, and for how many hours of it cars are there to charge."""

    waves: tuple[Wave, ...]
    used_h: float


_WORKPLACE = TypicalSite((Wave(0.9, 8.25, 1.1, True), Wave(0.1, 13.0, 1.4, False)), 10.0)
_PUBLIC = TypicalSite(
    (Wave(0.3, 13.0, 3.5, False), Wave(0.3, 8.75, 1.7, True), Wave(0.4, 18.25, 2.0, True)), 20.0
)
_DEPOT = TypicalSite((Wave(1.0, 17.0, 1.4, True),), 13.0)
_ANY = TypicalSite((Wave(0.5, 12.0, 100.0, False), Wave(0.5, 12.0, 100.0, True)), 24.0)
_SITES = (_WORKPLACE, _PUBLIC, _DEPOT, _ANY)

Counts = tuple[float, float]
"""Cars that stay shortly, and long."""


class TypicalSites:
    """What the arrivals so far let expect for later slots of the day."""

    def __init__(self, slot_h: float, midnight: float | None = None) -> None:
        """Begin; ``midnight`` is a slot at which a local day begins, if that is known."""
        self._slots = round(_DAY_H / slot_h)
        self._hours = [0] if midnight is not None else list(range(_DAY_H))
        self._midnight = midnight or 0.0
        self._shapes = [_shape(site.waves, self._slots) for site in _SITES]
        self._log_odds = [[math.log(self._prior(hour)) for hour in self._hours] for _ in self._shapes]
        self._seen = [[0.0 for _ in self._hours] for _ in self._shapes]
        """The part of a day that was seen, by each shape's reckoning."""
        self._cars = 0.0

    def saw(self, slot: int, came: Counts) -> None:
        """Learn from who came, or did not, in a slot."""
        for k, shape in enumerate(self._shapes):
            for j, hour in enumerate(self._hours):
                short, long = shape[self._of_day(slot, hour)]
                self._log_odds[k][j] += came[0] * math.log(short) + came[1] * math.log(long)
                self._seen[k][j] += short + long
        self._cars += sum(came)

    def expected(self, slots: Sequence[int], cars_an_hour: float) -> list[Counts]:
        """Return how many will come in later slots; the site could serve so many cars in an hour.

        While hardly any have come, few are expected: one car is no reason to keep room for dozens.
        """
        days = [_ASSUMED_WEIGHT / max(1.0, _USED * site.used_h * cars_an_hour) for site in _SITES]
        cars = self._cars + min(self._cars, _ASSUMED_WEIGHT)
        likely = [
            (self._shapes[k], self._hours[j], odds * cars / (days[k] + self._seen[k][j]))
            for k, j, odds in self._odds(days)
        ]
        found = []
        for slot in slots:
            counts = [
                (cars * shape[self._of_day(slot, hour)][0], cars * shape[self._of_day(slot, hour)][1])
                for shape, hour, cars in likely
            ]
            found.append((sum(short for short, _ in counts), sum(long for _, long in counts)))
        return found

    def _prior(self, hour: int) -> float:
        if len(self._hours) == 1:
            return 1.0
        return _LIKELY_AS_TOLD if hour == 0 else (1 - _LIKELY_AS_TOLD) / (len(self._hours) - 1)

    def _of_day(self, slot: int, hour: int) -> int:
        return math.floor(slot - self._midnight + hour * self._slots / _DAY_H) % self._slots

    def _odds(self, days: Sequence[float]) -> list[tuple[int, int, float]]:
        """How likely each shape and beginning of the day is, with the number of cars integrated out.

        ``days`` are the parts of a day that what is assumed of each shape weighs as much as.
        """
        logs = [
            (
                k,
                j,
                odds
                + _ASSUMED_WEIGHT * math.log(days[k])
                - (_ASSUMED_WEIGHT + self._cars) * math.log(days[k] + self._seen[k][j]),
            )
            for k, row in enumerate(self._log_odds)
            for j, odds in enumerate(row)
        ]
        highest = max(log for *_, log in logs)
        likely = [(k, j, math.exp(log - highest)) for k, j, log in logs if log > highest - 15]
        total = sum(odds for *_, odds in likely)
        return [(k, j, odds / total) for k, j, odds in likely]


def _shape(waves: tuple[Wave, ...], slots: int) -> list[Counts]:
    """Return the shares of a day's arrivals by slot, of short stays and long ones."""
    shape = [[_BACKGROUND / slots / 2, _BACKGROUND / slots / 2] for _ in range(slots)]
    for wave in waves:
        normal = NormalDist(wave.at_h, wave.sigma_h)
        masses = [_mass(normal, slot * _DAY_H / slots, _DAY_H / slots) for slot in range(slots)]
        for slot, mass in enumerate(masses):
            shape[slot][wave.long] += (1 - _BACKGROUND) * wave.share * mass / sum(masses)
    return [(short, long) for short, long in shape]


def _mass(normal: NormalDist, at_h: float, length_h: float) -> float:
    return normal.cdf(at_h + length_h) - normal.cdf(at_h)
