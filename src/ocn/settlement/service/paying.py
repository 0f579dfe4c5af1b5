"""The payer's answer to a request: catch up, or judge every item, sign once, store, and only then answer."""

import asyncio
from dataclasses import dataclass, field, replace

from ocn.party.json_text import JsonObject
from ocn.settlement.core.asked import Asked, PayerPolicy
from ocn.settlement.core.asks import Ask, AskInvalid, read_ask
from ocn.settlement.core.books import CdrBook, CdrState, SessionBook
from ocn.settlement.core.checks import paid_again
from ocn.settlement.core.evidence import Kind, Leaf
from ocn.settlement.core.holding_back import hold_back_difference
from ocn.settlement.core.identity import identity_of
from ocn.settlement.core.judging import judge_cdr, judge_tick
from ocn.settlement.core.reasons import Reason, Refusal
from ocn.settlement.core.settling import Standing
from ocn.settlement.errors import ConflictingState
from ocn.settlement.protocol.messages import Refused, State, answer_object
from ocn.settlement.protocol.vouchers import MOST_VOUCHERS
from ocn.settlement.records import Case, Recorded, Step, case_id
from ocn.settlement.service.house import House
from ocn.settlement.service.looking_up import LookingUp
from ocn.settlement.service.pair import Pair

_BREATHE = 20
"""After so many items others on the event loop have a turn."""


@dataclass(slots=True)
class _Judged:
    """What judging a request comes to."""

    books: dict[str, SessionBook] = field(default_factory=dict)
    """By session id in lower case, as they are after the leaves so far."""
    leaves: list[Leaf] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    cdrs: list[CdrBook] = field(default_factory=list)
    tariffs: list[tuple[Ask, bytes]] = field(default_factory=list)
    signed: int = 0
    """What the lane would stand at."""
    promised_back: int = 0
    """What the payee has given back, and nothing secures."""
    held_otherwise: str = ""
    """How the chain holds payments back otherwise than the terms say."""

    def cdr(self, cdr_id: str) -> CdrBook | None:
        """Return what became of a CDR earlier in the same request."""
        return next((book for book in self.cdrs if book.id.casefold() == cdr_id.casefold()), None)


