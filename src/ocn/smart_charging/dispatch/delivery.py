"""Messages on their way: each has a task, which lives on when nobody follows any more."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime

from ocn.ocpi.objects import ChargingProfile
from ocn.smart_charging.dispatch.asking import Asking
from ocn.smart_charging.dispatch.choosing import Choice, Urgency
from ocn.smart_charging.dispatch.ledger import Ledger, Message
from ocn.smart_charging.dispatch.settings import DispatchSettings
from ocn.smart_charging.dispatch.standing import Standing
from ocn.smart_charging.dispatch.states import Refusal
from ocn.smart_charging.profiles.ocpi import profile_of


class Delivery:
    """Sends messages, and tells the ledger what becomes of them; ``store`` has it stored."""

    def __init__(
        self,
        asking: Asking,
        ledger: Ledger,
        clock: Callable[[], datetime],
        settings: DispatchSettings,
        store: Callable[[], Awaitable[object]],
    ) -> None:
        self._asking = asking
        self._ledger = ledger
        self._clock = clock
        self._settings = settings
        self._store = store
        self._tasks: set[asyncio.Task[None]] = set()
        self.waiting: Counter[str] = Counter()
        """Sessions with messages of which something may be heard soon."""
        self.held: dict[str, datetime | None] = {}
        """Sessions that may not be asked now, and until when; None: until something is heard."""
        self._settled: set[str] = set()
        self._progress = asyncio.Event()

    def takes_more(self, cpo: str) -> bool:
        """Whether another message can go to a CPO at once."""
        return self._asking.line(cpo).takes_more()

    def may(self, session: str, standing: Standing, choice: Choice) -> bool:
        """Let a session be asked now, if it and its CPO are ready for it."""
        now, line = self._clock(), self._asking.line(standing.cpo)
        if not standing.may_be_told:
            return False
        self.held[session] = line.free_at(session, standing, choice.urgency, now)
        if self.held[session] is not None or self._is_said(session, standing, choice):
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
        self._asking.line(message.cpo).under_way -= 1
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
            self._asking.line(each.cpo).free_at(session, each, Urgency.OVER, now)
            for session, each in self._ledger.standings.items()
            if each.may_be_told
        ]
        return [each for each in waits if each is not None]

    async def close(self) -> None:
        """Listen no more; what is on its way stays counted."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _deliver(self, message: Message, profile: ChargingProfile) -> None:
        waits = True
        try:
            answered = await self._asking.asked(message, profile)
            self._progress.set()  # another message may go to its CPO
            if answered is None:
                return
            await self._store()  # its ticket: the result may come after a restart
            result = await answered.result(self._settings.result_s)
            if result is None:
                self._ledger.missed(message, Refusal.OVERDUE, self._clock())
                self._settle(message)
                waits = False
                result = await answered.result(self._settings.may_arrive.total_seconds())
            if result is not None:
                self._asking.result(message, result)
            if result == Refusal.REJECTED:
                if waits:
                    self._settle(message)
                    waits = False
                self._asking.result_after_rejection(
                    message, await answered.result(self._settings.echo.total_seconds())
                )
        finally:
            if waits:
                self._settle(message)

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
