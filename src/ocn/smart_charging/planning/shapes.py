"""Typical sites: in which waves cars come, and for how long. All numbers are round ones of our own."""

from dataclasses import dataclass
from statistics import NormalDist

LONG_STAY_H = 4.0
"""Stays are told apart by whether they are longer."""
_BACKGROUND, _RARE_STAY_H = 0.05, 8.0
"""Of all arrivals: at any hour, for any time; and how long those stay of them that stay long."""
_DAY_H = 24


@dataclass(frozen=True, slots=True)
class Wave:
    """A share of a day's arrivals: normal around an hour, for stays of so many hours."""

    share: float
    at_h: float
    sigma_h: float
    stay_h: float


@dataclass(frozen=True, slots=True)
class TypicalSite:
    """The waves of a day, for how many hours of it cars are there to charge, how many come for each place."""

    waves: tuple[Wave, ...]
    used_h: float
    cars_a_place: float


_ONE_SHIFT = TypicalSite((Wave(0.9, 8.25, 1.1, 8.0), Wave(0.1, 13.0, 1.4, 3.0)), 10.0, 1.0)
_WORKPLACE = TypicalSite((Wave(0.6, 8.3, 1.1, 8.0), Wave(0.4, 11.8, 2.4, 3.7)), 10.0, 1.0)
_PUBLIC = TypicalSite(
    (Wave(0.3, 13.0, 3.5, 2.5), Wave(0.3, 8.75, 1.7, 7.0), Wave(0.4, 18.25, 2.0, 11.0)), 20.0, 2.0
)
_DEPOT = TypicalSite((Wave(1.0, 17.0, 1.4, 13.0),), 13.0, 1.0)
_ANY = TypicalSite((Wave(0.5, 12.0, 100.0, 2.5), Wave(0.5, 12.0, 100.0, 8.0)), 24.0, 1.0)
TYPICAL_SITES = (_ONE_SHIFT, _WORKPLACE, _PUBLIC, _DEPOT, _ANY)


@dataclass(slots=True)
class Part:
    """What comes in one slot, as shares of a day's arrivals."""

    short: float
    long: float
    long_times_h: float


def shape_of(waves: tuple[Wave, ...], slots: int) -> list[Part]:
    """Return a day's arrivals by slot."""
    rare = _BACKGROUND / slots / 2
    shape = [Part(rare, rare, rare * _RARE_STAY_H) for _ in range(slots)]
    for wave in waves:
        normal = NormalDist(wave.at_h, wave.sigma_h)
        masses = [_mass(normal, slot * _DAY_H / slots, _DAY_H / slots) for slot in range(slots)]
        for part, mass in zip(shape, masses, strict=True):
            share = (1 - _BACKGROUND) * wave.share * mass / sum(masses)
            if wave.stay_h > LONG_STAY_H:
                part.long += share
                part.long_times_h += share * wave.stay_h
            else:
                part.short += share
    return shape


def _mass(normal: NormalDist, at_h: float, length_h: float) -> float:
    return normal.cdf(at_h + length_h) - normal.cdf(at_h)
