"""Made-up day-ahead prices, by the hour: nights and sunny noons are cheap, evenings dear."""

import math
from random import Random
from zoneinfo import ZoneInfo

from ocn.smart_charging.slots import Slots

_LEVEL = (0.05, 0.12)
_SHAPE = (  # local hour of the peak or dip, its width in hours, and its height as a share of the level
    (8.0, 1.8, 0.50),
    (19.0, 2.2, 0.83),
    (3.5, 2.5, -0.28),
)
_NOON = (13.5, 3.0, -1.2)
"""On the sunniest days; most have far less of it. Prices fall below zero then."""
_NOISE = 0.006
_REMEMBERED = 0.7


def generated_prices(random: Random, slots: Slots, zone: ZoneInfo) -> tuple[float, ...]:
    """Return EUR per kWh for every slot."""
    level, sun, noise = random.uniform(*_LEVEL), random.random() ** 2, 0.0
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
            bumps += sun * _NOON[2] * _bump(local.hour, *_NOON[:2])
            price = round(today * (1 + bumps) + noise, 5)
        prices.append(price)
    return tuple(prices)


def _bump(hour: int, at: float, width: float) -> float:
    away = (hour - at + 12) % 24 - 12
    return math.exp(-((away / width) ** 2))
