"""Which messages may go now by the law of this room: all that may be in force fits every limit."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from ocn.smart_charging.dispatch.choosing import Choice, Choosing, Urgency
from ocn.smart_charging.dispatch.ledger import Ledger, Message
from ocn.smart_charging.dispatch.room import Room
from ocn.smart_charging.dispatch.standing import Standing
from ocn.smart_charging.dispatch.wanted import Wanted
from ocn.smart_charging.planning.problem import Limit
from ocn.smart_charging.profiles.course import Course
from ocn.smart_charging.profiles.ocpi import in_periods
from ocn.smart_charging.slots import Slots

May = Callable[[str, Standing, Choice], bool]
"""Whether a session may be asked now, as far as it and its CPO are concerned; if so, it is."""
TakesMore = Callable[[str], bool]
"""Whether a CPO takes another message now; if not, its sessions are not looked at."""


class Awaited(Protocol):
    """What is on its way; see :class:`ocn.smart_charging.dispatch.delivery.Delivery`."""

    @property
    def waiting(self) -> Collection[str]:
        """Sessions with messages of which something may be heard soon."""
        ...

    def takes_more(self, cpo: str) -> bool:
        """Whether another message can go to a CPO at once."""
        ...


def _always(_cpo: str) -> bool:
    return True


_MOST_MESSAGES = 4
"""To one session while one plan is followed: what lowers it, what raises it, and both again."""
_OVER = frozenset({Urgency.OVER})
_RELIEFS = frozenset({Urgency.OVER, Urgency.FIRST})
_BEFORE_RAISES = frozenset({Urgency.FIRST, Urgency.LOWER})
_RAISES = frozenset({Urgency.RAISE})


class Following:
    """What is wanted of the sessions of a ledger, within these limits, and what of it was not sent yet."""

    def __init__(
        self,
        ledger: Ledger,
        wanted: Mapping[str, Wanted],
        limits: Sequence[Limit],
        slots: Slots,
        now: datetime,
        *,
        only_relief: bool = False,
    ) -> None:
        """Begin; with ``only_relief`` nothing is chosen but what relieves limits that are over."""
        ledger.adopt(wanted)
        most = ledger.settings.most_periods
        self._courses = {
            session: in_periods(want.course, most)
            for session, want in wanted.items()
            if want.course is not None
        }
        self._room = Room(ledger.standings, limits, slots, now, list(self._courses.values()))
        self._ledger = ledger
        self._urgencies = (_OVER,) if only_relief else (_OVER, _BEFORE_RAISES, _RAISES)
        ledger.room = self._room
        self._sent: Counter[str] = Counter()
        self.open = set(self._courses)
        """Sessions that may want something that they were not sent."""

    def end(self) -> None:
        """Follow no more."""
        self._ledger.room = None

    def choose(
        self, now: datetime, may: May, *, last_resort: bool = False, takes_more: TakesMore = _always
    ) -> list[Message]:
        """Choose what goes now, in this order, and count it as under way.

        What relieves a limit that is over goes first: a CPO takes few messages at once. What lowers, and the
        first courses of new sessions, go before what raises: so that takes only the room that is left,
        whatever arrives.
        """
        choosing = Choosing(self._room, now, self._ledger.settings)
        chosen: list[Message] = []
        todo = [session for session in self._courses if session in self.open]
        for urgencies in self._urgencies if choosing.is_over else self._urgencies[1:]:
            for session in todo:
                if takes_more(self._ledger.standings[session].cpo):
                    message = self._message(session, choosing, urgencies, may, last_resort)
                    chosen += [message] if message is not None else []
            todo = [session for session in todo if session in self.open]
        return chosen

    def _message(
        self, session: str, choosing: Choosing, urgencies: frozenset[Urgency], may: May, last_resort: bool
    ) -> Message | None:
        standing = self._ledger.standings[session]
        choice = choosing.choice(session, standing, self._courses[session], last_resort)
        if choice is None or self._sent[session] >= _MOST_MESSAGES:
            self.open.discard(session)
        elif choice.urgency in urgencies and choice.course and may(session, standing, choice):
            self.open.discard(session)
            self._sent[session] += 1
            sent = self._ledger.send(session, choice.course, choosing.now)
            relief = self._relief(choice.course, standing) if choice.urgency in _RELIEFS else None
            return Message(session, standing.cpo, sent, choice.urgency, relief)
        return None

    def _relief(self, course: Course, standing: Standing) -> Course:
        """Return so much of a course as raises the session at no time."""
        grid = self._room.grid
        row = tuple(map(min, course.over(*grid), standing.most(grid)))
        if row == course.over(*grid):
            return course
        return in_periods(Course(grid.begin, grid.minutes, row), self._ledger.settings.most_periods)

    def awaits(self, delivery: Awaited) -> bool:
        """Whether something may be heard soon of one of these, or of a CPO that then takes more messages."""
        if any(session in self._courses for session in delivery.waiting):
            return True
        cpos = {self._ledger.standings[session].cpo for session in self.open}
        return not all(map(delivery.takes_more, cpos))

    def look_again(self, sessions: Iterable[str]) -> None:
        """Look at sessions again, now that something became of their messages."""
        self.open |= {session for session in sessions if session in self._courses}

    def lingers_until(self) -> datetime | None:
        """Return when a message could first end that something counts which does not hold any more."""
        standings = self._ledger.standings.values()
        untils = (standing.lingers_until(self._room.grid) for standing in standings)
        return min((until for until in untils if until is not None), default=None)

    def overfull(self) -> tuple[int, ...]:
        """Return the limits that are over in some column."""
        return tuple(sorted({limit for limit, _ in self._room.overfull()}))
