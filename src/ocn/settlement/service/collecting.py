"""One pair at its payee: what runs, what is billed, and one step after the other to have it paid.

A step tells charge points what to do, asks for what is due, takes the vouchers that come, and settles.
Steps of one pair never overlap; what the back end tells may come at any time between and within them.
"""

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ocn.errors import OcnError
from ocn.party.json_text import JsonObject
from ocn.settlement.core.asks import tick_ask
from ocn.settlement.core.delivering import Command, Exposure, half_is_open, next_command, why
from ocn.settlement.core.evidence import Kind
from ocn.settlement.core.reasons import Reason, Refusal
from ocn.settlement.core.settling import Settling
from ocn.settlement.ports import Chargers
from ocn.settlement.service.asking import Asking
from ocn.settlement.service.billing import Billing, units
from ocn.settlement.service.cashing import Cashing
from ocn.settlement.service.deliveries import Deliveries, Running
from ocn.settlement.service.pair import Pair

_LOG = logging.getLogger("ocn.settlement")
_BEAT_S: Final = 1.0
_SHORTEST_BEAT_S: Final = 0.1
_PROMPT_S: Final = 0.5
_OVER: Final = frozenset({"COMPLETED", "INVALID"})
_PAID: Final = "what was delivered is paid for"


@dataclass(frozen=True, slots=True)
class CollectPolicy:
    """How a payee behaves beyond the terms."""

    ask_again: timedelta = timedelta(hours=1)
    """When a CDR that was refused for good is asked for again, in case people have approved it."""


