"""Finding leaves in the log of a lane, with the vouchers that prove them against claimed evidence."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ocn.settlement.core.disputing import MOST_LINKS, Dispute
from ocn.settlement.core.evidence import Entry, Leaf, Proof, salt
from ocn.settlement.core.lane import Lane
from ocn.settlement.service.voucher_log import first_beyond
from ocn.settlement.store import Store

_PAGE = 200
_FARTHEST_BACK = 20_000
"""Vouchers: two days of one every ten seconds."""

Wanted: TypeAlias = Callable[[Entry, Leaf], bool]


@dataclass(frozen=True, slots=True)
class Found:
    """One leaf of a voucher, and the vouchers from it to the one whose evidence the chain has."""

    entry: Entry
    index: int
    later: tuple[Entry, ...] = ()

    @property
    def leaf(self) -> Leaf:
        """What it is for."""
        return self.entry.leaves[self.index]

    @property
    def hash(self) -> bytes:
        """By what the chain knows it."""
        return self.leaf.hashed(salt(self.entry.seed, self.index, self.leaf))

    @property
    def proof(self) -> Proof:
        """What the contract is shown."""
        return self.entry.proof(self.index, self.later)


async def entries_up_to(store: Store, lane: Lane, beyond: int, evidence: bytes) -> list[Entry]:
    """Return the vouchers beyond a total that lead to some evidence, of them the last 512.

    Empty where the log does not have that evidence.
    """
    first = await first_beyond(store, lane, beyond)
    entries: deque[Entry] = deque(maxlen=MOST_LINKS)
    after = None if first is None else first.entry.number - 1
    while after is not None and (page := await store.vouchers(lane, after=after, most=_PAGE)):
        for recorded in page:
            entries.append(recorded.entry)
            if recorded.entry.evidence == evidence:
                return list(entries)
        after = page[-1].entry.number
    return []


def leaves_in(entries: Sequence[Entry], wanted: Wanted) -> list[Found]:
    """Return the leaves that are wanted, each with what proves it against the last of the vouchers."""
    return [
        Found(entry, index, tuple(entries[place + 1 :]))
        for place, entry in enumerate(entries)
        for index, leaf in enumerate(entry.leaves)
        if wanted(entry, leaf)
    ]


async def is_unclaimed(store: Store, lane: Lane, claimed: int, wanted: Wanted) -> bool:
    """Whether a leaf that is wanted stands under a voucher beyond what was claimed."""
    first = await first_beyond(store, lane, claimed)
    after = None if first is None else first.entry.number - 1
    while after is not None and (page := await store.vouchers(lane, after=after, most=_PAGE)):
        if leaves_in([recorded.entry for recorded in page], wanted):
            return True
        after = page[-1].entry.number
    return False


async def disputed_leaf(store: Store, dispute: Dispute) -> Found | None:
    """Find the leaf of a dispute in this party's log; None where it is not there, or too far back.

    What is disputed was held, so it is among the last vouchers before those claimed at that time.
    """
    newest = await _number_of(store, dispute)
    for last in range(newest or 0, max(0, (newest or 0) - _FARTHEST_BACK), -_PAGE):
        first = max(0, last - _PAGE)
        page = await store.vouchers(dispute.lane, after=first, most=last - first)
        found = await asyncio.to_thread(_of_hash, [recorded.entry for recorded in page], dispute)
        if found is not None:
            return found
    return None


async def _number_of(store: Store, dispute: Dispute) -> int | None:
    """Find the voucher of the claimed evidence; its total is higher where the payer lacked money."""
    entries = await entries_up_to(store, dispute.lane, dispute.claimed - 1, dispute.evidence)
    return entries[-1].number if entries else None


def _of_hash(entries: Sequence[Entry], dispute: Dispute) -> Found | None:
    for found in leaves_in(entries, lambda _, leaf: leaf.amount >= dispute.amount):
        if found.hash == dispute.leaf:
            return found
    return None
