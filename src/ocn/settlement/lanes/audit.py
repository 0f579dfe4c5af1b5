"""Compare balances of the index with what the contract says."""

import random
from typing import Protocol

from ocn.settlement.lanes.reading import LanesReader
from ocn.settlement.lanes.records import (
    DisputeRecord,
    FreeRecord,
    Key,
    Kind,
    LaneRecord,
    Record,
    SignerRecord,
)


class Known(Protocol):
    """The index, as far as it is compared."""

    def keys(self) -> list[Key]:
        """Return the keys that have a record."""
        ...

    def record(self, key: Key) -> Record | None:
        """Return the newest record of a key."""
        ...


class LaneSampler:
    """Both sides of the audit; see :class:`ocn.chain.following.auditing.Sampler`.

    Only what the index knows of can be chosen: the contract lists nothing. Money of an event that was missed
    shows in the balances beside it.
    """

    def __init__(self, reader: LanesReader, known: Known) -> None:
        self._reader = reader
        self._known = known

    async def chosen(self, sample: int) -> list[Key]:
        """Choose at random."""
        keys = self._known.keys()
        return random.sample(keys, min(len(keys), sample))

    async def same(self, key: Key) -> bool:
        """Compare what both say of a key, in all that the contract can be asked."""
        record = self._known.record(key)
        if key.kind is Kind.FREE:
            amount = record.amount if isinstance(record, FreeRecord) else 0
            return await self._reader.free(key.first, key.second) == amount
        if key.kind is Kind.SIGNER:
            known = record if isinstance(record, SignerRecord) else SignerRecord(0)
            return await self._reader.signer(key.first, key.second) == known
        if isinstance(record, DisputeRecord):
            frozen = 0 if record.resolved_in else record.amount
            said_frozen = await self._reader.disputed(*key[1:4], bytes.fromhex(key.fourth[2:]))
            return said_frozen == (frozen, record.timeout)
        return await self._same_lane(key, record if isinstance(record, LaneRecord) else LaneRecord())

    async def _same_lane(self, key: Key, known: LaneRecord) -> bool:
        payer, payee, token = key.first, key.second, key.third
        said = await self._reader.exposure(payer, payee, token)
        return (
            (said.claimed, said.reserved, said.exit, said.exit_ready_at)
            == (known.claimed, known.reserved, known.exit, known.exit_ready_at)
            and await self._reader.setoff(payee, payer, token) == (known.setoff, known.leaves_at)
            and await self._reader.hold_back(payer, payee, token) == (known.window, known.arbiter)
        )