class Collecting:
    """See the module. ``step`` may be called by hand; ``run`` calls it for ever."""

    def __init__(
        self, pair: Pair, asking: Asking, cashing: Cashing, chargers: Chargers, policy: CollectPolicy
    ) -> None:
        self.pair = pair
        self.deliveries = Deliveries(pair)
        self.billing = Billing(pair, policy.ask_again)
        self._house = pair.account.house
        self._asking = asking
        self._cashing = cashing
        self._chargers = chargers
        self._credits_next: datetime | None = None
        self._doubted = False
        """Whether the payer has refused a bill because credits are not secured."""
        self._stepping = asyncio.Lock()
        self._awake = asyncio.Event()

    async def report(self, session: JsonObject) -> Running | None:
        """Take a session as it stands; None for one that is over and paid by its CDR.

        One that goes on after the payer has accepted a CDR for less is stopped: it is not paid any more.

        Raises:
            AmountInvalid: it lacks what the terms need: id, energy, time, price in their currency.
        """
        ask = tick_ask(session, self._house.own, units(session, self.pair.terms))
        book = (await self.pair.account.books(self._house.own, [ask.session_id]))[ask.session_id]
        if book.is_finished and (ask.total <= book.settled or session.get("status") in _OVER):
            return None
        running = self.deliveries.tell(ask, book, self._house.now())
        if book.is_finished:
            detail = f"the payer calls it finished by CDR {book.cdr_id}"
            self.deliveries.refuse(ask.session_id, Refusal(Reason.SESSION_CLOSED, detail))
        if half_is_open(self.pair.terms, running.delivery):
            self._awake.set()
        return running

    async def finish(self, cdr: JsonObject) -> None:
        """Bill a session; it is asked for until it is paid or credited.

        Raises:
            AmountInvalid: the CDR lacks what the terms need.
            ConflictingState: another CDR has this id.
        """
        ask = await self.billing.add(cdr)
        self.deliveries.end(ask.session_id)
        self._awake.set()

    async def credit(self, cdr: JsonObject) -> None:
        """Credit a CDR: give back what was paid for its session, by a voucher on the lane back.

        A CDR that was not paid is withdrawn. Crediting twice does nothing the second time.

        Raises:
            SettlementError: it credits no CDR that was billed here, or another amount.
        """
        await self.billing.credit(cdr)
        self._credits_next = None
        self._awake.set()

    async def step(self) -> None:
        """Do what is to be done now."""
        async with self._stepping:
            asking = asyncio.create_task(self._ask())
            try:
                await self._command_while(asking)
            finally:
                asking.cancel()
                await asyncio.wait([asking])
            await self._command()
            if self._doubted:
                await self._cashing.make_good()
            else:
                await self._cashing.step()

    async def settle_now(self) -> Settling | None:
        """Go to the chain with whatever is owed."""
        async with self._stepping:
            return await self._cashing.step(at_once=True)

    async def exposure(self) -> Exposure:
        """Return what the lane stands at."""
        return await self._cashing.exposure()

    async def run(self) -> None:
        """Step for ever: at every beat, and as soon as a session has half a tick open."""
        while True:
            try:
                await self.step()
            except OcnError as error:
                _LOG.error("settlement with %s: %s", self.pair.account.peer, error)
            except Exception:  # noqa: BLE001  sessions run on: whoever ends here can neither hold nor claim
                _LOG.exception("settlement with %s: a defect; it goes on", self.pair.account.peer)
            await asyncio.sleep(_SHORTEST_BEAT_S)
            with suppress(TimeoutError):
                async with asyncio.timeout(min(_BEAT_S, self.pair.terms.tick.s / 4)):
                    await self._awake.wait()
            self._awake.clear()

    async def _command_while(self, asking: asyncio.Task[None]) -> None:
        """A payer that answers at once is not worth a command; one that does not is not waited for.

        What comes of a request is kept as it comes, so one that takes too long is given up and asked again.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + 2 * self.pair.terms.grace_s
        while not asking.done() and loop.time() < until:
            await asyncio.wait([asking], timeout=_PROMPT_S)
            await self._command()
        if asking.done():
            await asking
        else:
            _LOG.warning("%s takes too long to answer", self.pair.account.peer)

    async def _ask(self) -> None:
        now = self._house.now()
        running = self.deliveries.to_ask(now)
        bills = [bill for bill in await self.billing.open_bills() if bill.is_due(now)]
        self.deliveries.asked(running, now)
        for bill in bills:
            bill.next_at = now + timedelta(seconds=self.pair.terms.tick.s)
            await self.billing.give_difference(bill.ask)
        if self._credits_next is None or now >= self._credits_next or bills:
            self._credits_next = now + timedelta(seconds=self.pair.terms.tick.s)
            await self._asking.deliver_credits()
        if not running and not bills:
            return
        asks = [*(each.ask for each in running), *(bill.ask for bill in bills)]
        refusals = await self._asking.ask(asks)
        books = await self.pair.account.books(self._house.own, {ask.session_id for ask in asks})
        self.deliveries.cover(books, self._house.now())
        self._doubted = any(refusal.reason is Reason.CREDIT_UNSECURED for _, refusal in refusals)
        for ask, refusal in refusals:
            if ask.kind is Kind.TICK:
                self.deliveries.refuse(ask.session_id, refusal)
            else:
                await self.billing.refused(ask, refusal, now)
        await self.billing.close_paid()

    async def _command(self) -> None:
        exposure, now = await self.exposure(), self._house.now()
        for running in self.deliveries:
            command = next_command(self.pair.terms, running.delivery, exposure, now)
            if command is not None:
                reason = why(self.pair.terms, running.delivery, exposure, now)
                await self._tell(running, command, _PAID if command is Command.RESUME else reason)

    async def _tell(self, running: Running, command: Command, reason: str) -> None:
        """A charge point that could not be told is told again at the next step."""
        session_id = running.ask.session_id
        _LOG.warning("session %s: %s: %s", session_id, command.name, reason)
        chargers = self._chargers
        tell = {
            Command.HOLD: chargers.hold,
            Command.RESUME: chargers.resume,
            Command.STOP: chargers.stop,
        }[command]
        try:
            await tell(session_id, self.pair.account.peer, reason)
        except Exception:  # noqa: BLE001  a back end's failure must not end settlement for all others
            _LOG.exception("session %s could not be told to %s", session_id, command.name)
            return
        self.deliveries.change(session_id, lambda delivery: delivery.told(command))
