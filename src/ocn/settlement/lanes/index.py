"""The index of lanes: who has what, from memory."""

from collections.abc import Sequence
from pathlib import Path

from ocn.chain.client import ChainClient
from ocn.chain.following import ChainIndex, IndexSettings, View
from ocn.chain.following.log import OpenLog
from ocn.settlement.core.booking import Settlement
from ocn.settlement.lanes.audit import LaneSampler
from ocn.settlement.lanes.in_memory import LaneRecords
from ocn.settlement.lanes.reading import LanesReader
from ocn.settlement.lanes.records import (
    VOUCHERS,
    DisputeRecord,
    Key,
    LaneLayout,
    LaneRecord,
    Record,
    SignerRecord,
    lane_key,
)
from ocn.settlement.lanes.source import LaneSource


class LaneIndex(ChainIndex[Key, Record, LaneRecords]):
    """Free money, lanes and hot keys of one contract, followed by one task. Addresses are in EIP-55 case.

    What is known is served while the chain is away; :attr:`standing` says how old it is. ``latest`` answers
    what may be claimed and what is promised; books follow ``confirmed``.
    """

    def __init__(
        self,
        chain: ChainClient,
        source: LaneSource,
        *,
        path: Path | None = None,
        settings: IndexSettings | None = None,
        log: OpenLog[Key, Record] | None = None,
    ) -> None:
        """Prepare; nothing is read before :meth:`start`. The chain client stays the caller's to close.

        What was read is kept in the file at ``path``, or in what ``log`` opens, or not at all.
        """
        self._reader = LanesReader(chain, source.contract)
        super().__init__(
            LaneRecords,
            name="index of lanes",
            chain=chain,
            source=source,
            layout=LaneLayout(),
            path=path,
            settings=settings or IndexSettings(),
            log=log,
        )

    def free(self, token: str, party: str, view: View = "latest") -> int:
        """Return a party's money that no reserve holds, in units."""
        return self._state(view).free(token, party)

    def lane(self, payer: str, payee: str, token: str, view: View = "latest") -> LaneRecord:
        """Return a lane; all zero where nothing ever happened."""
        return self._state(view).lane(payer, payee, token)

    def lanes_of(self, party: str, view: View = "latest") -> list[tuple[Key, LaneRecord]]:
        """Return the lanes on which a party pays or is paid, in no particular order."""
        return list(self._state(view).lanes_of(party))

    def signer(self, party: str, key: str, view: View = "latest") -> SignerRecord:
        """Return what a hot key may do for a party."""
        return self._state(view).signer(party, key)

    def may_sign(self, party: str, key: str, view: View = "latest") -> bool:
        """Return whether vouchers of this key reach all of the party's money."""
        return key == party or bool(self.signer(party, key, view).rights & VOUCHERS)

    def signers(self, party: str, view: View = "latest") -> list[str]:
        """Return the keys whose vouchers count for a party, its own first, and those whose did once."""
        found = self._state(view).signers_of(party)
        return [party, *(key for key, record in found if record.rights & VOUCHERS or record.retires_at)]

    def disputes(self, view: View = "latest") -> list[tuple[Key, DisputeRecord]]:
        """Return every dispute there ever was, whose lane is followed."""
        return list(self._state(view).disputes())

    def disputes_on(
        self, payer: str, payee: str, token: str, view: View = "latest"
    ) -> list[tuple[Key, DisputeRecord]]:
        """Return the disputes of one lane, in no particular order."""
        return list(self._state(view).disputes_on(payer, payee, token))

    def record(self, key: Key, view: View = "latest") -> Record | None:
        """Return the record of a key."""
        return self._state(view).record(key)

    async def settlements(
        self, payer: str, payee: str, token: str, *, after_claimed: int = 0
    ) -> Sequence[Settlement]:
        """Return the transactions that moved a lane's claimed total beyond a value, oldest first.

        Confirmed ones only.

        Raises:
            ChainUnavailable: the index is closed, or everything is being read anew.
        """
        moves: dict[str, Settlement] = {}
        before = 0
        for row in await self.history(lane_key(payer, payee, token)):
            lane = row.record
            if not isinstance(lane, LaneRecord) or lane.claimed <= before:
                continue
            known = moves.get(lane.settled_in)  # netted, and the difference paid
            begun = before if known is None else known.claimed_before
            evidence = bytes.fromhex(lane.evidence.removeprefix("0x"))
            moves[lane.settled_in] = Settlement(lane.settled_in, row.block, begun, lane.claimed, evidence)
            before = lane.claimed
        return [move for move in moves.values() if move.claimed_after > after_claimed]

    def _sampler(self) -> LaneSampler:
        return LaneSampler(self._reader, self)
