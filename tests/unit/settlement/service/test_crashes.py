"""Invariant 16: whatever crashes or is lost, and when, the log of vouchers stays one log.

Append-only, its evidence verifies, its leaves sum to its total, no number is signed twice, no accepted
voucher is forgotten, and the leaves of a session sum to its final CDR.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.unit.settlement.world import CPO, EMSP, LANE, PRICE, World, world

from ocn.settlement.core.evidence import NOTHING_YET, Kind, extend
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.reasons import Reason
from ocn.settlement.records import Outcome, Recorded, Step
from ocn.settlement.store import Store

UNITS_PER_WH = int(PRICE * 1000)


class Crash(Exception):
    """The process is gone."""


class FragileStore:
    """A store whose process dies at a chosen write: just before it, or just after."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.dies_in: int | None = None
        self.after = False

    async def record(self, step: Step) -> None:
        if self.dies_in is not None:
            self.dies_in -= 1
        if self.dies_in == 0 and not self.after:
            raise Crash
        await self._store.record(step)
        if self.dies_in == 0:
            raise Crash

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


@dataclass
class History:
    """Everything that was ever signed, whoever still has it."""

    signed: dict[tuple[Lane, int], bytes] = field(default_factory=dict)
    accepted: int = 0
    energy_wh: dict[str, int] = field(default_factory=dict)
    bills: dict[str, dict[str, Any]] = field(default_factory=dict)
    credited: set[str] = field(default_factory=set)

    def forget_after(self, lane: Lane, number: int) -> None:
        """What was signed, never arrived, and was lost with its signer's database nobody can know of."""
        self.signed = {
            (of, each): evidence
            for (of, each), evidence in self.signed.items()
            if of != lane or each <= number
        }


async def log_of(store: Store, lane: Lane = LANE) -> Sequence[Recorded]:
    return await store.vouchers(lane, after=0, most=500)


async def check(here: World, history: History) -> None:
    for store in (here.payer_store, here.payee_store):
        for lane in (LANE, LANE.opposite):
            head = NOTHING_YET
            for recorded in await log_of(store, lane):
                entry = recorded.entry
                assert extend(head, entry.leaves, entry.seed) == entry
                head = entry.head
                known = history.signed.setdefault((lane, entry.number), entry.evidence)
                assert known == entry.evidence, f"voucher {entry.number} was signed twice"
            leaves = [leaf for recorded in await log_of(store, lane) for leaf in recorded.entry.leaves]
            assert sum(leaf.amount for leaf in leaves) == head.cumulative
    held = len(await log_of(here.payee_store))
    assert held >= history.accepted, "an accepted voucher was forgotten"
    history.accepted = held


async def sums(store: Store) -> dict[str, int]:
    """By session: what its leaves sum to, credits counted back."""
    found: dict[str, int] = {}
    for lane in (LANE, LANE.opposite):
        for recorded in await log_of(store, lane):
            for leaf in recorded.entry.leaves:
                sign = -1 if leaf.kind is Kind.CREDIT else 1
                found[leaf.session_id] = found.get(leaf.session_id, 0) + sign * leaf.amount
    return found


SESSIONS = st.sampled_from(["S1", "S2", "S3"])
MOVES = st.one_of(
    st.tuples(st.just("charge"), SESSIONS, st.integers(1, 499)),
    st.tuples(st.just("step"), st.just(""), st.integers(0, 15)),
    st.tuples(st.just("bill"), SESSIONS, st.sampled_from([0, 0, 0, -1, 1])),
    st.tuples(st.just("credit"), SESSIONS, st.just(0)),
    st.tuples(st.sampled_from(["restart payer", "restart payee"]), st.just(""), st.just(0)),
    st.tuples(st.sampled_from(["lose request", "lose answer"]), st.just(""), st.just(0)),
    st.tuples(
        st.sampled_from(["payer dies", "payee dies"]), st.sampled_from(["before", "after"]), st.integers(1, 3)
    ),
    st.tuples(st.sampled_from(["payer loses all", "payee loses all"]), st.just(""), st.just(0)),
)


