"""All attempts for one service: several lanes at once, each in order; a service that is down is probed.

A lane that failed waits by itself and holds up no other. When the service cannot be reached at all, nothing
is claimed for it until it has rested, and then one copy goes first to see whether it is back.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from ocn.errors import OcnError
from ocn.node.copies.agreements import Agreements, Permitted
from ocn.node.copies.copy import Copy, CopyState, Outcome
from ocn.node.copies.ports import CopyStore
from ocn.node.copies.schedule import Schedule
from ocn.node.copies.sending import Attempt, Result, Sending
from ocn.node.ports import Clock
from ocn.ocpi.party_id import PartyId

_log = structlog.get_logger("ocn.node.copies")
_SHORTEST_WAIT_S = 0.01


@dataclass(frozen=True, slots=True)
class CourierSettings:
    """How copies are sent; ``lease`` is longer than any attempt can take."""

    schedule: Schedule
    give_up: timedelta
    in_flight: int
    lease: timedelta
    poll_s: float


class Courier:
    """Sends what waits for one service, until nothing does."""

    def __init__(
        self,
        service: PartyId,
        *,
        store: CopyStore,
        sending: Sending,
        agreements: Agreements,
        settings: CourierSettings,
        clock: Clock,
    ) -> None:
        self.service = service
        self.wake = asyncio.Event()
        self._store = store
        self._sending = sending
        self._agreements = agreements
        self._settings = settings
        self._clock = clock
        self._under_way: dict[asyncio.Task[None], str] = {}
        self._failures = 0
        self._rests_until: datetime | None = None

    async def run(self) -> None:
        """Send until nothing waits; give back what is under way when cancelled."""
        try:
            while await self._step():
                pass
        finally:
            await self._stop()

    async def _step(self) -> bool:
        """Claim what there is room for, and wait until there is something to do; False at the end."""
        self.wake.clear()
        try:
            claimed = await self._claim()
            if not claimed and not self._under_way:
                due = await self._store.next_due(self.service)
                if due is None and not self.wake.is_set():
                    return False
                await self._wait(due)
                return True
        except OcnError as error:
            _log.warning("copies_wait", service=str(self.service), error=error.message)
            await asyncio.sleep(self._settings.poll_s)
            return True
        if self._under_way:
            woken = asyncio.create_task(self.wake.wait())
            try:
                await asyncio.wait({*self._under_way, woken}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                woken.cancel()
        return True

    async def _claim(self) -> int:
        now = self._clock.now()
        most = (1 if self._failures else self._settings.in_flight) - len(self._under_way)
        if most <= 0 or (self._rests_until is not None and now < self._rests_until):
            return 0
        copies = await self._store.claim(self.service, now, now + self._settings.lease, most)
        for copy in copies:
            task = asyncio.create_task(self._take(copy))
            self._under_way[task] = copy.message.lane
            task.add_done_callback(self._done)
        return len(copies)

    def _done(self, task: "asyncio.Task[None]") -> None:
        del self._under_way[task]
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("copy_attempt_failed", service=str(self.service), exc_info=error)

    async def _wait(self, due: datetime | None) -> None:
        """Wait until the service has rested; else until something is due, somebody calls, or for a while."""
        now = self._clock.now()
        if self._rests_until is not None and now < self._rests_until:
            await asyncio.sleep((self._rests_until - now).total_seconds())
            return
        seconds = (due - now).total_seconds() if due is not None else 0.0
        try:
            async with asyncio.timeout(min(max(seconds, _SHORTEST_WAIT_S), self._settings.poll_s)):
                await self.wake.wait()
        except TimeoutError:
            return

    async def _take(self, copy: Copy) -> None:
        """Make one attempt and note what came of it."""
        message = copy.message
        service = Permitted(message.service, message.provider)
        if not self._agreements.still_permits(message.user, service, message.module, message.interface_role):
            await self._settle(copy, CopyState.REVOKED, attempted=False)
            return
        attempt = await self._sending.attempt(copy)
        self._learn(attempt)
        match attempt.result:
            case Result.DELIVERED:
                await self._settle(copy, CopyState.DELIVERED)
            case Result.REFUSED:
                await self._settle(copy, CopyState.REFUSED, attempt.problem)
            case _:
                await self._failed(copy, attempt)

    async def _failed(self, copy: Copy, attempt: Attempt) -> None:
        now = self._clock.now()
        oldest = now - self._settings.give_up
        if copy.message.created_at >= oldest:
            failures = copy.failures + 1
            due_at = now + self._settings.schedule.delay(failures)
            await self._settle(copy, CopyState.WAITING, attempt.problem, due_at=due_at, failures=failures)
            return
        await self._settle(copy, CopyState.PARKED, attempt.problem)
        parked = 1
        if attempt.result is Result.UNREACHABLE:
            parked += await self._store.park_older(self.service, oldest, now)
        _log.error("copies_parked", service=str(self.service), number=parked, problem=attempt.problem)

    async def _settle(
        self,
        copy: Copy,
        state: CopyState,
        problem: str | None = None,
        *,
        due_at: datetime | None = None,
        failures: int = 0,
        attempted: bool = True,
    ) -> None:
        now = self._clock.now()
        outcome = Outcome(
            copy_id=copy.id,
            lane=copy.message.lane,
            state=state,
            at=now,
            due_at=due_at or now,
            failures=failures,
            problem=problem,
            attempted=attempted,
        )
        await self._store.settle(outcome)

    def _learn(self, attempt: Attempt) -> None:
        """Rest after a service could not be reached, longer each time; any answer ends that."""
        if attempt.result is not Result.UNREACHABLE:
            self._failures, self._rests_until = 0, None
            return
        self._failures += 1
        self._rests_until = self._clock.now() + self._settings.schedule.delay(self._failures)

    async def _stop(self) -> None:
        under_way = dict(self._under_way)
        if not under_way:
            return  # without a pause, in which somebody could call a courier that has made up its mind
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        try:
            await self._store.release(sorted(under_way.values()))
        except OcnError as error:
            _log.warning("copies_not_given_back", service=str(self.service), error=error.message)
