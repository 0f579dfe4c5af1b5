"""Stand-ins for what settlement reaches through its ports. They pass the contract tests of the real ones."""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

from ocn.ocpi.party_id import PartyId
from ocn.settlement.core.asked import Verdict
from ocn.settlement.core.booking import Settlement
from ocn.settlement.core.disputing import Dispute
from ocn.settlement.core.holding_back import HoldBack
from ocn.settlement.core.lane import Exit, Lane, LaneState
from ocn.settlement.core.reasons import Reason, Refusal
from ocn.settlement.core.vouchers import SignedVoucher
from ocn.settlement.errors import NoVaultKey, VoucherInvalid

_OCPI, _CENT = Decimal("0.0001"), Decimal("0.01")


@dataclass
class FakeChain:
    """Ledger and Keeper of everybody: the contract's rules on numbers, every block confirmed at once."""

    token_decimals: int = 6
    lanes: dict[Lane, LaneState] = field(default_factory=dict)
    free: dict[str, int] = field(default_factory=dict)
    signers_of: set[tuple[str, str]] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    """Keys that sign for nobody any more."""
    transactions: list[tuple[str, Lane, Settlement]] = field(default_factory=list)
    works: bool = True
    """Whether transactions get into blocks."""
    vault_keys: bool = True
    """Whether the keeper has those of the vaults."""
    asked: list[tuple[str, Lane]] = field(default_factory=list)
    """What only vaults may promise, and what was collected."""
    numbers: dict[str, int] = field(default_factory=dict)
    """Of the vaults' next signed calls."""
    disputed: list[Dispute] = field(default_factory=list)

    async def state(self, lane: Lane, *, confirmed: bool = False) -> LaneState:
        return replace(self.lanes.get(lane, LaneState()), free=self.free.get(lane.payer, 0))

    async def decimals(self, lane: Lane) -> int:
        return self.token_decimals

    async def may_sign(self, lane: Lane, signer: str) -> bool:
        mine = signer == lane.payer or (lane.payer, signer) in self.signers_of
        return mine and signer not in self.removed

    async def signers(self, lane: Lane) -> Collection[str]:
        return [lane.payer, *(key for vault, key in self.signers_of if vault == lane.payer)]

    async def settlements(self, lane: Lane, after_claimed: int) -> Sequence[Settlement]:
        return [
            settlement
            for _, of, settlement in self.transactions
            if of == lane and settlement.claimed_after > after_claimed
        ]

    async def disputes(self, lane: Lane, *, confirmed: bool = False) -> Sequence[Dispute]:
        return [dispute for dispute in self.disputed if dispute.lane == lane]

    async def claim(self, voucher: SignedVoucher) -> None:
        if self.works:
            self._require(voucher)
            self._pay("claim", voucher, offset=0)

    async def net(self, voucher: SignedVoucher, back: SignedVoucher) -> None:
        if not self.works:
            return
        self._require(voucher)
        self._require(back)
        owed = [
            max(each.cumulative - self.lanes.get(each.lane, LaneState()).claimed, 0)
            for each in (voucher, back)
        ]
        for each in (voucher, back):
            self._pay("net", each, offset=min(owed))

    async def reserve(self, lane: Lane, amount: int) -> None:
        state = await self.state(lane)
        assert 0 < amount <= state.free
        self.free[lane.payer] -= amount
        self.lanes[lane] = replace(state, reserve=state.reserve + amount)

    async def set_off(self, lane: Lane) -> None:
        if not self.vault_keys:
            raise NoVaultKey("the key is elsewhere")
        self.asked.append(("set off", lane))
        if self.works:
            self.lanes[lane] = replace(self.lanes.get(lane, LaneState()), set_off=True, set_off_ends=False)

    async def next_number(self, vault: str) -> int:
        return self.numbers.get(vault, 0)

    async def hold_back(self, agreed: HoldBack, payer: bytes, payee: bytes) -> None:
        lane = agreed.lane
        for vault, signature in ((lane.payer, payer), (lane.payee, payee)):
            agreed.require_signed_by(vault, signature)
            assert agreed.number_of(vault) == await self.next_number(vault)
        self.asked.append((f"hold back {agreed.window_s}", lane))
        if self.works:
            for vault in (lane.payer, lane.payee):
                self.numbers[vault] = self.numbers.get(vault, 0) + 1
            state = self.lanes.get(lane, LaneState())
            self.lanes[lane] = replace(state, window_s=agreed.window_s, arbiter=agreed.arbiter)

    async def collect(self, lane: Lane) -> None:
        """Everything at once: time does not pass here."""
        self.asked.append(("collect", lane))
        state = self.lanes[lane]
        self.lanes[lane] = replace(state, held=0)
        self.free[lane.payee] = self.free.get(lane.payee, 0) + state.held

    def fund(self, vault: str, amount: int) -> None:
        self.free[vault] = self.free.get(vault, 0) + amount

    def leave(self, lane: Lane, exit_: Exit) -> None:
        self.lanes[lane] = replace(self.lanes[lane], exit=exit_)

    def total(self) -> int:
        """All money there is; nothing that settlement does changes it."""
        return sum(self.free.values()) + sum(state.reserve + state.held for state in self.lanes.values())

    def _require(self, voucher: SignedVoucher) -> None:
        if (
            voucher.signer != voucher.lane.payer
            and (voucher.lane.payer, voucher.signer) not in self.signers_of
        ):
            raise VoucherInvalid("no such signer")

    def _pay(self, kind: str, voucher: SignedVoucher, *, offset: int) -> None:
        lane = voucher.lane
        state, free = self.lanes.get(lane, LaneState()), self.free.get(lane.payer, 0)
        owed = max(voucher.cumulative - state.claimed - offset, 0)
        paid = min(owed, state.reserve + free)
        from_reserve = min(paid, state.reserve)
        after = state.claimed + offset + paid
        if after == state.claimed:
            return
        self.free[lane.payer] = free - (paid - from_reserve)
        self.lanes[lane] = replace(state, claimed=after, reserve=state.reserve - from_reserve)
        if state.window_s:
            self.lanes[lane] = replace(self.lanes[lane], held=state.held + paid)
        elif state.set_off:
            back = self.lanes.get(lane.opposite, LaneState())
            self.lanes[lane.opposite] = replace(back, reserve=back.reserve + paid)
        else:
            self.free[lane.payee] = self.free.get(lane.payee, 0) + paid
        transaction = "0x" + hashlib.sha256(f"{len(self.transactions)}".encode()).hexdigest()
        settlement = Settlement(
            transaction, len(self.transactions) + 1, state.claimed, after, voucher.evidence
        )
        self.transactions.append((kind, lane, settlement))


