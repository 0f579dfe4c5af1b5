"""Getting back from a counterparty what was lost: every voucher of both lanes, and so the books."""

from collections.abc import Sequence
from typing import Final

from ocn.ocpi.party_id import PartyId
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.opening import Opened
from ocn.settlement.core.replaying import NOTHING_PROVEN, Proven
from ocn.settlement.core.vouchers import SignedVoucher
from ocn.settlement.protocol.peer import Peer
from ocn.settlement.service.pair import Pair

_MOST: Final = 10_000_000
"""Vouchers that are looked through where keys have changed: three years of one every ten seconds."""


class Recovering:
    """Reads both lanes of one pair from the peer, until it has no more."""

    def __init__(self, pair: Pair, own: PartyId, peer: Peer) -> None:
        self._account = pair.account
        self._pays = pair.pays
        self._own = own
        self._peer = peer

    async def all(self) -> None:
        """What was paid comes before what was credited.

        Raises:
            VoucherInvalid, EvidenceInvalid: a voucher is not what it should be; those before it are kept.
        """
        lanes = (self._account.out, self._account.into)
        for lane in lanes if self._pays else reversed(lanes):
            proven = await self._proven(lane)
            while await self._take(lane, await self._page(lane, await self._number(lane)), proven):
                pass

    async def _take(self, lane: Lane, shown: Sequence[Opened], proven: Proven) -> bool:
        account = self._account
        async with account.lock:
            if lane == account.out:
                return bool(await account.restore(shown, proven=proven))
            return bool(await account.accept(shown, replayed=True, proven=proven))

    async def _proven(self, lane: Lane) -> Proven:
        """Where keys have changed, look through everything first: a voucher stands for all before it."""
        account = self._account
        keys = await account.keys(lane, replayed=True)
        if keys.known == keys.today:
            return NOTHING_PROVEN
        newest, head = 0, await account.history_head(lane)
        seen = Proven(head.number + 1)
        while shown := await self._page(lane, head.number):
            everything = Proven(head.number + 1, b"".join(each.evidence for each in shown))
            found = keys.read(lane, head, shown, everything).good
            if not found or len(seen) > _MOST:
                break
            for entry, signature in found:
                seen.add(entry.evidence)
                if keys.stand_for(SignedVoucher(lane, entry.cumulative, entry.evidence, signature)):
                    newest = entry.number
            head = found[-1][0].head
        return seen.up_to(newest)

    async def _page(self, lane: Lane, after: int) -> Sequence[Opened]:
        account = self._account
        payer, payee = (self._own, account.peer) if lane == account.out else (account.peer, self._own)
        return await self._peer.vouchers(lane, payer, payee, after=after)

    async def _number(self, lane: Lane) -> int:
        async with self._account.lock:
            return (await self._account.head(lane)).number
