"""What can go wrong before planning, and how a fault is told: file, place, what to do.

::

    SmartChargingError
    ├── SiteUnreadable      the site file is no TOML, or nothing in it can be planned
    ├── PricesUnreadable    the price file cannot be read
    ├── EventUnusable       a limit from outside cannot be meant
    ├── ProfileUnreadable   a CPO told a charging profile that says nothing
    ├── Unanswered          a message to a CPO got no answer; see ocn.smart_charging.dispatch.ports
    ├── BodyRefused         what was posted is too long or too slow; see ocn.smart_charging.http_body
    ├── ForecastUnusable    a message of OSCP cannot be meant; see ocn.smart_charging.oscp.forecast
    └── FormRefused         a limit typed into the page is not taken; see ocn.smart_charging.page.grid_form

A fault concerns one part of the input; it is told, that part is left out, and the rest goes on.
"""

from dataclasses import dataclass

from ocn.errors import OcnError


class SmartChargingError(OcnError):
    """Planning cannot begin, or what was planned does not arrive."""


class SiteUnreadable(SmartChargingError):
    """Nothing can be planned by this site file; ``faults`` are what was wrong with its parts."""

    def __init__(self, message: str, *, hint: str | None = None, faults: tuple["Fault", ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.faults = faults


class PricesUnreadable(SmartChargingError):
    """The price file cannot be read."""


class EventUnusable(SmartChargingError):
    """A limit that came from outside cannot be meant."""


class ProfileUnreadable(SmartChargingError):
    """A charging profile that somebody told is none, or not one for this outlet."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one part of the input, and what follows."""

    place: str
    message: str

    def __str__(self) -> str:
        """Write both on one line."""
        return f"{self.place}: {self.message}"
