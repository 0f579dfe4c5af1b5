"""Which cars come to a simulated CPO's EVSEs."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import uuid4

from ocn.ocpi.party_id import PartyId
from ocn.simulation.chargers.car import Car
from ocn.simulation.chargers.charging import STEP


@dataclass(frozen=True, slots=True)
class Plugged:
    """A car that has come to an EVSE, and what its session is to be called. Its meter runs in ``step``."""

    session_id: str
    car: Car
    step: timedelta = STEP


class Arrivals(Protocol):
    """Knows which cars come."""

    def at(self, evse_uid: str) -> Plugged:
        """Return the car that is there when a session starts.

        Raises:
            Refused: nobody is there.
        """
        ...


class AnyCar:
    """At each EVSE always the same car, which comes whenever a session starts."""

    def __init__(self, cpo: PartyId) -> None:
        self._cpo = cpo

    def at(self, evse_uid: str) -> Plugged:
        """See :class:`Arrivals`."""
        return Plugged(uuid4().hex, Car.from_seed(self._cpo.key + evse_uid))
