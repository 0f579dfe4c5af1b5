"""Which messages may go now by the law of this room: all that may be in force fits every limit."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

from ocn.smart_charging.dispatch.choosing import Choice, Choosing, Urgency
from ocn.smart_charging.dispatch.ledger import Ledger, Message
from ocn.smart_charging.dispatch.room import Room
from ocn.smart_charging.dispatch.standing import Standing
from ocn.smart_charging.dispatch.wanted import Wanted
from ocn.smart_charging.planning.problem import Limit
from ocn.smart_charging.profiles.ocpi import in_periods
from ocn.smart_charging.slots import Slots

May = Callable[[str, Standing, Choice], bool]
"""Whether a session may be asked now, as far as it and its CPO are concerned; if so, it is."""

_MOST_MESSAGES = 4
"""To one session while one plan is followed: what lowers it, what raises it, and both again."""
_BEFORE_RAISES = frozenset({Urgency.OVER, Urgency.FIRST, Urgency.LOWER})
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
    ) -> None:
        ledger.adopt(wanted)
        most = ledger.settings.most_periods
        self._courses = {
            session: in_periods(want.course, most)
            for session, want in wanted.items()
            if want.course is not None
        }
        self._room = Room(ledger.standings, limits, slots, now, list(self._courses.values()))
        self._ledger = ledger
        ledger.room = self._room
        self._sent: Counter[str] = Counter()
        self.open = set(self._courses)
        """Sessions that may want something that they were not sent."""

    def end(self) -> None:
        """Follow no more."""
        self._ledger.room = None

    def choose(self, now: datetime, may: May, *, last_resort: bool = False) -> list[Message]:
        """Choose what goes now, in this order, and count it as under way.

        What lowers, and the first courses of new sessions, go before what raises: so that takes only the room
        that is left whatever arrives.
        """
        choosing = Choosing(self._room, now, self._ledger.settings)
        chosen: list[Message] = []
        todo = [session for session in self._courses if session in self.open]
        for urgencies in (_BEFORE_RAISES, _RAISES):
            for session in todo:
                message = self._message(session, choosing, urgencies, may, last_resort)
                if message is not None:
                    chosen.append(message)
            todo = [session for session in todo if session in self.open]
        return sorted(chosen, key=lambda message: message.urgency)

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
            return Message(session, standing.cpo, sent, choice.urgency)
        return None

    def awaits(self, waiting: Collection[str]) -> bool:
        """Whether something may be heard soon of a session of these."""
        return any(session in self._courses for session in waiting)

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
