"""One pair at its payee: what runs, what is billed, and one step after the other to have it paid.

A step tells charge points what to do, asks for what is due, takes the vouchers that come, and settles.
Steps of one pair never overlap; what the back end tells may come at any time between and within them.
"""

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ocn.errors import OcnError
from ocn.party.json_text import JsonObject, decode_object, encode_json
from ocn.settlement.core.amounts import stated_total, units_of
from ocn.settlement.core.asks import Ask, cdr_ask, known_id, tick_ask
from ocn.settlement.core.books import CdrBook, CdrState
from ocn.settlement.core.delivering import Command, Exposure, next_command, why
from ocn.settlement.core.evidence import Kind, Leaf
from ocn.settlement.core.reasons import Refusal
from ocn.settlement.core.settling import Settling
from ocn.settlement.errors import AmountInvalid, ConflictingState, SettlementError
from ocn.settlement.ports import Chargers
from ocn.settlement.records import Step
from ocn.settlement.service.asking import Asking
from ocn.settlement.service.cashing import Cashing
from ocn.settlement.service.deliveries import Deliveries, Running
from ocn.settlement.service.pair import Pair

_LOG = logging.getLogger("ocn.settlement")
_BEAT_S = 1.0
_SHORTEST_BEAT_S = 0.1
_PROMPT_S = 0.5
_PAID = "what was delivered is paid for"


@dataclass(frozen=True, slots=True)
class CollectPolicy:
    """How a payee behaves beyond the terms."""

    ask_again: timedelta = timedelta(hours=1)
    """When a CDR that was refused for good is asked for again, in case people have approved it."""


