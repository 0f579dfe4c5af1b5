"""A small site to follow plans at, and a clock that tests move."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from ocn.smart_charging.dispatch.wanted import Wanted
from ocn.smart_charging.planning.problem import Limit, Load, Outlet, Phase
from ocn.smart_charging.profiles.course import Course
from ocn.smart_charging.slots import Slots

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
SLOT = timedelta(minutes=15)
CAR = Outlet(0.069, 60, 160, tuple(Load(i, 100) for i in range(3)))
"""Up to 16 A on three phases; a limit's unit is a milliampere."""


class FakeClock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, by: timedelta) -> None:
        self.now += by


def slots_from(now: datetime, count: int = 16) -> Slots:
    """The slots of the day's rest, at the quarter hour that a moment lies in."""
    return Slots(NOON + (now - NOON) // SLOT * SLOT, 15, count)


def limits_of(amps: float | Sequence[float], count: int = 16) -> tuple[Limit, ...]:
    """One fuse for all; a number for every slot, the last of which holds on."""
    series = [amps] if isinstance(amps, int | float) else list(amps)
    series += [series[-1]] * (count - len(series))
    return tuple(Limit("main", phase, 230e-6, tuple(int(each * 1000) for each in series)) for phase in Phase)


Amps = Sequence[float] | float | None
"""From this slot on; None: nothing is wanted."""


def wanted(now: datetime, amps: Mapping[str, Amps], cpo: str = "DE CPO") -> dict[str, Wanted]:
    """What is wanted of cars."""
    courses = {car: None if each is None else course_of_amps(now, each) for car, each in amps.items()}
    return {car: Wanted(CAR, course, cpo) for car, course in courses.items()}


def course_of_amps(now: datetime, amps: Sequence[float] | float) -> Course:
    """A course, in amperes from this slot on."""
    series = [amps] if isinstance(amps, int | float) else amps
    return Course(slots_from(now).start, 15, tuple(round(each * 10) for each in series))
