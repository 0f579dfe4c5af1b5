"""Made-up day-ahead prices, by the hour: nights and sunny noons are cheap, evenings dear.

Level, spread and season are those of Dutch day-ahead prices of 2023 and 2024; ADR 0017 compares them.
"""

import math
from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

from ocn.smart_charging.slots import Slots

_LEVEL = (0.05, 0.13)
_SHAPE = (  # local hour of the peak or dip, its width in hours, and its height as a share of the level
    (8.0, 1.8, 0.25),
    (19.0, 2.2, 0.42),
    (3.5, 2.5, -0.20),
)
_NOON = (13.5, 3.0)
_SUN, _SEASON, _MIDSUMMER = 0.33, 0.40, 175
"""How deep the dip at noon is in the mean of a year, by how much that changes to midsummer, and its day."""
_SUNNY = 2
"""Some days have three times the sun of the mean, so that prices fall below zero; most have less."""
_NOISE = 0.007
_REMEMBERED = 0.7


def generated_prices(random: Random, slots: Slots, zone: ZoneInfo) -> tuple[float, ...]:
    """Return EUR per kWh for every slot."""
    level, sunny, noise = random.uniform(*_LEVEL), (_SUNNY + 1) * random.random() ** _SUNNY, 0.0
    day, today = None, level
    hour_began, price = None, 0.0
    prices = []
    for start in slots.starts():
        local = start.astimezone(zone)
        if local.date() != day:
            day, today = local.date(), level * random.uniform(0.85, 1.15)
        hour = start.replace(minute=0)
        if hour != hour_began:
            hour_began = hour
            noise = _REMEMBERED * noise + random.gauss(0.0, _NOISE)
            bumps = sum(height * _bump(local.hour, at, width) for at, width, height in _SHAPE)
            bumps -= sunny * _sun(local) * _bump(local.hour, *_NOON)
            price = round(today * (1 + bumps) + noise, 5)
        prices.append(price)
    return tuple(prices)


def _sun(at: datetime) -> float:
    """How deep the dip at noon is in the mean, as a share of the level."""
    from_midsummer = 2 * math.pi * (at.timetuple().tm_yday - _MIDSUMMER) / 365
    return max(0.0, _SUN + _SEASON * math.cos(from_midsummer))


def _bump(hour: int, at: float, width: float) -> float:
    away = (hour - at + 12) % 24 - 12
    return math.exp(-((away / width) ** 2))