class Collecting:
    """See the module. ``step`` may be called by hand; ``run`` calls it for ever."""

    def __init__(
        self, pair: Pair, asking: Asking, cashing: Cashing, chargers: Chargers | None, policy: CollectPolicy
    ) -> None:
        self.pair = pair
        self.deliveries = Deliveries(pair)
        self._house = pair.account.house
        self._asking = asking
        self._cashing = cashing
        self._chargers = chargers
        self._policy = policy
        self._bills: dict[str, _Bill] | None = None
        self._stepping = asyncio.Lock()
        self._awake = asyncio.Event()

    async def report(self, session: JsonObject) -> Running | None:
        """Take a session as it stands; None for one that is billed already.

        Raises:
            AmountInvalid: it lacks what the terms need: id, energy, time, price in their currency.
        """
        ask = tick_ask(session, self._house.own, self._units(session))
        book = (await self.pair.account.books(self._house.own, [ask.session_id]))[ask.session_id]
        if book.is_finished:
            return None
        running = self.deliveries.tell(ask, book, self._house.now())
        if 2 * running.delivery.open_wh >= self.pair.terms.tick.wh:
            self._awake.set()
        return running

    async def finish(self, cdr: JsonObject) -> None:
        """Bill a session; it is asked for until it is paid or people have settled it.

        Raises:
            AmountInvalid: the CDR lacks what the terms need.
            ConflictingState: another CDR has this id.
        """
        ask = cdr_ask(cdr, self._house.own, self._units(cdr))
        known = (await self._house.store.cdrs(ask.owner, [ask.id])).get(ask.id)
        if known is not None and known.document != ask.hash:
            raise ConflictingState(f"another CDR {ask.id} was billed before, and CDRs never change")
        if known is None:
            book = CdrBook(
                ask.owner,
                ask.id,
                ask.session_id,
                self.pair.terms.lane.key,
                ask.hash,
                ask.total,
                CdrState.OPEN,
                body=encode_json(cdr),
            )
            await self._house.store.record(Step(self._house.now(), cdrs=(book,)))
            bills = await self._open_bills()
            bills[ask.id.casefold()] = _Bill(ask)
        self.deliveries.end(ask.session_id)
        self._awake.set()

    async def credit(self, cdr: JsonObject) -> None:
        """Credit a CDR: give back what was paid for its session, by a voucher on the lane back.

        A CDR that was not paid is withdrawn. Crediting twice does nothing the second time.

        Raises:
            SettlementError: it credits no CDR that was billed here, or another amount.
        """
        credit = self._credit_leaf(cdr)
        reference = known_id(cdr.get("credit_reference_id"), "credit_reference_id")
        async with self.pair.account.lock:
            known = await self._house.store.cdrs(self._house.own, [credit.id, reference])
            if credit.id in known:
                return
            billed = known.get(reference)
            if billed is None or billed.session_id.casefold() != credit.session_id.casefold():
                raise SettlementError(f"no CDR {reference} of session {credit.session_id} was billed here")
            if billed.total != credit.amount:
                said = self.pair.terms.said(credit.amount)
                raise AmountInvalid(f"CDR {reference} is credited with {said}, which is not what it was")
            note = replace(billed, id=credit.id, document=credit.document, state=CdrState.CREDITED, body=b"")
            await self._record_credit(credit, billed, note)
        bills = await self._open_bills()
        bills.pop(reference.casefold(), None)
        self._awake.set()

    async def step(self) -> None:
        """Do what is to be done now."""
        async with self._stepping:
            asking = asyncio.create_task(self._ask())
            try:
                # A payer that answers at once is not worth a command; one that does not is not waited for.
                await asyncio.wait([asking], timeout=_PROMPT_S)
                await self._command()
                await asking
            finally:
                asking.cancel()
                await asyncio.wait([asking])
            await self._command()
            await self._cashing.step()

    async def run(self) -> None:
        """Step for ever: at every beat, and as soon as a session has half a tick open."""
        while True:
            try:
                await self.step()
            except OcnError as error:
                _LOG.error("settlement with %s: %s", self.pair.account.peer, error)
            await asyncio.sleep(_SHORTEST_BEAT_S)
            try:
                async with asyncio.timeout(min(_BEAT_S, self.pair.terms.tick.s / 4)):
                    await self._awake.wait()
            except TimeoutError:
                pass
            self._awake.clear()

    async def settle_now(self) -> Settling | None:
        """Go to the chain with whatever is owed."""
        async with self._stepping:
            return await self._cashing.step(at_once=True)

    async def exposure(self) -> Exposure:
        """Return what the lane stands at."""
        return await self._cashing.exposure()

    async def open_bills(self) -> list[Ask]:
        """Return the CDRs that are not paid yet."""
        return [bill.ask for bill in (await self._open_bills()).values()]

    # ---- charge points

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
        if self._chargers is not None:
            tell = {
                Command.HOLD: self._chargers.hold,
                Command.RESUME: self._chargers.resume,
                Command.STOP: self._chargers.stop,
            }[command]
            try:
                await tell(session_id, reason)
            except Exception:  # noqa: BLE001  a back end's failure must not end settlement for all others
                _LOG.exception("session %s could not be told to %s", session_id, command.name)
                return
        self.deliveries.change(session_id, lambda delivery: delivery.told(command))

    # ---- asking

    async def _ask(self) -> None:
        now = self._house.now()
        running = self.deliveries.to_ask(now)
        bills = [bill for bill in (await self._open_bills()).values() if bill.is_due(now)]
        if not running and not bills:
            return
        self.deliveries.asked(running, now)
        for bill in bills:
            bill.next_at = now + timedelta(seconds=self.pair.terms.tick.s)
            await self._credit_difference(bill.ask)
        asks = [*(each.ask for each in running), *(bill.ask for bill in bills)]
        refusals = await self._asking.ask(asks)
        books = await self.pair.account.books(self._house.own, {ask.session_id for ask in asks})
        self.deliveries.cover(books, self._house.now())
        for ask, refusal in refusals:
            await self._refused(ask, refusal, now)
        await self._close_paid_bills()

    async def _refused(self, ask: Ask, refusal: Refusal, now: datetime) -> None:
        if ask.kind is Kind.TICK:
            self.deliveries.refuse(ask.session_id, refusal)
            return
        bills = await self._open_bills()
        if (bill := bills.get(ask.id.casefold())) and not refusal.reason.may_pass:
            bill.next_at = now + self._policy.ask_again

    async def _close_paid_bills(self) -> None:
        bills = await self._open_bills()
        if not bills:
            return
        known = await self._house.store.cdrs(self._house.own, [bill.ask.id for bill in bills.values()])
        for cdr_id, book in known.items():
            if book.state is not CdrState.OPEN:
                bills.pop(cdr_id.casefold(), None)

    async def _credit_difference(self, ask: Ask) -> None:
        """A CDR below what its ticks have cost: give the difference back before asking for it."""
        async with self.pair.account.lock:
            book = (await self.pair.account.books(ask.owner, [ask.session_id]))[ask.session_id]
            if book.is_finished or book.settled <= ask.total:
                return
            leaf = Leaf(
                Kind.CREDIT,
                ask.owner,
                ask.session_id,
                ask.id,
                book.settled - ask.total,
                0,
                ask.hash,
                ask.signed,
            )
            recorded = await self.pair.account.sign([leaf])
            await self.pair.account.record(await self.pair.account.step_with(recorded))

    async def _record_credit(self, credit: Leaf, billed: CdrBook, note: CdrBook) -> None:
        account = self.pair.account
        book = (await account.books(credit.owner, [credit.session_id]))[credit.session_id]
        if billed.state is CdrState.ACCEPTED and book.settled > 0:
            recorded = await account.sign([replace(credit, amount=book.settled)])
            step = await account.step_with(recorded)
            await account.record(replace(step, cdrs=(*step.cdrs, note)))
            return
        withdrawn = replace(billed, state=CdrState.CREDITED, body=b"")
        settled = ((billed.owner, billed.session_id),)
        await account.record(Step(self._house.now(), cdrs=(withdrawn, note), settled=settled))

    def _credit_leaf(self, cdr: JsonObject) -> Leaf:
        if cdr.get("credit") is not True:
            raise SettlementError("a credit CDR says credit: true")
        ask = cdr_ask(cdr, self._house.own, abs(self._units(cdr)))
        return Leaf(Kind.CREDIT, ask.owner, ask.session_id, ask.id, ask.total, 0, ask.hash, ask.signed)

    async def _open_bills(self) -> dict[str, "_Bill"]:
        if self._bills is None:
            lane = self.pair.terms.lane
            found = await self._house.store.open_cdrs(lane)
            self._bills = {book.id.casefold(): _Bill(self._ask_of(book)) for book in found}
        return self._bills

    def _ask_of(self, book: CdrBook) -> Ask:
        return cdr_ask(decode_object(book.body), book.owner, book.total)

    def _units(self, document: JsonObject) -> int:
        terms = self.pair.terms
        if document.get("currency") != terms.currency:
            raise AmountInvalid(f"the terms are in {terms.currency}, this is in another currency")
        total = stated_total(document, vat_included=terms.vat_included)
        return units_of(total, decimals=terms.decimals, rate=terms.rate)


@dataclass(slots=True)
class _Bill:
    """A CDR that is not paid yet, and when it is asked for next."""

    ask: Ask
    next_at: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        return self.next_at is None or now >= self.next_at