@dataclass
class FlatPricing:
    """So much per kWh, as the one component of the one tariff says."""

    def price(
        self,
        session: dict[str, Any],
        tariffs: Sequence[dict[str, Any]],
        *,
        time_zone: str | None,
        vat_included: bool,
    ) -> Decimal | Refusal:
        if not tariffs:
            return Refusal(Reason.UNPRICEABLE, "no tariff of this session was told before")
        return Decimal(session["kwh"]) * _rate(tariffs)

    def verify(
        self, cdr: dict[str, Any], tariffs: Sequence[dict[str, Any]], *, time_zone: str | None
    ) -> Verdict:
        claimed = Decimal(cdr["total_cost"]["excl_vat"])
        exact = Decimal(cdr["total_energy"]) * _rate(tariffs) if tariffs else None
        causes: tuple[tuple[str, ...], ...]
        word, causes = "mismatch", (("UNEXPLAINED",),)
        if exact is None:
            word, causes = "undecidable", ()
        elif claimed in (exact.quantize(digits, ROUND_HALF_UP) for digits in (_OCPI, _CENT)):
            word, causes = "match", ()
        elif claimed == exact.quantize(_CENT, ROUND_DOWN):
            word, causes = "explained", (("ROUNDING_TOTAL",),)
        evidence = json.dumps({"verdict": word, "claimed": str(claimed), "exact": str(exact)}).encode()
        return Verdict(word, causes, f"{exact} computed.", evidence, hashlib.sha256(evidence).digest())


def _rate(tariffs: Sequence[dict[str, Any]]) -> Decimal:
    return Decimal(tariffs[0]["elements"][0]["price_components"][0]["price"])


@dataclass
class RecordingChargers:
    """Does what it is told, and remembers it."""

    told: list[tuple[str, str]] = field(default_factory=list)
    broken: bool = False

    async def hold(self, session_id: str, payer: PartyId, why: str) -> None:
        self._note("hold", session_id)

    async def resume(self, session_id: str, payer: PartyId, why: str) -> None:
        self._note("resume", session_id)

    async def stop(self, session_id: str, payer: PartyId, why: str) -> None:
        self._note("stop", session_id)

    def _note(self, word: str, session_id: str) -> None:
        if self.broken:
            raise RuntimeError("the back end is broken")
        self.told.append((word, session_id))
