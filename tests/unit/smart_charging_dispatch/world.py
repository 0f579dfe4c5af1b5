"""Charge points that obey what they accepted, behind a network on which anything may become of a message."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto

from ocn.ocpi.objects import ActiveChargingProfile, ChargingProfile
from ocn.ocpi.timestamps import format_datetime
from ocn.smart_charging.dispatch.ports import Unanswered
from ocn.smart_charging.planning.problem import Outlet
from ocn.smart_charging.profiles.course import Course
from ocn.smart_charging.profiles.ocpi import AMPS, profile_of
from ocn.smart_charging.profiles.reading import Frame, course_of


class Arrives(Enum):
    """When a message gets to its charge point."""

    AT_ONCE = auto()
    WHEN_TOLD = auto()
    """By ``World.arrive``: late, or after others."""
    NEVER = auto()


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one message. ``result`` None: it is overdue until ``Put.tell`` says it."""

    arrives: Arrives = Arrives.AT_ONCE
    answer: str | None = "ACCEPTED"
    result: str | None = "ACCEPTED"
    held: bool = False
    """Its result is awaited without end until ``Put.tell`` says it."""


GOOD = Fate()
LOST = Fate(Arrives.NEVER, None)
ANSWER_LOST = Fate(Arrives.AT_ONCE, None)
LATE = Fate(Arrives.WHEN_TOLD, None)
HELD = Fate(held=True)
OVERDUE = Fate(result=None)


def refused(answer: str) -> Fate:
    """Answered with another word than ACCEPTED."""
    return Fate(Arrives.NEVER, answer)


@dataclass(slots=True)
class ChargePoint:
    """One car at one outlet: it draws all that it may."""

    outlet: Outlet
    course: Course | None = None

    def may_draw(self, moment: datetime) -> int:
        return self.outlet.most if self.course is None else min(self.outlet.most, self.course.at(moment))


@dataclass(slots=True)
class Put:
    """A message as the network got it, and its result to come; ``profile`` None is a DELETE."""

    number: int
    session: str
    course: Course | None
    fate: Fate
    profile: ChargingProfile | None = None
    ticket: str = ""
    _told: "asyncio.Future[str]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    @property
    def answer(self) -> str:
        assert self.fate.answer is not None
        return self.fate.answer

    async def result(self, timeout_s: float) -> str | None:
        assert timeout_s > 0
        if self._told.done() or self.fate.held:
            told = await asyncio.shield(self._told)
            self._told = asyncio.get_running_loop().create_future()
            return told
        if self.fate.result is not None:
            return self.fate.result
        self.fate = Fate(self.fate.arrives, self.fate.answer, None, held=True)
        return None

    def tell(self, result: str = "ACCEPTED") -> None:
        """The CPO posts a result, now; one that is not taken yet stays."""
        if not self._told.done():
            self._told.set_result(result)


class World:
    """The port ``Chargers`` over fake charge points; messages fare as ``fates`` say, in order, else well."""

    def __init__(self, clock: Callable[[], datetime], outlet: Outlet) -> None:
        self._clock = clock
        self._outlet = outlet
        self.points: dict[str, ChargePoint] = {}
        self.fates: dict[str, deque[Fate]] = defaultdict(deque)
        self.usual = GOOD
        self.puts: list[Put] = []
        self.at_once = 0
        self.most_at_once = 0
        self.before_answer: Callable[[], None] = lambda: None
        self.until_answer: Callable[[], Awaitable[object]] = lambda: asyncio.sleep(0)
        """How long an answer takes."""

    def plug_in(self, *sessions: str) -> None:
        for session in sessions:
            self.points[session] = ChargePoint(self._outlet)

    def unplug(self, session: str) -> None:
        del self.points[session]

    def fare(self, session: str, *fates: Fate) -> None:
        """Say what becomes of the next messages to a session."""
        self.fates[session].extend(fates)

    async def set(self, session: str, profile: ChargingProfile) -> Put:
        return await self._take(session, profile)

    async def clear(self, session: str) -> Put:
        return await self._take(session, None)

    async def active(self, session: str, duration_s: int) -> ActiveChargingProfile | None:
        course = self.points[session].course
        if course is None:
            return None
        now = format_datetime(self._clock())
        return ActiveChargingProfile(start_date_time=now, charging_profile=profile_of(course, AMPS))

    async def _take(self, session: str, profile: ChargingProfile | None) -> Put:
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        fates = self.fates[session]
        put = Put(
            len(self.puts), session, self._read(profile), fates.popleft() if fates else self.usual, profile
        )
        put.ticket = f"result-{put.number}"
        self.puts.append(put)
        if put.fate.arrives is Arrives.AT_ONCE and put.fate.answer in {"ACCEPTED", None}:
            self.arrive(put)
        self.before_answer()
        await self.until_answer()
        if put.fate.answer is None:
            raise Unanswered("no answer came")
        return put

    def _read(self, profile: ChargingProfile | None) -> Course | None:
        if profile is None:
            return None
        midnight = self._clock().replace(hour=0, minute=0)
        begin = midnight + (self._clock() - midnight) // timedelta(minutes=15) * timedelta(minutes=15)
        return course_of(dict(profile), Frame(begin, 15, self._outlet, AMPS))

    def arrive(self, put: Put) -> None:
        """A message gets to its charge point, which accepts it; also late, also again."""
        if put.session in self.points and put.fate.result in {"ACCEPTED", None}:
            self.points[put.session].course = put.course

    def amps(self, moment: datetime | None = None) -> float:
        """What all cars together may draw by what is in force."""
        return sum(self.amps_of(session, moment) for session in self.points)

    def amps_of(self, session: str, moment: datetime | None = None) -> float:
        return self.points[session].may_draw(self._clock() if moment is None else moment) / 10

    def sent_to(self, session: str) -> list[Put]:
        return [put for put in self.puts if put.session == session]
