"""How a simulated CPO tells an eMSP of a session: PUT, PATCH as it grows, PUT at the end, then the CDR."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from ocn.ocpi.objects import Cdr
from ocn.ocpi.party_id import PartyId
from ocn.party.errors import PartyError
from ocn.party.sending.counterparty import Counterparty
from ocn.simulation.billing.records import changes_of, emsp_of
from ocn.simulation.clock import Clock
from ocn.simulation.cpo.lists import Ledger
from ocn.simulation.cpo.operations import Operations, StatusChange
from ocn.simulation.cpo.running_session import RunningSession
from ocn.simulation.cpo.till import Till
from ocn.simulation.updates import Updates

_LOG = logging.getLogger(__name__)
_ACTIVE_FOR = timedelta(hours=1)
_AGAIN_AFTER = (timedelta(seconds=1), timedelta(seconds=4), timedelta(seconds=16))


@dataclass(frozen=True, slots=True)
class CdrReceipt:
    """A CDR that an eMSP took: where it says that it is, and what is there."""

    cdr: Cdr
    location: str | None
    read_back: object

    @property
    def kept(self) -> bool:
        """Whether the same CDR is there."""
        return self.read_back == self.cdr


class Reports:
    """Owns one task per running session. What an eMSP does not take is logged and not fatal."""

    def __init__(
        self,
        operations: Operations,
        ledger: Ledger,
        till: Till,
        updates: Updates,
        clock: Clock,
        every: timedelta,
    ) -> None:
        self.receipts: dict[str, CdrReceipt] = {}
        self._till = till
        self._operations = operations
        self._ledger = ledger
        self._updates = updates
        self._clock = clock
        self._every = every
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, session: RunningSession, emsp: Counterparty) -> None:
        """Report on a session from now to its end."""
        self._start(self._report(session, emsp))

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Abandon all sessions."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def status(self, change: StatusChange | None, emsp: Counterparty) -> None:
        """Push what an EVSE is doing."""
        if change is not None:
            patch = {name: change.evse[name] for name in ("status", "last_updated")}
            place = change.location["id"], change.evse["uid"]
            # Not every eMSP keeps locations, and one that never read this one cannot take a PATCH of it.
            await tell(lambda: emsp.patch_location(patch, *place), logging.INFO)

    def limited(self, session: RunningSession, others: Iterable[Counterparty]) -> None:
        """Push what is in force now to those who had set something else, as OCPI has it."""
        active = session.active_profile(_ACTIVE_FOR)
        for each in others:
            self._start(tell(partial(each.put_active_charging_profile, session.facts.id, active)))

    async def bill(self, cdr: Cdr, emsp: Counterparty) -> CdrReceipt | None:
        """Post a CDR until it is taken, look whether it is where the answer says, and have it settled.

        None if it never is taken.
        """
        owner = emsp_of(cdr)
        self._ledger.keep_cdr(owner, cdr)
        for pause in (*_AGAIN_AFTER, None):
            try:
                location = (await emsp.post_cdr(cdr)).location
                read_back = (await emsp.read(location)).data if location else None
            except PartyError as error:
                _LOG.warning("CDR %s was not taken by %s: %s", cdr["id"], owner, error.message)
                if pause is not None:
                    await self._clock.sleep(pause)
                continue
            await self._till.cdr(cdr)
            return CdrReceipt(cdr, location, read_back)
        return None

    async def _report(self, session: RunningSession, emsp: Counterparty) -> None:
        session_id, owner = session.facts.id, session.facts.emsp
        await self._put(session, emsp, owner)
        facts = session.facts
        await self.status(StatusChange(facts.location, facts.evse), emsp)
        while not await session.stopped_within(self._clock, self._every):
            current = session.session()
            patch = changes_of(current)
            self._ledger.keep_session(owner, current)
            await tell(lambda patch=patch: emsp.patch_session(session_id, patch))  # type: ignore[misc]  # default binds it now
            await self._till.session(current)
        await self._end(session, emsp)

    async def _end(self, session: RunningSession, emsp: Counterparty) -> None:
        session_id, owner = session.facts.id, session.facts.emsp
        change = self._operations.finish(session)
        await self._put(session, emsp, owner)
        await self.status(change, emsp)
        receipt = await self.bill(self._operations.bills.charge(session), emsp)
        if receipt is not None:
            self.receipts[session_id] = receipt
            await self._updates.tell()

    async def _put(self, session: RunningSession, emsp: Counterparty, owner: PartyId) -> None:
        current = session.session()
        self._ledger.keep_session(owner, current)
        await tell(lambda: emsp.put_session(current))
        await self._till.session(current)


async def tell(push: Callable[[], Awaitable[object]], level: int = logging.WARNING) -> None:
    """Push something; that it is not taken is logged, and not fatal."""
    try:
        await push()
    except PartyError as error:
        _LOG.log(level, "a push was not taken: %s", error.message)
