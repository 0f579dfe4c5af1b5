"""What a party holds with one counterparty: a lane out and a lane in, and the books of all sessions on them.

A party signs on the lane out and accepts on the lane in, whichever role it has: an eMSP pays on the lane out
and takes credits on the lane in, a CPO the other way round, and a party that is both does both at once.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from ocn.ocpi.party_id import PartyId
from ocn.settlement.core.accepting import taken
from ocn.settlement.core.books import CdrBook, CdrState, SessionBook
from ocn.settlement.core.evidence import NOTHING_YET, ZERO_HASH, Entry, Head, Kind, Leaf, extend
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.opening import Opened
from ocn.settlement.core.replaying import NOTHING_PROVEN, Keys, Proven
from ocn.settlement.core.vouchers import sign_voucher
from ocn.settlement.errors import VoucherInvalid
from ocn.settlement.records import Recorded, Step
from ocn.settlement.service.house import House
from ocn.settlement.service.session_books import SessionBooks, SessionKey, session_key


class Account:
    """In memory as in the store. Whoever changes it holds ``lock``: one for all lanes of the peer."""

    def __init__(self, house: House, peer: PartyId, out: Lane, sessions: SessionBooks) -> None:
        self.house = house
        self.peer = peer
        self.out = out
        self._peer_keys: dict[str, int] = {}
        self.floors: dict[Lane, Callable[[], int]] = {}
        """The floor of the terms of now, by the lane that they are about."""
        self.lock = sessions.lock
        self._sessions = sessions
        self._last: dict[Lane, Recorded | None] = {}

    @property
    def into(self) -> Lane:
        """The lane that the peer signs on."""
        return self.out.opposite

    @property
    def peer_signers(self) -> list[str]:
        """Every key that the peer has signed vouchers with; the last one counts for new ones."""
        return sorted(self._peer_keys, key=self._peer_keys.__getitem__)

    def note_peer_key(self, key: str, number: int) -> None:
        """Note a key that terms of a number name for the peer; of all terms both ways the highest counts."""
        self._peer_keys[key] = max(self._peer_keys.get(key, 0), number)

    async def last(self, lane: Lane) -> Recorded | None:
        """Return the newest voucher held of a lane."""
        if lane not in self._last:
            self._last[lane] = await self.house.store.last(lane)
        return self._last[lane]

    async def head(self, lane: Lane) -> Head:
        """Return how far a lane has come; one that nothing is known of starts at what the chain has paid."""
        last = await self.last(lane)
        if last is not None:
            return last.head
        return Head(0, (await self.house.ledger.state(lane)).claimed, ZERO_HASH)

    async def history_head(self, lane: Lane) -> Head:
        """Return what vouchers of before have to continue; those of an unknown lane begin where they did.

        What the chain has paid is a part of them.
        """
        last = await self.last(lane)
        return last.head if last is not None else NOTHING_YET

    async def begins_above_zero(self, lane: Lane) -> bool:
        """Whether the chain has paid, before a lane's first voucher here, what that says nothing of."""
        first = await self.house.store.vouchers(lane, after=0, most=1)
        if first:
            return first[0].entry.cumulative > first[0].entry.amount
        return (await self.house.ledger.state(lane)).claimed > 0

    async def books(self, owner: PartyId, session_ids: Collection[str]) -> dict[str, SessionBook]:
        """Return the books of a CPO's sessions, new where there is none; by ids as they were asked for."""
        known = await self._sessions.known(owner, session_ids)
        return {each: known.get(each) or self._new_book(owner, each) for each in session_ids}

    async def sign(self, leaves: Sequence[Leaf]) -> Recorded:
        """Sign the next voucher out. It must be stored before anybody sees it.

        Raises:
            ConflictingState: the terms name another key than this party signs with.
        """
        entry = extend(await self.head(self.out), leaves, self.house.seed())
        voucher = sign_voucher(self.house.voucher_key, self.out, entry.cumulative, entry.evidence)
        return Recorded(self.out, entry, voucher.signature, self.house.now())

    async def accept(
        self, shown: Sequence[Opened], *, replayed: bool = False, proven: Proven = NOTHING_PROVEN
    ) -> list[Entry]:
        """Take vouchers in, in order; those held already are passed over. Returns what is new.

        ``replayed`` ones are history: a credit may come before the payment that it is for.

        Raises:
            VoucherInvalid, EvidenceInvalid: one is not what it should be. Those before it were taken, as far
                as one signed by the key of today stands for them.
        """
        keys = await self.keys(self.into, replayed=replayed)
        return await self._take(self.into, shown, keys, live=not replayed, proven=proven)

    async def restore(self, shown: Sequence[Opened], *, proven: Proven = NOTHING_PROVEN) -> list[Entry]:
        """Take back vouchers that this party signed and has lost; its own signature proves them.

        Raises:
            VoucherInvalid, EvidenceInvalid: as :meth:`accept`.
        """
        keys = await self.keys(self.out, replayed=True)
        return await self._take(self.out, shown, keys, live=False, proven=proven)

    async def keys(self, lane: Lane, *, replayed: bool) -> Keys:
        """Return whose vouchers are taken on a lane; what happened before may be signed by keys of before."""
        own = lane == self.out
        signers = [self.house.voucher_key.address] if own else self.peer_signers
        today, known = set(signers[-1:]), set(signers)
        if replayed:
            known |= set(await self.house.ledger.signers(lane))
            today |= {each for each in known if await self.house.ledger.may_sign(lane, each)}
        return Keys(frozenset(today), frozenset(known))

    async def _take(
        self, lane: Lane, shown: Sequence[Opened], keys: Keys, *, live: bool, proven: Proven
    ) -> list[Entry]:
        """Nothing is kept that only a key of before has signed: it may be in others' hands by now."""
        head = await (self.head(lane) if live else self.history_head(lane))
        read = keys.read(lane, head, shown, proven)
        for entry, signature in read.good:
            if live:
                await self._require_due(entry)
            await self.record(await self.step_with(Recorded(lane, entry, signature, self.house.now())))
        if read.error is not None:
            raise read.error
        return [entry for entry, _ in read.good]

    async def step_with(self, recorded: Recorded, stated: Iterable[SessionBook] = ()) -> Step:
        """Return the step that a voucher is: the voucher, and what its leaves do to the books.

        ``stated`` are books with what this party has learned on the way.

        Raises:
            VoucherInvalid: a leaf contradicts what is known here.
        """
        leaves = recorded.entry.leaves
        books = await self._books_of(leaves) | {session_key(book.owner, book.id): book for book in stated}
        cdrs = await self._cdrs_after(leaves)
        for leaf in leaves:
            key = session_key(leaf.owner, leaf.session_id)
            books[key] = books[key].after(leaf)
        finished = {(leaf.owner, leaf.session_id) for leaf in leaves if leaf.kind is Kind.CDR}
        return Step(
            self.house.now(),
            vouchers=(recorded,),
            books=tuple(books.values()),
            cdrs=tuple(cdrs),
            settled=tuple(finished),
        )

    async def _require_due(self, entry: Entry) -> None:
        """A peer's voucher may give back what was paid, and accept what was billed, at its price."""
        books = await self._books_of(entry.leaves)
        billed = {leaf.id for leaf in entry.leaves if leaf.kind is Kind.CDR and leaf.owner == self.house.own}
        bills = {
            name.casefold(): bill for name, bill in (await self._known_cdrs(self.house.own, billed)).items()
        }
        for leaf in entry.leaves:
            key = session_key(leaf.owner, leaf.session_id)
            books[key] = taken(
                books[key],
                leaf,
                bills.get(leaf.id.casefold()),
                floor=self._floor(self.into),
                least_credit=self._floor(self.out),
            )

    async def record(self, step: Step) -> None:
        """Store a step, and only then know it.

        Raises:
            ConflictingState: somebody else has gone on; what is in memory is read again the next time.
        """
        try:
            await self.house.store.record(step)
        except BaseException:
            self.forget()
            raise
        self._last |= {recorded.lane: recorded for recorded in step.vouchers}
        self._sessions.keep(step.books)

    def forget(self) -> None:
        """Read everything from the store again when it is next needed."""
        self._last.clear()
        self._sessions.forget()

    async def _books_of(self, leaves: Sequence[Leaf]) -> dict[SessionKey, SessionBook]:
        books: dict[SessionKey, SessionBook] = {}
        for owner in {leaf.owner for leaf in leaves}:
            found = await self.books(owner, {leaf.session_id for leaf in leaves if leaf.owner == owner})
            books |= {session_key(owner, name): book for name, book in found.items()}
        return books

    async def _cdrs_after(self, leaves: Sequence[Leaf]) -> list[CdrBook]:
        """A CDR's leaf accepts it; a credit may end one."""
        after: list[CdrBook] = []
        for owner in {leaf.owner for leaf in leaves}:
            its = [leaf for leaf in leaves if leaf.owner == owner]
            ended = {leaf.ends for leaf in its if leaf.kind is Kind.CREDIT} - {""}
            billed = [leaf for leaf in its if leaf.kind is Kind.CDR]
            known = await self._known_cdrs(owner, [*ended, *(leaf.id for leaf in billed)])
            after += [
                replace(known[name], state=CdrState.CREDITED, body=b"") for name in ended if name in known
            ]
            after += [self._accepted(leaf, known.get(leaf.id)) for leaf in billed]
        return after

    async def _known_cdrs(self, owner: PartyId, cdr_ids: Iterable[str]) -> Mapping[str, CdrBook]:
        names = set(cdr_ids)
        return await self.house.store.cdrs(owner, names) if names else {}

    def _accepted(self, leaf: Leaf, known: CdrBook | None) -> CdrBook:
        if known is None:
            lane = self._lane_of(leaf.owner).key
            return CdrBook(
                leaf.owner, leaf.id, leaf.session_id, lane, leaf.document, leaf.amount, CdrState.ACCEPTED
            )
        if known.document != leaf.document:
            raise VoucherInvalid(f"a voucher pays for another CDR {leaf.id} than is known here")
        return replace(known, state=CdrState.ACCEPTED, refusal=None, body=b"")

    def _floor(self, lane: Lane) -> int:
        return self.floors[lane]() if lane in self.floors else 0

    def _new_book(self, owner: PartyId, session_id: str) -> SessionBook:
        payer = self.peer if owner == self.house.own else self.house.own
        return SessionBook(owner, session_id, payer, self._lane_of(owner).key)

    def _lane_of(self, owner: PartyId) -> Lane:
        """Return the lane on which the sessions of a CPO are paid."""
        return self.into if owner == self.house.own else self.out
