"""The CDRs of one pair at its payee: billed until they are paid, lower than their ticks, or credited."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ocn.party.json_text import JsonObject, decode_object, encode_json
from ocn.settlement.core.amounts import stated_total, units_of
from ocn.settlement.core.asks import Ask, cdr_ask, known_id
from ocn.settlement.core.books import CdrBook, CdrState, SessionBook
from ocn.settlement.core.evidence import Kind, Leaf
from ocn.settlement.core.reasons import Refusal
from ocn.settlement.core.terms import Terms
from ocn.settlement.errors import AmountInvalid, ConflictingState, SettlementError
from ocn.settlement.records import Step
from ocn.settlement.service.forgotten import may_have_been_credited, note_underpaid
from ocn.settlement.service.pair import Pair


@dataclass(slots=True)
class Bill:
    """A CDR that is not paid yet, and when it is asked for next."""

    ask: Ask
    next_at: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        """Whether it is time to ask."""
        return self.next_at is None or now >= self.next_at


class Billing:
    """What is billed is stored before this returns, so a crash forgets no CDR."""

    def __init__(self, pair: Pair, ask_again: timedelta) -> None:
        self._pair = pair
        self._house = pair.account.house
        self._ask_again = ask_again
        self._bills: dict[str, Bill] | None = None

    async def open_bills(self) -> list[Bill]:
        """Return what is not paid yet."""
        return list((await self._open()).values())

    async def add(self, cdr: JsonObject) -> Ask:
        """Bill a session; see :meth:`Collecting.finish`."""
        ask = cdr_ask(cdr, self._house.own, units(cdr, self._pair.terms))
        async with self._pair.account.lock:
            return await self._bill(ask, cdr)

    async def _bill(self, ask: Ask, cdr: JsonObject) -> Ask:
        known = (await self._house.store.cdrs(ask.owner, [ask.id])).get(ask.id)
        if known is not None and known.document != ask.hash:
            raise ConflictingState(f"another CDR {ask.id} was billed before, and CDRs never change")
        if known is None:
            lane, body = self._pair.terms.lane.key, encode_json(cdr)
            book = CdrBook(
                ask.owner, ask.id, ask.session_id, lane, ask.hash, ask.total, CdrState.OPEN, body=body
            )
            await self._house.store.record(Step(self._house.now(), cdrs=(book,)))
            (await self._open())[ask.id.casefold()] = Bill(ask)
        elif known.state is CdrState.ACCEPTED:
            books = await self._pair.account.books(ask.owner, [ask.session_id])
            await note_underpaid(self._pair, ask, known, books[ask.session_id])
        return ask

    async def credit(self, cdr: JsonObject) -> None:
        """Credit a CDR; see :meth:`Collecting.credit`."""
        if cdr.get("credit") is not True:
            raise SettlementError("a credit CDR says credit: true")
        ask = cdr_ask(cdr, self._house.own, abs(units(cdr, self._pair.terms)))
        reference = known_id(cdr.get("credit_reference_id"), "credit_reference_id")
        async with self._pair.account.lock:
            known = await self._house.store.cdrs(self._house.own, [ask.id, reference])
            if ask.id in known:
                return
            billed = known.get(reference)
            if billed is None or billed.session_id.casefold() != ask.session_id.casefold():
                raise SettlementError(f"no CDR {reference} of session {ask.session_id} was billed here")
            if billed.state is CdrState.CREDITED:
                return
            book = (await self._pair.account.books(ask.owner, [ask.session_id]))[ask.session_id]
            if ask.total not in (billed.total, book.settled):
                said = self._pair.terms.said(ask.total)
                raise AmountInvalid(f"CDR {reference} is credited with {said}, which is not what it was")
            if await may_have_been_credited(self._pair, ask):
                raise SettlementError(
                    f"session {ask.session_id} may have been credited before this party lost its books",
                    hint="See ocn settlement cases. Once people have approved it, credit it again.",
                )
            await self._give_back(ask, billed, book)
        (await self._open()).pop(reference.casefold(), None)

    async def give_difference(self, ask: Ask) -> None:
        """Give back what the ticks of a session have cost more than its CDR; nothing where they have not.

        A second time it is the floor of the terms at least, and the CDR asks for what was too much of it.
        """
        account = self._pair.account
        async with account.lock:
            book = (await account.books(ask.owner, [ask.session_id]))[ask.session_id]
            if book.is_finished or book.settled <= ask.total:
                return
            if await may_have_been_credited(self._pair, ask):
                return
            least = min(self._pair.terms.floor, book.settled) if book.credited else 0
            recorded = await account.sign([_credit(ask, max(book.settled - ask.total, least))])
            await account.record(await account.step_with(recorded))

    async def refused(self, ask: Ask, refusal: Refusal, now: datetime) -> None:
        """Wait longer for what people must look at first."""
        bill = (await self._open()).get(ask.id.casefold())
        if bill is not None and not refusal.reason.may_pass:
            bill.next_at = now + self._ask_again

    async def close_paid(self) -> None:
        """Leave out what was paid meanwhile."""
        bills = await self._open()
        if not bills:
            return
        known = await self._house.store.cdrs(self._house.own, [bill.ask.id for bill in bills.values()])
        for cdr_id, book in known.items():
            if book.state is not CdrState.OPEN:
                bills.pop(cdr_id.casefold(), None)

    async def _give_back(self, ask: Ask, billed: CdrBook, book: SessionBook) -> None:
        """By a voucher on the lane back; a CDR that was not paid is withdrawn."""
        account = self._pair.account
        note = replace(billed, id=ask.id, document=ask.hash, state=CdrState.CREDITED, body=b"")
        if billed.state is CdrState.ACCEPTED and book.settled > 0:
            recorded = await account.sign([_credit(ask, book.settled, ends=billed.id)])
            step = await account.step_with(recorded)
            await account.record(replace(step, cdrs=(*step.cdrs, note)))
            return
        withdrawn = replace(billed, state=CdrState.CREDITED, body=b"")
        settled = ((billed.owner, billed.session_id),)
        await account.record(Step(self._house.now(), cdrs=(withdrawn, note), settled=settled))

    async def _open(self) -> dict[str, Bill]:
        if self._bills is None:
            found = await self._house.store.open_cdrs(self._pair.terms.lane)
            bills = {book.id.casefold(): Bill(_ask_of(book)) for book in found}
            self._bills = self._bills or bills
        return self._bills


def units(document: JsonObject, terms: Terms) -> int:
    """Return what a session or CDR costs under terms.

    Raises:
        AmountInvalid: it is in another currency, or does not say it as the terms want it.
    """
    if document.get("currency") != terms.currency:
        raise AmountInvalid(f"the terms are in {terms.currency}, this is in another currency")
    total = stated_total(document, vat_included=terms.vat_included)
    return units_of(total, decimals=terms.decimals, rate=terms.rate)


def _credit(ask: Ask, amount: int, *, ends: str = "") -> Leaf:
    return Leaf(Kind.CREDIT, ask.owner, ask.session_id, ask.id, amount, 0, ask.hash, ask.signed, ends)


def _ask_of(book: CdrBook) -> Ask:
    return cdr_ask(decode_object(book.body), book.owner, book.total)
