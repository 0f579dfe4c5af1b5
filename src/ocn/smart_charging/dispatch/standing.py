"""Where one session stands: what its charge point confirmed, and what else may be in force there.

A message that was sent may take effect until its ``until``, at any moment, also again. So it is taken off the
list only when it was refused, or when another is confirmed that was sent after that moment, and after its own
result was known.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ocn.smart_charging.dispatch.grid import Grid, Row, highest
from ocn.smart_charging.dispatch.sent import Sent, joined
from ocn.smart_charging.dispatch.states import Refusal, State
from ocn.smart_charging.planning.problem import Outlet
from ocn.smart_charging.profiles.course import Course
from ocn.smart_charging.profiles.ocpi import AMPS, Rate

_MOST_IN_FLIGHT = 6
"""More are put together, as the highest of them."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One session. Its changes are new values; ``in_force`` is the last that was confirmed."""

    outlet: Outlet
    cpo: str = ""
    rate: Rate = AMPS
    in_force: Sent | None = None
    may_hold: tuple[Sent, ...] = ()
    refusal: Refusal | None = None
    failures: int = 0
    not_before: datetime | None = None
    """When it may be tried again."""
    takes_limits: bool = True
    """See :class:`ocn.smart_charging.dispatch.wanted.Wanted`; it is not stored, for it is told each time."""
    limited_by_others: Course | None = None
    """What somebody else lets it draw, where that is less than what was confirmed to us."""
    overruled: datetime | None = None
    """When its CPO said last that something else is in force than what was confirmed to us, and more."""

    @property
    def confirmed(self) -> Course | None:
        """What its charge point confirmed last; None: nothing, so it may draw all it can."""
        return None if self.in_force is None else self.in_force.course

    @property
    def in_flight(self) -> tuple[Course, ...]:
        """What else may hold: courses without a result, and older ones that may still come again."""
        return tuple(sent.course for sent in self.may_hold)

    @property
    def unanswered(self) -> tuple[Sent, ...]:
        """What was sent after the confirmed course, so that it is not known which of them holds."""
        last = -1 if self.in_force is None else self.in_force.number
        return tuple(sent for sent in self.may_hold if sent.number > last)

    @property
    def last_at(self) -> datetime | None:
        """When the last message was sent that counts."""
        sent = [*self.may_hold, *([] if self.in_force is None else [self.in_force])]
        return max((each.at for each in sent), default=None)

    def result_due(self, takes: timedelta) -> datetime | None:
        """Return until when the result of its last message is awaited; None: nothing is to come of it."""
        last = max(self.unanswered, key=lambda sent: sent.number, default=None)
        return None if last is None or not last.ticket else last.at + takes

    @property
    def is_new(self) -> bool:
        """Whether it was never confirmed, and nothing speaks against that it will be."""
        return self.in_force is None and self.may_be_told and self.refusal is None

    @property
    def may_be_told(self) -> bool:
        """Whether it is worth asking at all, now or later."""
        return self.takes_limits and self.refusal is not Refusal.NOT_SUPPORTED

    @property
    def state(self) -> State:
        """In one word."""
        if not self.may_be_told:
            return State.NOT_CONTROLLABLE
        by_refusal = {
            Refusal.UNKNOWN_SESSION: State.UNKNOWN,
            Refusal.TOO_OFTEN: State.TOO_OFTEN,
        }
        if self.refusal is not None:
            return by_refusal.get(self.refusal, State.UNCONFIRMED)
        if self.unanswered:
            return State.ON_ITS_WAY
        return State.NEW if self.in_force is None else State.CONTROLLED

    def is_due(self, now: datetime) -> bool:
        """Whether it may be asked (again)."""
        return self.may_be_told and (self.not_before is None or self.not_before <= now)

    def known(self, grid: Grid) -> Row:
        """Return the most of all courses that may hold; nothing where there are none."""
        courses = [*self.in_flight, *([] if self.in_force is None else [self.in_force.course])]
        return highest([course.over(*grid) for course in courses], grid)

    def most(self, grid: Grid) -> Row:
        """Return the most that it may draw: all its outlet gives unless a course was confirmed."""
        return self.known(grid) if self.in_force is not None else (self.outlet.most,) * grid.columns

    def lingers_until(self, grid: Grid) -> datetime | None:
        """Return when a message would end that more counts than was confirmed; None: no more does."""
        if self.in_force is None or not self.may_hold:
            return None
        has = self.in_force.course.over(*grid)
        if all(more <= now for more, now in zip(self.known(grid), has, strict=True)):
            return None
        return max(sent.until for sent in self.may_hold)

    def sending(self, sent: Sent) -> "Standing":
        """Count a message as under way."""
        held = (*self.may_hold, sent)
        if len(held) > _MOST_IN_FLIGHT:
            held = (joined(held[0], held[1]), *held[2:])
        return replace(self, may_hold=held)

    def sending_instead(self, sent: Sent) -> "Standing":
        """Count a message that is under way with another course."""
        held = tuple(sent if each.number == sent.number else each for each in self.may_hold)
        return replace(self, may_hold=held)

    def answered(self, number: int, ticket: str) -> "Standing":
        """Note what will tell the result of a message."""
        return replace(
            self,
            may_hold=tuple(
                replace(each, ticket=ticket) if each.number == number else each for each in self.may_hold
            ),
        )

    def withdrawn(self, number: int) -> "Standing":
        """Forget a message that was not sent."""
        return replace(self, may_hold=tuple(each for each in self.may_hold if each.number != number))

    def refused(self, number: int, why: Refusal, not_before: datetime) -> "Standing":
        """Forget a message that was refused, so that its copies will be, too.

        A charge point that takes no limits is not believed to keep an earlier one.
        """
        without = self.withdrawn(number)
        if any(each.number > number for each in self.unanswered) or not self._knows(number):
            return without
        if why is Refusal.NOT_SUPPORTED:
            without = replace(without, in_force=None)
        return replace(without, refusal=why, failures=self.failures + 1, not_before=not_before)

    def missed(self, number: int, why: Refusal, not_before: datetime) -> "Standing":
        """Go on with a message of which nothing is known, unless a later one was sent."""
        if not self._knows(number) or any(each.number > number for each in self.unanswered):
            return self
        return replace(self, refusal=why, failures=self.failures + 1, not_before=not_before)

    def confirmed_by(self, number: int, echo: timedelta) -> "Standing":
        """Count a message as in force, unless a later one was confirmed before it."""
        sent = next((each for each in self.may_hold if each.number == number), None)
        if sent is None:
            return self
        done = replace(sent, until=sent.at + echo, beside=self._last_beside(number))
        if self.in_force is not None and self.in_force.number > number:
            kept = tuple(done if each.number == number else each for each in self.may_hold)
            return replace(self, may_hold=kept)
        before = (() if self.in_force is None else (self.in_force,)) + self.may_hold
        kept = tuple(
            each
            for each in before
            if each.number != number and (each.until > sent.at or each.beside >= number)
        )
        return replace(self, in_force=done, may_hold=kept, refusal=None, failures=0, not_before=None)

    def seen(self, course: Course, number: int, now: datetime, wait: timedelta) -> "Standing":
        """Count a course as in force that the CPO says is, though it was not ours.

        Ours may be sent again at once, but after a wait where that did not help: of two planners that are
        told of each other neither gives in.
        """
        again = self.overruled is not None and now - self.overruled < 2 * wait
        not_before = now + wait if again else self.not_before
        return replace(self.sending(Sent(number, course, now, now)), overruled=now, not_before=not_before)

    def put_back(self, by: timedelta) -> "Standing":
        """Return it as a clock tells of it that was put back by so much: what was left of waits still is."""
        return replace(
            self,
            in_force=None if self.in_force is None else self.in_force.put_back(by),
            may_hold=tuple(sent.put_back(by) for sent in self.may_hold),
            not_before=None if self.not_before is None else self.not_before - by,
            overruled=None if self.overruled is None else self.overruled - by,
        )

    def _knows(self, number: int) -> bool:
        return any(each.number == number for each in self.may_hold)

    def _last_beside(self, number: int) -> int:
        """The last message that was sent after one, and before its result; 0 if there is none."""
        sent = [*self.may_hold, *([] if self.in_force is None else [self.in_force])]
        return max((each.number for each in sent if each.number > number), default=0)
