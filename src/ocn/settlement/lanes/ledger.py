"""The chain as the settlement service asks it: :class:`ocn.settlement.ports.Ledger` over the index."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Final

from ocn.chain.following import View
from ocn.settlement.core.booking import Settlement
from ocn.settlement.core.disputing import Dispute
from ocn.settlement.core.lane import Exit, Lane, LaneState
from ocn.settlement.errors import SettlementError
from ocn.settlement.lanes.index import LaneIndex
from ocn.settlement.lanes.records import DisputeRecord
from ocn.settlement.lanes.tokens import Tokens

_LAST: Final = int(datetime(9999, 12, 31, tzinfo=UTC).timestamp())


class OtherContract(SettlementError):
    """A lane of another chain or contract than the one followed."""


class ChainLedger:
    """One contract on one chain. Answers from memory, except for what a token says of itself."""

    def __init__(self, index: LaneIndex, tokens: Tokens, *, chain_id: int, contract: str) -> None:
        self._index = index
        self._tokens = tokens
        self._chain_id = chain_id
        self._contract = contract

    async def state(self, lane: Lane, *, confirmed: bool = False) -> LaneState:
        """See the port.

        Raises:
            OtherContract: the lane is elsewhere.
        """
        self._require_here(lane)
        view: View = "confirmed" if confirmed else "latest"
        record = self._index.lane(lane.payer, lane.payee, lane.token, view)
        leaving = (
            Exit(record.exit, datetime.fromtimestamp(min(record.exit_ready_at, _LAST), UTC))
            if record.exit
            else None
        )
        return LaneState(
            claimed=record.claimed,
            reserve=record.reserved,
            free=self._index.free(lane.token, lane.payer, view),
            exit=leaving,
            set_off=record.setoff and not record.leaves_at,
            set_off_ends=bool(record.leaves_at),
            window_s=record.window,
            arbiter=record.arbiter,
            held=record.held,
        )

    async def decimals(self, lane: Lane) -> int:
        """See the port.

        Raises:
            TokenUnusable: there is no such token, or its decimals are not credible.
            ChainUnavailable: the chain does not answer.
        """
        self._require_here(lane)
        return (await self._tokens.token(lane.token)).decimals

    async def may_sign(self, lane: Lane, signer: str) -> bool:
        """See the port."""
        self._require_here(lane)
        return self._index.may_sign(lane.payer, signer)

    async def signers(self, lane: Lane) -> Collection[str]:
        """See the port."""
        self._require_here(lane)
        return self._index.signers(lane.payer)

    async def settlements(self, lane: Lane, after_claimed: int) -> Sequence[Settlement]:
        """See the port."""
        self._require_here(lane)
        return await self._index.settlements(lane.payer, lane.payee, lane.token, after_claimed=after_claimed)

    async def disputes(self, lane: Lane, *, confirmed: bool = False) -> Sequence[Dispute]:
        """See the port."""
        self._require_here(lane)
        view: View = "confirmed" if confirmed else "latest"
        found = self._index.disputes_on(lane.payer, lane.payee, lane.token, view)
        return [dispute_of(lane, key.fourth, record) for key, record in found]

    def _require_here(self, lane: Lane) -> None:
        if (lane.chain_id, lane.contract) != (self._chain_id, self._contract):
            raise OtherContract(
                f"{lane} is at {lane.contract} on chain {lane.chain_id}, which is not followed here",
                hint=f"This program follows {self._contract} on chain {self._chain_id}.",
            )


def dispute_of(lane: Lane, leaf: str, record: DisputeRecord) -> Dispute:
    """Return a dispute of the index as a value of its lane."""
    return Dispute(
        lane,
        bytes.fromhex(leaf.removeprefix("0x")),
        record.amount,
        record.timeout,
        record.claimed,
        bytes.fromhex(record.evidence.removeprefix("0x")),
        record.opened_in,
        record.to_payer,
        record.to_payee,
        record.resolved_in,
    )
