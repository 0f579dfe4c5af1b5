"""Messages on their way: each has a task, which lives on when nobody follows any more."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime

from ocn.ocpi.objects import ChargingProfile
from ocn.smart_charging.dispatch.choosing import Choice, Urgency
from ocn.smart_charging.dispatch.ledger import Ledger, Message
from ocn.smart_charging.dispatch.line import Line
from ocn.smart_charging.dispatch.ports import Answered, Chargers, Unanswered
from ocn.smart_charging.dispatch.settings import DispatchSettings
from ocn.smart_charging.dispatch.standing import Refusal, Standing
from ocn.smart_charging.profiles.ocpi import profile_of

_ACCEPTED = "ACCEPTED"
_REFUSALS = {
    each.value: each
    for each in (Refusal.NOT_SUPPORTED, Refusal.REJECTED, Refusal.TOO_OFTEN, Refusal.UNKNOWN_SESSION)
}


class Delivery:
    """Sends messages, and tells the ledger what becomes of them."""

    def __init__(
        self, chargers: Chargers, ledger: Ledger, clock: Callable[[], datetime], settings: DispatchSettings
    ) -> None:
        self._chargers = chargers
        self._ledger = ledger
        self._clock = clock
        self._settings = settings
        self._lines: dict[str, Line] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.waiting: Counter[str] = Counter()
        """Sessions with messages of which something may be heard soon."""
        self.held: dict[str, datetime | None] = {}
        """Sessions that may not be asked now, and until when; None: until something is heard."""
        self._settled: set[str] = set()
        self._progress = asyncio.Event()

    def line(self, cpo: str) -> Line:
        """Return the line to a CPO."""
        return self._lines.setdefault(cpo, Line(self._settings))

    def may(self, session: str, standing: Standing, choice: Choice) -> bool:
        """Let a session be asked now, if it and its CPO are ready for it."""
        now, line = self._clock(), self.line(standing.cpo)
        if standing.refusal is Refusal.NOT_SUPPORTED:
            return False
        self.held[session] = line.free_at(standing, choice.urgency, now)
        if (
            self.held[session] is not None
            or not line.takes_more()
            or self._is_said(session, standing, choice)
        ):
            return False
        del self.held[session]
        line.under_way += 1
        return True

    def _is_said(self, session: str, standing: Standing, choice: Choice) -> bool:
        """Whether an earlier message is awaited still, so that this can wait; an urgent one only if alike."""
        if not self.waiting[session]:
            return False
        course, last = choice.course, standing.in_flight[-1:]
        if choice.urgency is not Urgency.OVER or course is None or not last:
            return True
        return last[0].same_as(course, self._clock(), self._settings.tolerance_steps)

    def start(self, message: Message) -> None:
        """Send a message, whose session stands in the ledger."""
        self.waiting[message.session] += 1
        standing = self._ledger.standings[message.session]
        least = standing.outlet.least * standing.rate.per_step
        profile = profile_of(message.sent.course, standing.rate, least or None)
        task = asyncio.create_task(self._deliver(message, profile))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def not_sent(self, message: Message) -> None:
        """Take a message back that was chosen and not started."""
        self.line(message.cpo).under_way -= 1
        self._ledger.withdrawn(message)

    @property
    def has_news(self) -> bool:
        """Whether something became of messages since ``progress`` said so last."""
        return self._progress.is_set()

    async def progress(self) -> frozenset[str]:
        """Wait until something became of some messages; return the sessions."""
        await self._progress.wait()
        self._progress.clear()
        settled, self._settled = frozenset(self._settled), set()
        self.raise_broken()
        return settled

    def raise_broken(self) -> None:
        """Raise what a task raised that is no matter of a CPO's."""
        ended = [task for task in self._tasks if task.done()]
        self._tasks.difference_update(ended)
        for task in ended:
            task.result()

    def waits(self) -> list[datetime]:
        """Return when sessions may be tried again with which, or with whose CPOs, something went wrong."""
        now = self._clock()
        waits = [
            self.line(each.cpo).free_at(each, Urgency.OVER, now)
            for each in self._ledger.standings.values()
            if each.refusal is not Refusal.NOT_SUPPORTED
        ]
        return [each for each in waits if each is not None]

    def quieter(self, now: datetime) -> None:
        """Let intervals go down that were not complained of for a while."""
        for line in self._lines.values():
            line.pace = line.pace.quieter(now, self._settings)

    async def close(self) -> None:
        """Listen no more; what is on its way stays counted."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def result(self, message: Message, result: str) -> None:
        """Take the result of a message, however late."""
        if result == _ACCEPTED or (message.clears and result == "UNKNOWN"):
            self._ledger.confirmed(message)
        elif result == Refusal.REJECTED:
            self._ledger.refused(message, Refusal.REJECTED, None, self._clock())
        else:
            self._ledger.missed(message, Refusal.OVERDUE, self._clock())

    async def _deliver(self, message: Message, profile: ChargingProfile) -> None:
        waits = True
        try:
            answered = await self._asked(message, profile)
            if answered is None:
                return
            result = await answered.result(self._settings.result_s)
            if result is None:
                self._ledger.missed(message, Refusal.OVERDUE, self._clock())
                self._settle(message)
                waits = False
                result = await answered.result(self._settings.may_arrive.total_seconds())
            if result is not None:
                self.result(message, result)
        finally:
            if waits:
                self._settle(message)

    async def _asked(self, message: Message, profile: ChargingProfile) -> Answered | None:
        """Send it; return the answer if there will be a result."""
        line = self.line(message.cpo)
        try:
            async with line.gate:
                if line.pace.is_down(self._clock()):
                    self._ledger.withdrawn(message)
                    return None
                answered = await self._sent(message, profile)
        except Unanswered:
            line.pace = line.pace.no_answer(self._clock(), self._settings)
            self._ledger.missed(message, Refusal.UNANSWERED, self._clock())
            return None
        finally:
            line.under_way -= 1
        if line.pace.is_probed:
            self._ledger.ask_again(message.cpo)
        line.pace = line.pace.answer()
        return self._heard(message, line, answered)

    async def _sent(self, message: Message, profile: ChargingProfile) -> Answered:
        if message.clears:
            return await self._chargers.clear(message.session)
        return await self._chargers.set(message.session, profile)

    def _heard(self, message: Message, line: Line, answered: Answered) -> Answered | None:
        now = self._clock()
        if answered.answer == _ACCEPTED:
            self._ledger.answered(message, answered.ticket)
            return answered
        refusal = _REFUSALS.get(answered.answer)
        if refusal is None:
            self._ledger.missed(message, Refusal.UNANSWERED, now)
        elif refusal is Refusal.TOO_OFTEN:
            line.pace = line.pace.too_often(message.sent.number, self._ledger.newest, now, self._settings)
            self._ledger.refused(message, refusal, now + line.pace.interval, now)
        else:
            self._ledger.refused(message, refusal, None, now)
        return None

    def _settle(self, message: Message) -> None:
        self.waiting[message.session] -= 1
        if not self.waiting[message.session]:
            del self.waiting[message.session]
        self._settled.add(message.session)
        self._progress.set()

    def _ended(self, task: asyncio.Task[None]) -> None:
        if task.cancelled() or task.exception() is None:
            self._tasks.discard(task)
        else:
            self._progress.set()
