"""What can go wrong before planning, and how a fault is told: file, place, what to do.

::

    SmartChargingError
    ├── SiteUnreadable      the site file is no TOML, or nothing in it can be planned
    ├── PricesUnreadable    the price file cannot be read
    └── EventUnusable       a limit from outside cannot be meant

A fault concerns one part of the input; it is told, that part is left out, and the rest goes on.
"""

from dataclasses import dataclass

from ocn.errors import OcnError


class SmartChargingError(OcnError):
    """Planning cannot begin."""


class SiteUnreadable(SmartChargingError):
    """Nothing can be planned by this site file."""


class PricesUnreadable(SmartChargingError):
    """The price file cannot be read."""


class EventUnusable(SmartChargingError):
    """A limit that came from outside cannot be meant."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one part of the input, and what follows."""

    place: str
    message: str

    def __str__(self) -> str:
        """Write both on one line."""
        return f"{self.place}: {self.message}"
