"""What is wanted of one session."""

from dataclasses import dataclass

from ocn.smart_charging.planning.problem import Outlet
from ocn.smart_charging.profiles.course import Course
from ocn.smart_charging.profiles.ocpi import AMPS, Rate


@dataclass(frozen=True, slots=True)
class Wanted:
    """One session that is plugged in.

    ``outlet`` is what car, cable and charger can really draw together, as far as that is known: a session
    without a confirmed course counts with ``outlet.most``. ``course`` None: nothing is asked of it for now,
    it is only counted.
    """

    outlet: Outlet
    course: Course | None
    cpo: str = ""
    """Whose it is: what is sent to one CPO is paced together."""
    rate: Rate = AMPS
    takes_limits: bool = True
    """False: it is told nothing, ever, and counts with all its outlet gives unless something is in force."""
