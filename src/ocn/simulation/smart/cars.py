"""The cars of a made-up day, as bodies: what they draw, given what they may."""

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from ocn.simulation.chargers.arrivals import Plugged
from ocn.simulation.chargers.car import Car
from ocn.simulation.chargers.fleet import VOLTAGE
from ocn.simulation.errors import Refused
from ocn.smart_charging.simulation.generator import Stay

STEP = timedelta(minutes=1)
"""In which meters of a stepped day run."""
_FULL_AT_LEAST_WH = Decimal(60_000)
_TAPERING = 0.5
_TAPERS = Decimal("0.97")
_NEVER = Decimal(1)
_WH = 1000
_HOUR = timedelta(hours=1)
_NOTHING_WH = Decimal("0.000001")


def car_of(stay: Stay) -> Car:
    """Return the car of a visit: it stops when it has what its driver needs.

    Half of them are full then and draw less on the last 3 %; the others stop at what the driver has set.
    """
    most_w = Decimal(VOLTAGE * stay.phases * stay.amps)
    need_wh = Decimal(str(stay.need_kwh)) * _WH
    tapers = random.Random(stay.id).random() < _TAPERING
    car = Car(
        _FULL_AT_LEAST_WH, Decimal(0), most_w, phases=stay.phases, taper_from=_TAPERS if tapers else _NEVER
    )
    stored_wh = need_wh * car.efficiency
    battery_wh = max(_FULL_AT_LEAST_WH, stored_wh)
    return replace(car, battery_wh=battery_wh, arrives_with_wh=battery_wh - stored_wh)


def drawn_kwh(stay: Stay, delivered_kwh: float, power_kw: float, hours: float) -> float:
    """Return what a car of which so much is delivered draws in a while in which it may so much."""
    car, allowed_w = car_of(stay), Decimal(str(round(power_kw * _WH, 3)))
    stored_wh = car.arrives_with_wh + Decimal(str(delivered_kwh)) * _WH * car.efficiency
    metered_wh, left = Decimal(0), round(hours * _HOUR / STEP)
    step_h = Decimal(STEP // timedelta(seconds=1)) / _HOUR.seconds
    while left and (power_w := car.power_w(stored_wh, allowed_w)) > 0:
        room_wh = car.taper_from * car.battery_wh - stored_wh
        steps = min(left, max(1, int(room_wh / (power_w * step_h * car.efficiency))))
        drawn_wh = min(power_w * step_h * steps, (car.battery_wh - stored_wh) / car.efficiency)
        metered_wh, left = metered_wh + drawn_wh, left - steps
        stored_wh += drawn_wh * car.efficiency
        if car.battery_wh - stored_wh < _NOTHING_WH:
            break
    return float(metered_wh / _WH)


class Visitors:
    """Who stands at which EVSE: known to the site before anybody starts a session."""

    def __init__(self) -> None:
        self._here: dict[str, Stay] = {}

    def come(self, stays: Iterable[Stay]) -> None:
        """They plug in."""
        self._here.update((stay.evse, stay) for stay in stays)

    def go(self, stays: Iterable[Stay]) -> None:
        """They leave."""
        for stay in stays:
            del self._here[stay.evse]

    def at(self, evse_uid: str) -> Plugged:
        """See :class:`ocn.simulation.chargers.arrivals.Arrivals`."""
        stay = self._here.get(evse_uid)
        if stay is None:
            raise Refused(f"no car is at EVSE {evse_uid}")
        return Plugged(stay.id, car_of(stay), STEP)
