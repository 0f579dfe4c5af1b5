"""One chain on which anything happens to lanes, and what an index has to say of it."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from ocn.chain.embedded import Devnet, RpcError
from ocn.chain.errors import ChainRejected, ChainReverted
from ocn.chain.following import View
from ocn.settlement.lanes import LaneIndex, LaneRecord, calls
from ocn.settlement.lanes.records import FreeRecord
from ocn.settlement.lanes.tokens import Tokens

Ground = Any  # the class of conftest
PARTIES = 3
VIEWS: tuple[View, ...] = ("latest", "confirmed")


class InProcess:
    """JSON-RPC of a chain in this process."""

    def __init__(self, devnet: Devnet) -> None:
        self._devnet = devnet

    async def call(self, method: str, *params: Any) -> Any:
        try:
            return await self._devnet.rpc(method, params)
        except RpcError as error:
            raise ChainRejected(method, error.code, error.message, error.data) from error

    async def batch(self, requests: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        answers: list[Any] = []
        for method, params in requests:
            try:
                answers.append(await self.call(method, *params))
            except ChainRejected as error:
                answers.append(error)
        return answers

    async def close(self) -> None:
        """Nothing is open."""


class Arena:
    """One chain for all examples, each of which begins where all parties have money and nothing happened."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.base = 0
        self._snapshot = ""

    async def prepare(self) -> None:
        await self.ground.funded(PARTIES, 1_000)
        for a, b in ((0, 1), (1, 0)):
            await self.ground.send(a, calls.reserve(self.ground.lane(a, b), 400).data)
        self.base = await self.ground.chain.head_number()
        await self._take()

    async def restart(self) -> None:
        assert await self.ground.chain.rpc.call("evm_revert", self._snapshot)
        await self._take()

    async def _take(self) -> None:
        self._snapshot = await self.ground.chain.rpc.call("evm_snapshot")

    async def do(self, kind: str, a: int, b: int, amount: int) -> None:
        """Try something; what the contract refuses does not happen."""
        ground = self.ground
        lane = ground.lane(a, b)
        if kind == "time":
            await ground.pass_time(amount)
        elif kind == "reorg":
            head = await ground.chain.head_number()
            depth = min(1 + amount % 6, head - self.base)
            if depth > 0:
                await ground.chain.rpc.call("dev_reorg", hex(depth), amount % 2 == 0)
        else:
            sender, data = self._call(kind, a, b, amount)
            try:
                await ground.send(sender, data)
            except ChainReverted:
                return
        assert lane.payer != lane.payee

    def _call(self, kind: str, a: int, b: int, amount: int) -> tuple[int, bytes]:
        ground = self.ground
        lane, own, token = ground.lane(a, b), ground.addresses[a], ground.tokens[0]
        party_calls = {
            "reserve": (a, calls.reserve(lane, amount)),
            "request": (a, calls.request_release(lane, amount)),
            "return": (b, calls.return_reserve(lane, amount)),
            "withdraw": (a, calls.withdraw(own, token, amount, own)),
            "setoff": (b, calls.enable_setoff(lane)),
            "leaving": (b, calls.request_leave_setoff(lane)),
            "signer": (a, calls.set_signer(own, ground.addresses[b], amount % 4)),
        }
        if kind in party_calls:
            sender, call = party_calls[kind]
            return sender, call.data
        if kind == "claim":
            vouchers = [ground.voucher(payer, b, amount) for payer in range(PARTIES) if payer != b]
            return a, calls.claim(vouchers)
        if kind == "net":
            return a, calls.net(ground.voucher(a, b, amount), ground.voucher(b, a, amount // 2))
        others = {
            "release": calls.release(lane),
            "leave": calls.leave_setoff(lane),
            "deposit": calls.deposit(ground.addresses[b], token, amount),
        }
        return a, others[kind]

    async def require_equal(self, index: LaneIndex) -> None:
        await index.caught_up()
        standing = index.standing
        for view, at in zip(VIEWS, (standing.cursor, standing.confirmed), strict=True):
            assert at is not None
            for payer in range(PARTIES):
                await self._compare(index, view, at, payer)
        await self._compare_sum(index)

    async def _compare_sum(self, index: LaneIndex) -> None:
        """No money is anywhere but where the index knows it."""
        token = self.ground.tokens[0]
        keys = index.keys()
        records = [index.record(key) for key in keys if token in key]
        known = sum(one.amount for one in records if isinstance(one, FreeRecord))
        known += sum(one.reserved + one.held + one.disputed for one in records if isinstance(one, LaneRecord))
        tokens = Tokens(self.ground.chain)
        assert await tokens.balance(token, self.ground.source.contract) == known

    async def _compare(self, index: LaneIndex, view: View, at: int, payer: int) -> None:
        reader, token = self.ground.reader, self.ground.tokens[0]
        own = self.ground.addresses[payer]
        assert index.free(token, own, view) == await reader.free(token, own, at)
        for payee in range(PARTIES):
            if payee == payer:
                continue
            other = self.ground.addresses[payee]
            said = await reader.exposure(own, other, token, at)
            enabled, leaves_at = await reader.setoff(other, own, token, at)
            known = index.lane(own, other, token, view)
            assert known == LaneRecord(
                claimed=said.claimed,
                reserved=said.reserved,
                exit=said.exit,
                exit_ready_at=said.exit_ready_at,
                setoff=enabled,
                leaves_at=leaves_at,
                evidence=known.evidence,
                settled_in=known.settled_in,
            )
            assert index.signer(own, other, view) == await reader.signer(own, other, at)


_KINDS = (
    *("reserve", "request", "request", "release", "return", "withdraw", "deposit"),
    *("setoff", "leaving", "leave", "signer", "claim", "claim", "net", "time", "reorg", "look", "restart"),
)
_PAIRS = st.sampled_from([(0, 1), (0, 1), (0, 1), (1, 0), (1, 0), (2, 1)])
_AMOUNTS = st.sampled_from((0, 1, 7, 60, 61, 150, 200, 333, 900))
STEPS = st.lists(st.tuples(st.sampled_from(_KINDS), _PAIRS, _AMOUNTS), min_size=10, max_size=40)