class Play:
    """One sequence of moves."""

    def __init__(self, here: World) -> None:
        self.here = here
        self.history = History()
        self._harden()

    def _harden(self) -> None:
        self.payer_store, self.payee_store = (
            FragileStore(self.here.payer_store),
            FragileStore(self.here.payee_store),
        )
        object.__setattr__(self.here.payer.house, "store", self.payer_store)
        object.__setattr__(self.here.payee.house, "store", self.payee_store)

    async def move(self, kind: str, name: str, number: int) -> None:
        try:
            await self._move(kind, name, number)
        except Crash:
            self.here.restart_payee()
        if self.payer_store.dies_in is not None and self.payer_store.dies_in <= 0:
            self.here.restart_payer()
        if (
            self.here.payee.house.store is not self.payee_store
            or self.here.payer.house.store is not self.payer_store
        ):
            self._harden()
        await check(self.here, self.history)

    async def _move(self, kind: str, name: str, number: int) -> None:
        here, history = self.here, self.history
        if kind == "charge" and name not in history.bills:
            history.energy_wh[name] = history.energy_wh.get(name, 0) + number
            await here.charge(name, self._kwh(name))
        elif kind == "step":
            here.clock.pass_(number)
            await here.payee.step()
        elif kind == "bill" and name in history.energy_wh and name not in history.bills:
            await self._bill(name, number)
        elif kind == "credit" and name in history.bills and name not in history.credited:
            history.credited.add(name)
            await here.collect.finish(history.bills[name])
            await here.collect.credit(here.credit_of(history.bills[name]))
        else:
            await self._fault(kind, name, number)

    async def _fault(self, kind: str, when: str, write: int) -> None:
        here = self.here
        if kind == "restart payer":
            here.restart_payer()
        elif kind == "restart payee":
            here.restart_payee()
        elif kind == "payer dies":
            self.payer_store.dies_in, self.payer_store.after = write, when == "after"
        elif kind == "payee dies":
            self.payee_store.dies_in, self.payee_store.after = write, when == "after"
        elif kind == "payer loses all":
            await here.lose_payer()
            self.history.forget_after(LANE, len(await log_of(here.payee_store)))
        elif kind == "payee loses all":
            await self._lose_payee()
        elif kind.startswith("lose "):
            setattr(here.faults, kind.replace(" ", "_"), True)

    async def _bill(self, name: str, wh: int) -> None:
        """Right, or a watt-hour more or less than the ticks; either way just what was told last."""
        self.history.energy_wh[name] = max(self.history.energy_wh[name] + wh, 1)
        cdr = self.here.cdr(name, self._kwh(name))
        self.history.bills[name] = cdr
        session = self.here.session(name, self._kwh(name), status="COMPLETED")
        await self.here.cpo.client.to(EMSP).put_session(session)  # type: ignore[arg-type]  # plain JSON
        await self.here.cpo.client.to(EMSP).post_cdr(cdr)  # type: ignore[arg-type]  # plain JSON
        await self.here.collect.finish(cdr)

    async def _lose_payee(self) -> None:
        """What the payer knows comes back; what only the payee knew, its back end tells again."""
        here, history = self.here, self.history
        here.faults.lose_request = here.faults.lose_answer = False
        self.payer_store.dies_in = self.payee_store.dies_in = None
        await here.payer.recover(CPO)  # two that lose everything at once have nobody to ask
        await here.lose_payee()
        history.accepted = 0
        history.forget_after(LANE.opposite, len(await log_of(here.payer_store, LANE.opposite)))
        await here.payee.recover(EMSP)
        await self._tell_again()

    async def _tell_again(self) -> None:
        """A back end tells again what it is not sure that settlement knows."""
        here, history = self.here, self.history
        for name, cdr in history.bills.items():
            await here.collect.finish(cdr)
            if name in history.credited:
                await here.collect.credit(here.credit_of(cdr))

    async def end(self) -> None:
        """All faults are gone: in a while everything is settled, alike on both sides."""
        here, history = self.here, self.history
        here.faults.lose_request = here.faults.lose_answer = False
        here.restart_payer()
        await here.payer.recover(CPO)
        await self._settle()
        for case in await here.payer_store.cases():
            assert case.reason is Reason.BEFORE_BOOKS  # both logs are whole: people see that it was not paid
            await here.payer_store.close_case(EMSP, case.id, Outcome.APPROVED, "not paid", here.clock.now)
        await self._settle()
        await check(here, history)
        ended = {
            leaf.ends for each in await log_of(here.payee_store, LANE.opposite) for leaf in each.entry.leaves
        }
        for store in (here.payer_store, here.payee_store):
            summed = await sums(store)
            for name, cdr in history.bills.items():
                if cdr["id"] in ended:
                    assert summed[name] == 0
                elif name not in history.credited:  # what was withdrawn unpaid waits for another CDR
                    assert summed[name] == history.energy_wh[name] * UNITS_PER_WH
        theirs, ours = await log_of(here.payer_store), await log_of(here.payee_store)
        assert [each.entry for each in theirs] == [each.entry for each in ours]
        assert await here.payer_store.cases() == []

    async def _settle(self) -> None:
        here, history = self.here, self.history
        here.restart_payee()
        self._harden()
        await self._tell_again()
        for name in history.energy_wh.keys() - history.bills.keys():
            await here.charge(name, self._kwh(name))
        await here.collect.authorise(EMSP)
        for _ in range(4):
            here.clock.pass_(10)
            await here.payee.step()

    def _kwh(self, name: str) -> str:
        return str(Decimal(self.history.energy_wh[name]).scaleb(-3))


async def played(moves: Sequence[tuple[str, str, int]]) -> None:
    async with world() as here:
        await here.agree()
        play = Play(here)
        for move in moves:
            await play.move(*move)
        await play.end()


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # an example takes too long to be made small
)
@given(st.lists(MOVES, min_size=3, max_size=25))
def test_log_stays_one_log_whatever_crashes_and_when(moves: list[tuple[str, str, int]]) -> None:
    asyncio.run(played(moves))


@pytest.mark.parametrize("who", ["payer dies", "payee dies"])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("write", [1, 2, 3])
async def test_session_is_settled_though_one_side_dies_at_any_write(who: str, when: str, write: int) -> None:
    moves = [
        ("charge", "S1", 300),
        (who, when, write),
        ("step", "", 0),
        ("charge", "S1", 300),
        ("step", "", 0),
        ("bill", "S1", -1),
        ("step", "", 10),
        ("credit", "S1", 0),
        ("step", "", 10),
    ]
    await played(moves)


@pytest.mark.parametrize("who", ["payer", "payee"])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("write", [1, 2])
async def test_session_is_settled_though_one_side_dies_at_a_write_and_loses_everything(
    who: str, when: str, write: int
) -> None:
    moves = [
        ("charge", "S1", 300),
        (f"{who} dies", when, write),
        ("step", "", 0),
        ("charge", "S1", 300),
        ("step", "", 0),
        (f"{who} loses all", "", 0),
        ("charge", "S1", 300),
        ("step", "", 0),
        ("bill", "S1", -1),
        ("step", "", 10),
    ]
    await played(moves)