class Paying:
    """One per party that pays."""

    def __init__(self, house: House, looking_up: LookingUp, policy: PayerPolicy) -> None:
        self._house = house
        self._looking_up = looking_up
        self._policy = policy

    async def answer(self, pair: Pair, theirs: State, items: list[object]) -> JsonObject:
        """Answer a request of the pair's payee.

        Raises:
            VoucherInvalid: the voucher that it shows is not this party's.
            ConflictingState: it shows another voucher than is held under that number.
        """
        async with pair.account.lock:
            missed = await self._missed(pair, theirs)
            if missed is not None:
                return answer_object(await pair.state(), missed, [], judged=False)
            judged = await self._judge(pair, items)
            recorded = await self._record(pair, judged)
            vouchers = [recorded] if recorded is not None else []
            return answer_object(await pair.state(), vouchers, judged.refused, judged=True)

    async def _missed(self, pair: Pair, theirs: State) -> list[Recorded] | None:
        """Return what the payee lacks; nothing when this party is behind itself; None when both are even."""
        account, shown = pair.account, theirs.there
        head = await account.head(account.out)
        if shown is None:
            return await self._after(pair, 0) if head.number else None
        if shown.number < head.number:
            return await self._after(pair, shown.number)
        if shown.head == head:
            return None
        keys = await account.keys(account.out, replayed=True)
        shown.voucher(account.out).require_signer(*sorted(keys.known))
        if shown.number > head.number:
            return []
        raise ConflictingState(
            f"two different vouchers number {head.number} of {account.out} are signed",
            hint="Was an old backup restored on either side? Nothing is signed until people have looked.",
        )

    async def _after(self, pair: Pair, number: int) -> list[Recorded]:
        found = await self._house.store.vouchers(pair.account.out, after=number, most=MOST_VOUCHERS)
        return list(found)

    async def _judge(self, pair: Pair, items: list[object]) -> _Judged:
        standing = await self._standing(pair)
        judged = _Judged(
            signed=standing.signed,
            promised_back=standing.promised_back,
            held_otherwise=hold_back_difference(pair.terms, standing.there),
        )
        funds = await self._funds(pair)
        asks = [self._read(pair, item) for item in items]
        wanted = {ask.session_id for ask in asks if isinstance(ask, Ask)}
        books = await pair.account.books(pair.payee, wanted)
        judged.books = {name.casefold(): book for name, book in books.items()}
        for number, ask in enumerate(asks):
            if number % _BREATHE == _BREATHE - 1:
                await asyncio.sleep(0)
            if isinstance(ask, Refusal):
                judged.refused.append(Refused(number, ask))
            else:
                await self._judge_one(pair, ask, number, judged, funds)
        return judged

    def _read(self, pair: Pair, item: object) -> Ask | Refusal:
        try:
            return read_ask(item, pair.payee)
        except AskInvalid as error:
            return Refusal(Reason.UNREADABLE, error.message)

    async def _judge_one(self, pair: Pair, ask: Ask, number: int, judged: _Judged, funds: int | None) -> None:
        book = judged.books[ask.session_id.casefold()]
        asked = await self._looking_up.around(ask, book, pair)
        same = await self._same(ask, book, judged)
        twin = next((each.id for each in same if each.settled > 0), "")
        asked = replace(asked, known=judged.cdr(ask.id) or asked.known, twin=twin)
        if ask.kind is Kind.TICK:
            outcome = judge_tick(pair.terms, asked, self._policy, self._house.now())
        else:
            outcome = judge_cdr(pair.terms, asked, self._policy, self._house.now())
        if isinstance(outcome, Leaf) and funds is not None and judged.signed + outcome.amount > funds:
            missing = judged.signed + outcome.amount - funds
            outcome = Refusal(Reason.NO_FUNDS, f"{pair.terms.said(missing)} are missing", missing)
        if isinstance(outcome, Leaf) and not book.identity and judged.held_otherwise:
            outcome = Refusal(Reason.HOLD_BACK, judged.held_otherwise)
        if isinstance(outcome, Leaf) and outcome.amount and any(each.credited for each in (book, *same)):
            outcome = paid_again(pair.terms, judged.promised_back) or outcome
        if isinstance(outcome, Refusal):
            judged.refused.append(self._refuse(pair, asked, number, outcome, judged))
        elif outcome is not None:
            await self._pay(asked, outcome, judged)

    async def _same(self, ask: Ask, book: SessionBook, judged: _Judged) -> list[SessionBook]:
        """Return the books under other ids of a session that is about to be paid for the first time.

        One that was credited as a whole may be billed anew under another id, as far as credits are secured.
        """
        if book.identity:
            return []
        identity = identity_of(ask.document)
        same = {each.id.casefold(): each for each in await self._house.store.same(ask.owner, identity)}
        same |= {name: each for name, each in judged.books.items() if each.identity == identity}
        return [each for name, each in same.items() if name != ask.session_id.casefold()]

    async def _pay(self, asked: Asked, leaf: Leaf, judged: _Judged) -> None:
        ask, book = asked.ask, asked.book
        if not book.identity:
            judged.tariffs.append((ask, await self._looking_up.tariffs_to_keep(ask)))
        known = replace(
            book,
            identity=book.identity or identity_of(ask.document),
            stated_at=max(ask.stated_at, book.stated_at or ask.stated_at),
        )
        judged.leaves.append(leaf)
        judged.signed += leaf.amount
        judged.books[ask.session_id.casefold()] = known.after(leaf)
        if leaf.kind is Kind.CDR:
            judged.cdrs.append(_cdr_book(ask, book, CdrState.ACCEPTED))
            self._looking_up.finished(ask)

    def _refuse(self, pair: Pair, asked: Asked, number: int, refusal: Refusal, judged: _Judged) -> Refused:
        ask = asked.ask
        if not refusal.reason.opens_case:
            return Refused(number, refusal)
        of_cdr = ask.kind is Kind.CDR and not refusal.reason.is_of_session
        cdr_id = ask.id if of_cdr else ""
        case = Case(
            case_id(ask.owner, ask.session_id, cdr_id, refusal.reason),
            self._house.own,
            pair.account.peer,
            ask.owner,
            ask.session_id,
            cdr_id,
            refusal.reason,
            refusal.detail,
            self._house.now(),
            asked.verdict.evidence if asked.verdict else b"",
            asked.verdict.evidence_hash if asked.verdict else b"",
        )
        judged.cases.append(case)
        if cdr_id and asked.known is None:
            judged.cdrs.append(_cdr_book(ask, asked.book, CdrState.REFUSED, refusal))
        return Refused(number, refusal, case.id, case.evidence, case.evidence_hash)

    async def _record(self, pair: Pair, judged: _Judged) -> Recorded | None:
        """Sign and store, in that order and in one transaction; what is returned may be sent."""
        step = Step(self._house.now())
        recorded: Recorded | None = None
        if judged.leaves:
            recorded = await pair.account.sign(judged.leaves)
            paid = {leaf.session_id.casefold() for leaf in judged.leaves}
            books = [book for name, book in judged.books.items() if name in paid]
            finished = [(leaf.owner, leaf.session_id) for leaf in judged.leaves if leaf.kind is Kind.CDR]
            step = replace(step, vouchers=(recorded,), books=tuple(books), settled=tuple(finished))
        step = replace(
            step,
            cases=tuple(judged.cases),
            cdrs=tuple(judged.cdrs),
            tariffs=tuple((ask.owner, ask.session_id, body) for ask, body in judged.tariffs),
        )
        if step.vouchers or step.cases or step.cdrs:
            await pair.account.record(step)
        return recorded

    async def _standing(self, pair: Pair) -> Standing:
        account, ledger = pair.account, self._house.ledger
        newest_back = await account.last(account.into)
        return Standing(
            (await account.head(account.out)).cumulative,
            await ledger.state(account.out),
            (await account.head(account.into)).cumulative,
            await ledger.state(account.into),
            key_removed_back=newest_back is not None
            and not await ledger.may_sign(account.into, newest_back.voucher.signer),
        )

    async def _funds(self, pair: Pair) -> int | None:
        """Return up to which total this party signs on the lane; None for any."""
        if not self._policy.within_funds:
            return None
        state = await self._house.ledger.state(pair.account.out)
        return state.claimed + state.reserve + state.free + pair.terms.unsecured


def _cdr_book(ask: Ask, book: SessionBook, state: CdrState, refusal: Refusal | None = None) -> CdrBook:
    return CdrBook(ask.owner, ask.id, ask.session_id, book.lane, ask.hash, ask.total, state, refusal)
