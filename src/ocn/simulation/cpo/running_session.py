"""A charging session that is going on: the meter, and the wish to end it."""

import asyncio
from datetime import timedelta
from decimal import Decimal

from ocn.ocpi.objects import ActiveChargingProfile, Cdr, Session
from ocn.ocpi.party_id import PartyId
from ocn.party.sending.counterparty import Counterparty
from ocn.simulation.billing.misbilling import Misbilling
from ocn.simulation.billing.records import SessionFacts, cdr_object, session_object
from ocn.simulation.chargers.car import Car
from ocn.simulation.chargers.charging import STEP, Charging, Reading
from ocn.simulation.chargers.charging_profile import ChargingProfile
from ocn.simulation.clock import Clock

_LONGEST = timedelta(hours=24)


class RunningSession:
    """One car at one connector. Its clock may be fast, and starts when the car is plugged in."""

    def __init__(self, facts: SessionFacts, car: Car, clock: Clock, step: timedelta = STEP) -> None:
        self.facts = facts
        self.car = car
        self.limiters: dict[PartyId, Counterparty] = {}
        """Who has set a charging profile, and is told when another one does."""
        self._charging = Charging(car, facts.started_at, step)
        self._clock = clock
        self._stop = asyncio.Event()
        self._final: Reading | None = None

    @property
    def profile(self) -> ChargingProfile | None:
        """The charging profile in force."""
        return self._charging.profile

    def use_profile(self, profile: ChargingProfile | None) -> None:
        """Set or, with None, clear the charging profile."""
        self._charging.use_profile(profile, self._clock.now())

    def stop(self) -> None:
        """Ask the car to be unplugged. Nothing is metered from now on."""
        if self._final is None:
            self._final = self._read()
        self._stop.set()

    async def stopped_within(self, wall: Clock, duration: timedelta) -> bool:
        """Wait, but not longer than ``duration`` of the wall clock; a day at the plug ends a session, too."""
        waiting = {
            asyncio.ensure_future(wall.sleep(duration)),
            asyncio.ensure_future(self._stop.wait()),
        }
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
        if self._clock.now() - self.facts.started_at >= _LONGEST:
            self.stop()
        return self._stop.is_set()

    def session(self) -> Session:
        """The Session as it stands; COMPLETED once stopped."""
        return session_object(self.facts, self._read(), completed=self._final is not None)

    def cdr(self, *, number: int = 1, misbilling: Misbilling | None = None) -> Cdr:
        """The ``number``-th CDR that charges it; stops the session if it is not."""
        self.stop()
        return cdr_object(self.facts, self._read(), number=number, misbilling=misbilling)

    def active_profile(self, horizon: timedelta) -> ActiveChargingProfile:
        """What the charge point will allow from now on (ActiveChargingProfile)."""
        now = self._clock.now()
        profile = self.profile or ChargingProfile.unlimited()
        return profile.active(self.facts.started_at, now, horizon, self.car.max_power_w)

    @property
    def power_w(self) -> Decimal:
        """What it draws at this moment."""
        return Decimal(0) if self._final is not None else self._charging.power_w(self._clock.now())

    @property
    def exact_wh(self) -> Decimal:
        """What it has drawn, to the last digit; while it runs."""
        return self._charging.energy_wh(self._clock.now())

    @property
    def is_full(self) -> bool:
        """Whether the car wants nothing more."""
        return self._final is not None or self._charging.is_full(self._clock.now())

    def reading(self) -> Reading:
        """What the meter shows now, or showed at the end."""
        return self._read()

    def _read(self) -> Reading:
        return self._final or self._charging.read(self._clock.now())
