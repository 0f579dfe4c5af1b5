"""Follow plans: send what may go, await what becomes of it, send what may go then."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from ocn.smart_charging.dispatch.asking import Asking
from ocn.smart_charging.dispatch.delivery import Delivery
from ocn.smart_charging.dispatch.following import Following
from ocn.smart_charging.dispatch.ledger import Ledger, Message
from ocn.smart_charging.dispatch.ports import Chargers, Memory, Unanswered, keep_nothing
from ocn.smart_charging.dispatch.report import FollowReport, report
from ocn.smart_charging.dispatch.room import Room
from ocn.smart_charging.dispatch.settings import USUAL_DISPATCH, DispatchSettings
from ocn.smart_charging.dispatch.standing import Standing
from ocn.smart_charging.dispatch.states import Refusal
from ocn.smart_charging.dispatch.steady import SteadyClock
from ocn.smart_charging.dispatch.storing import Storing
from ocn.smart_charging.dispatch.wanted import Wanted
from ocn.smart_charging.dispatch.watching import Conflict, Watching
from ocn.smart_charging.errors import Fault
from ocn.smart_charging.planning.problem import Limit
from ocn.smart_charging.profiles.course import Course
from ocn.smart_charging.slots import Slots


class Dispatcher:
    """For one site, in one event loop.

    ``clock`` tells the planner's time, aware UTC; it may be put back, and forward if ``elapsed`` counts
    seconds all the same. ``known`` is what ``memory`` stored before, by session; ``faults`` are the records
    in it that could not be read.
    """

    def __init__(
        self,
        chargers: Chargers,
        *,
        clock: Callable[[], datetime],
        memory: Memory = keep_nothing,
        known: Mapping[str, Mapping[str, Any]] | None = None,
        settings: DispatchSettings = USUAL_DISPATCH,
        elapsed: Callable[[], float] | None = None,
    ) -> None:
        self._chargers = chargers
        self._ledger = Ledger(known, settings)
        self._storing = Storing(self._ledger, memory)
        steady = SteadyClock(clock, self._ledger.last_at, self._clock_was_put_back, elapsed)
        self._clock: Callable[[], datetime] = steady
        self._asking = Asking(chargers, self._ledger, steady, settings)
        self._delivery = Delivery(self._asking, self._ledger, steady, settings, self._storing.could_store)
        self._watching = Watching(self._ledger, steady, settings)
        self._turn = asyncio.Lock()
        self.faults: tuple[Fault, ...] = tuple(self._ledger.faults)

    @property
    def standings(self) -> Mapping[str, Standing]:
        """Where every session stands that was told of last."""
        return self._ledger.standings

    def standing(self, session: str) -> Standing | None:
        """Find where a session stands, also one from before a restart that was not told of yet."""
        return self._ledger.standing(session)

    def adopt(self, wanted: Mapping[str, Wanted]) -> None:
        """Know these sessions and no others before anything is planned for them; ``follow`` does it, too."""
        self._ledger.adopt(wanted)

    def plannable(self, session: str) -> bool:
        """Whether a session can be told anything now; if not, plan around what it may draw."""
        standing = self._ledger.standings.get(session)
        if standing is None:
            return True
        now = self._clock()
        is_due = standing.is_due(now) or standing.refusal is Refusal.TOO_OFTEN  # it may be lowered
        return is_due and not self._asking.line(standing.cpo).pace.is_down(now)

    async def follow(
        self,
        wanted: Mapping[str, Wanted],
        limits: Sequence[Limit],
        slots: Slots,
        *,
        only_relief: bool = False,
    ) -> FollowReport:
        """Bring sessions to what is wanted, as far as it can be done now; return when no more can.

        ``wanted`` names every session that is plugged in: one that is missing has ended and is forgotten.
        ``limits`` are those of the site, over ``slots``; with ``only_relief`` nothing is sent but what
        relieves those that are over. Failures of CPOs are in the report. When this is cancelled, messages
        under way go on, and their results count.
        """
        async with self._turn:
            self._delivery.raise_broken()
            self._delivery.held.clear()
            following = Following(self._ledger, wanted, limits, slots, self._clock(), only_relief=only_relief)
            try:
                sent = await self._follow(following)
                await self._storing.store()
                return report(sent, self._ledger, following, self._delivery.held, self._delivery.waits())
            finally:
                following.end()

    def recall(self) -> None:
        """Limits are others now: what was chosen by the last ones and is not with its CPO yet is not sent.

        Whoever calls this cancels ``follow`` before anything else happens.
        """
        self._asking.recalled = self._ledger.newest

    async def _follow(self, following: Following) -> list[Message]:
        sent: list[Message] = []
        delivery = self._delivery
        while True:
            now = self._clock()
            self._asking.quieter(now)
            messages = following.choose(now, delivery.may, takes_more=delivery.takes_more)
            if not messages and not following.awaits(delivery):
                messages = following.choose(
                    now, delivery.may, takes_more=delivery.takes_more, last_resort=True
                )
            if messages:
                sent += await self._start(messages)
            await self._storing.could_store()
            if not following.awaits(delivery) and not delivery.has_news:
                return sent
            following.look_again(await delivery.progress())

    async def _start(self, messages: Sequence[Message]) -> list[Message]:
        """Have messages stored as under way, then send them, and return them.

        Where they cannot be stored, only what relieves limits is sent, as far as it may be forgotten.
        """
        sent: list[Message] = []
        try:
            is_stored = await self._storing.could_store()
            sent = [message for message in messages if is_stored or message.relief is not None]
        finally:
            for message in messages:
                if message not in sent:
                    self._delivery.not_sent(message)
        if not is_stored:
            sent = [self._ledger.only_relief(message) for message in sent]
        for message in sent:
            self._delivery.start(message)
        return sent

    async def free(self, session: str, limits: Sequence[Limit], slots: Slots) -> bool:
        """Take away what was set on a session, if all fuses bear its most; return whether it is done."""
        async with self._turn:
            standing, now = self._ledger.standings.get(session), self._clock()
            if standing is None:
                return False
            course = Course(slots.start, slots.minutes, (standing.outlet.most,))
            room = Room(self._ledger.standings, limits, slots, now)
            row = course.over(*room.grid)
            if room.fitted(session, row, standing) != row:
                return False
            self._asking.line(standing.cpo).under_way += 1
            sent = self._ledger.send(session, course, now)
            await self._start([Message(session, standing.cpo, sent, clears=True)])
            while self._delivery.waiting[session]:
                await self._delivery.progress()
            await self._storing.store()
            after = self._ledger.standings[session]
            return after.in_force is not None and after.in_force.number == sent.number

    async def heard(self, ticket: str, result: str) -> Message | None:
        """Take a result that came another way, as after a restart, and return of which message it is."""
        message = self._ledger.by_ticket(ticket)
        if message is not None:
            self._asking.result(message, result)
            await self._storing.store()
        return message

    async def observed(self, session: str, profile: object) -> Conflict | None:
        """Take an ``ActiveChargingProfile`` that a CPO pushed.

        Raises:
            ProfileUnreadable: it says nothing.
        """
        conflict = self._watching.observed(session, profile)
        await self._storing.store()
        return conflict

    async def look(self, session: str) -> Conflict | None:
        """Ask what is in force for a session, and compare it with what was confirmed.

        Raises:
            ProfileUnreadable: the answer says nothing.
        """
        try:
            profile = await self._chargers.active(session, self._watching.seconds)
        except Unanswered:
            return None
        return None if profile is None else await self.observed(session, profile)

    def _clock_was_put_back(self, by: timedelta) -> None:
        self._ledger.put_back(by)
        self._asking.put_back(by)

    async def close(self) -> None:
        """End all tasks. What is under way stays counted, and stored."""
        await self._delivery.close()
        await self._storing.store()
