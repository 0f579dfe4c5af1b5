"""What a payer can dispute now: of a session, a CDR or a voucher, claimed, and still held back."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from ocn.errors import ConfigurationError
from ocn.settlement.core.disputing import MOST_LINKS, Bucket
from ocn.settlement.core.evidence import Entry, Leaf
from ocn.settlement.core.lane import Lane
from ocn.settlement.lanes.reading import LanesReader
from ocn.settlement.lanes.records import VOUCHERS
from ocn.settlement.service.proving import Found, Wanted, entries_up_to, is_unclaimed, leaves_in
from ocn.settlement.store import Store

_NOT_HELD: Final = (
    "What was claimed is held for one window and at most two; a proof reaches back"
    f" {MOST_LINKS} vouchers from the last one claimed in a window."
)


@dataclass(frozen=True, slots=True)
class Meant:
    """What a person named; each that is not empty narrows it."""

    session: str = ""
    cdr: str = ""
    voucher: int | None = None
    payee: str = ""
    token: str = ""

    def __str__(self) -> str:
        named = (("session", self.session), ("CDR", self.cdr), ("voucher", self.voucher))
        return ", ".join(f"{what} {name}" for what, name in named if name)

    def lane(self, lane: Lane) -> bool:
        """Whether it may be on this lane."""
        return self.payee in ("", lane.payee) and self.token in ("", lane.token)

    def leaves(self, sessions: frozenset[str]) -> Wanted:
        """Return which leaves are meant, where these are the sessions (in lower case)."""

        def wanted(entry: Entry, leaf: Leaf) -> bool:
            here = self.voucher in (None, entry.number)
            return here and (not sessions or leaf.session_id.casefold() in sessions)

        return wanted


@dataclass(frozen=True, slots=True)
class Held:
    """A leaf that can be frozen now, and how much of it."""

    lane: Lane
    bucket: Bucket
    found: Found
    amount: int


@dataclass(frozen=True, slots=True)
class Disputable:
    """What whoever has the key of ``signer`` can dispute at ``now`` (Unix seconds), by the log of a payer."""

    contract: LanesReader
    store: Store
    signer: str
    now: int

    async def held(self, lanes: Collection[Lane], meant: Meant) -> list[Held]:
        """Return what can be frozen of it, the dearest first, all on one of these lanes.

        Raises:
            ConfigurationError: nothing can be, with the reason.
        """
        holding = await self._holding([lane for lane in lanes if meant.lane(lane)])
        wanted = meant.leaves(await self._sessions(meant))
        there = {lane: held for lane in holding if (held := await self._on(lane, wanted))}
        if len(there) > 1:
            raise ConfigurationError(
                f"{meant} is on {len(there)} lanes", hint="Give --payee, or --token, to say which."
            )
        if there:
            return next(iter(there.values()))
        for lane in holding:
            await self._say_why_not(lane, meant, wanted)
        raise ConfigurationError(f"nothing of {meant} is held back any more", hint=_NOT_HELD)

    async def _holding(self, known: list[Lane]) -> list[Lane]:
        """Return the lanes on which the signer may dispute."""
        mine = []
        for lane in known:
            hot = await self.contract.signer(lane.payer, self.signer)
            if self.signer == lane.payer or hot.rights & VOUCHERS:
                mine.append(lane)
        if not mine:
            raise ConfigurationError(
                f"{self.signer} pays on no lane that the database has terms for",
                hint="Only the payer disputes: its vault's key, or a key that may sign its vouchers.",
            )
        holding = [lane for lane in mine if (await self.contract.hold_back(*_three(lane)))[0]]
        if not holding:
            raise ConfigurationError(
                "payments are held back on none of these lanes, so nothing can be disputed",
                hint="Both sides agree on that first: terms with hold_back_h, or ocn settlement hold-back.",
            )
        return holding

    async def _sessions(self, meant: Meant) -> frozenset[str]:
        """Return which sessions are meant; a CDR is its session: what it cost stands under its ticks, too."""
        names = {meant.session.casefold()} - {""}
        if meant.cdr:
            owners = {party for pair in await self.store.pairs() for party in pair}
            found = [book for each in owners for book in (await self.store.cdrs(each, [meant.cdr])).values()]
            if not found:
                raise ConfigurationError(f"the database has no CDR {meant.cdr[:60]}")
            names |= {book.session_id.casefold() for book in found}
        return frozenset(names)

    async def _on(self, lane: Lane, wanted: Wanted) -> list[Held]:
        found = []
        for bucket in await self.contract.buckets(*_three(lane), self.now):
            entries = await entries_up_to(self.store, lane, bucket.start, bucket.evidence)
            leaves = sorted(leaves_in(entries, wanted), key=lambda each: -each.leaf.amount)
            left = bucket.amount
            for leaf in leaves:
                _, deadline = await self.contract.disputed(*_three(lane), leaf.hash)
                amount = min(leaf.leaf.amount, left)
                if not deadline and amount:
                    found.append(Held(lane, bucket, leaf, amount))
                    left -= amount
        return sorted(found, key=lambda each: -each.amount)

    async def _say_why_not(self, lane: Lane, meant: Meant, wanted: Wanted) -> None:
        """Raise where this lane tells why nothing of it can be frozen."""
        for bucket in await self.contract.buckets(*_three(lane), self.now):
            entries = await entries_up_to(self.store, lane, bucket.start, bucket.evidence)
            if not entries:
                raise ConfigurationError(
                    f"the database does not have the vouchers that {lane.payee} claimed",
                    hint="Get them back from the counterparty first (Settlement.recover), or use its copy.",
                )
            if leaves_in(entries, wanted):
                raise ConfigurationError(f"all that is held of {meant} is disputed already, or cost nothing")
        claimed = (await self.contract.exposure(*_three(lane))).claimed
        if await is_unclaimed(self.store, lane, claimed, wanted):
            raise ConfigurationError(
                f"{meant} is paid by a voucher that nobody has claimed yet, so there is nothing to freeze",
                hint="Anybody may claim it; until then stop paying, or settle the case between you.",
            )


def _three(lane: Lane) -> tuple[str, str, str]:
    return lane.payer, lane.payee, lane.token
