"""A payer that has lost its books pays nothing twice, whatever its payee says of what was paid."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.unit.settlement.world import CPO, CPO_KEY, EMSP, LANE, PRICE, World, make_terms, world

from ocn.ocpi.timestamps import format_datetime
from ocn.settlement.core.asks import cdr_ask
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.reasons import Reason
from ocn.settlement.core.terms import Side
from ocn.settlement.errors import SettlementError
from ocn.settlement.records import Outcome, Recorded
from ocn.settlement.references import GivenReferences
from ocn.signing.keys import PrivateKey

OTHER_VAULT = PrivateKey(b"\x05" * 32)


async def paid_and_claimed(here: World) -> None:
    """One session has been paid by tick, one by its CDR; the chain has paid all of it."""
    await here.agree()
    await here.payer.step()
    await here.charge("S1", "0.5")
    await here.payee.step()
    await here.charge("S2", "0.5")
    await here.payee.step()
    await here.bill("S2", "0.5")
    await here.payee.step()
    await here.collect.settle_now(EMSP)
    assert (await here.chain.state(LANE)).claimed == 400_000


async def both_lose_everything(here: World) -> None:
    await here.lose_payer()
    await here.lose_payee()
    here.clock.pass_(60)
    await here.agree()


async def the_case(here: World) -> str:
    """The one case, which both sides have."""
    (ours,), (theirs,) = await here.payer_store.cases(), await here.payee_store.cases()
    assert ours.id == theirs.id
    assert ours.reason is Reason.BEFORE_BOOKS
    return ours.id


async def test_session_of_before_the_loss_is_a_case_and_stops(here: World) -> None:
    await paid_and_claimed(here)
    await both_lose_everything(here)
    await here.charge("S1", "0.7")
    await here.payee.step()
    assert await here.owed() == 0
    await the_case(here)
    assert here.chargers.told[-1][:2] == ("stop", "S1")


async def test_cdr_of_before_the_loss_is_a_case(here: World) -> None:
    await paid_and_claimed(here)
    await both_lose_everything(here)
    await here.bill("S2", "0.5", cdr_id="CDR-S2-again")
    await here.payee.step()
    assert await here.owed() == 0
    await the_case(here)


async def test_session_that_began_after_the_loss_is_paid(here: World) -> None:
    await paid_and_claimed(here)
    await both_lose_everything(here)
    await here.charge("S3", "0.5")
    await here.payee.step()
    assert await here.owed() == 600_000
    assert await here.payer_store.cases() == []


async def test_session_that_runs_when_the_first_terms_are_agreed_is_paid(here: World) -> None:
    await here.payer.pairs.began()
    assert not await here.collect.report(await here.charge("S1", "0.1"))
    here.clock.pass_(600)
    await here.agree()
    await here.charge("S1", "0.5")
    await here.payee.step()
    assert await here.owed() == 200_000


async def test_session_that_began_after_the_loss_and_before_the_terms_came_back_is_paid(here: World) -> None:
    """Nothing was asked for in between, so nobody had sent the terms."""
    await paid_and_claimed(here)
    await here.lose_payer()
    here.clock.pass_(3600)
    await here.charge("S3", "0.5")
    await here.payee.step()
    assert await here.owed() == 600_000
    assert await here.payer_store.cases() == []


async def test_people_have_a_session_of_before_the_loss_paid(here: World) -> None:
    await paid_and_claimed(here)
    await both_lose_everything(here)
    await here.charge("S1", "0.7")
    await here.payee.step()
    case_id = await the_case(here)
    await here.payer_store.close_case(EMSP, case_id, Outcome.APPROVED, "was not paid", here.clock.now)
    await here.bill("S1", "0.7")
    await here.payee.step()
    assert await here.owed() == 400_000 + 280_000


async def test_people_who_admit_a_session_do_not_overrule_its_verification(here: World) -> None:
    await paid_and_claimed(here)
    await both_lose_everything(here)
    await here.charge("S1", "0.7")
    await here.payee.step()
    case_id = await the_case(here)
    await here.payer_store.close_case(EMSP, case_id, Outcome.APPROVED, "was not paid", here.clock.now)
    await here.bill("S1", "0.7", cost="9.99")
    await here.payee.step()
    assert await here.owed() == 0
    assert [case.reason for case in await here.payer_store.cases()] == [Reason.VERDICT]


async def test_session_that_the_payee_proves_goes_on_where_it_was(here: World) -> None:
    """The payer's own vouchers come back, and with them what was paid for the session."""
    await paid_and_claimed(here)
    await here.lose_payer()
    await here.charge("S1", "0.7")
    await here.payee.step()
    assert await here.owed() == 480_000
    assert await here.payer_store.cases() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"session_id": "S9", "start": "S1"},
        {"session_id": "S1", "start": "now"},
        {"session_id": "S9", "start": "S1", "told": "nothing"},
    ],
    ids=["under another id", "with another start", "under another id, and all that was told is lost, too"],
)
async def test_session_of_before_the_loss_told_anew_is_a_case(here: World, changes: dict[str, Any]) -> None:
    await paid_and_claimed(here)
    await both_lose_everything(here)
    here.clock.pass_(600)
    start = here.session("S1")["start_date_time"]
    if changes["start"] == "now":
        start = format_datetime(here.clock.now)
    if "told" in changes:
        for session_id in ("S1", "S2"):
            await here.emsp_storage.remove("sessions", CPO, session_id)
            await here.emsp_storage.remove("ocn-settlement-sessions", CPO, session_id)
    await here.charge(changes["session_id"], "0.7", start_date_time=start)
    await here.payee.step()
    assert await here.owed() == 0
    await the_case(here)


async def test_session_of_before_the_loss_is_a_case_on_a_lane_that_is_new(here: World) -> None:
    """The payee has moved to another vault; nothing on chain tells that anything was paid before."""
    await paid_and_claimed(here)
    await here.lose_payer()
    await here.lose_payee()
    here.keys = {**here.keys, CPO: OTHER_VAULT}
    here.restart_payee()
    here.clock.pass_(60)
    await here.agree(payee=Side(CPO, *(OTHER_VAULT.address,) * 3))
    await here.charge("S1", "0.7")
    await here.payee.step()
    assert await here.payer_store.last(replace(LANE, payee=OTHER_VAULT.address)) is None
    await the_case(here)


SESSIONS = st.sampled_from(["S1", "S2", "S3"])
HONEST = st.one_of(
    st.tuples(st.just("charge"), SESSIONS, st.integers(250, 499)),
    st.tuples(st.just("charge"), SESSIONS, st.integers(250, 499)),
    st.tuples(st.just("bill"), SESSIONS, st.just(0)),
    st.tuples(st.sampled_from(["step", "cash", "move"]), st.just(""), st.just(0)),
)
LOSS = st.tuples(
    st.sampled_from([("cash", "", 0), ("step", "", 0)]),
    st.just(("lose", "", 0)),
    st.tuples(st.just("hide"), st.just(""), st.sampled_from([0, 0, 1, 3])),
    st.sampled_from([("step", "", 0), ("move", "", 0)]),
)
LIE = st.one_of(
    st.tuples(st.just("again"), SESSIONS, st.integers(0, 2)),
    st.tuples(st.just("bill"), SESSIONS, st.just(0)),
    st.just(("cash", "", 0)),
)
ROUND = st.tuples(st.lists(HONEST, min_size=1, max_size=5), LOSS, st.lists(LIE, min_size=1, max_size=5))


@dataclass
class Liar:
    """A CPO that keeps every voucher it ever had, and shows what it likes; the meters alone are honest."""

    here: World
    best: dict[Lane, Recorded] = field(default_factory=dict)
    energy_wh: dict[str, int] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    number: int = 1
    bills: int = 0

    async def move(self, kind: str, name: str, number: int) -> None:
        here = self.here
        if kind == "charge":
            self.energy_wh[name] = self.energy_wh.get(name, 0) + number
            await self._charge(name)
        elif kind == "bill" and name in self.energy_wh:
            self.bills += 1
            await here.bill(name, self._kwh(name), cdr_id=f"CDR-{name}-{self.bills}")
        elif kind == "again" and name in self.energy_wh:
            await self._again(name, number)
        elif kind == "cash":
            for recorded in self.best.values():
                await here.chain.claim(recorded.voucher)
        elif kind == "lose":
            here.clock.pass_(1)
            await here.lose_payer()
        elif kind == "hide":
            await self._hide(number)
        elif kind == "move":
            await self._move_vault()
        await here.payee.step()
        await self._note()

    async def _charge(self, name: str, **changes: Any) -> None:
        if name not in self.references:
            references = self.here.drivers
            assert isinstance(references, GivenReferences)
            self.references[name] = await references.give(CPO, "04A2")
        reference = {"authorization_reference": self.references[name]}
        await self.here.charge(changes.pop("id", name), self._kwh(name), **reference, **changes)

    async def _again(self, name: str, how: int) -> None:
        """Ask once more for a session: as it was, under another id, or as begun just now."""
        self.here.restart_payee()
        changes = (
            {},
            {"id": f"{name}-again", "start_date_time": self.here.session(name)["start_date_time"]},
            {"start_date_time": format_datetime(self.here.clock.now)},
        )[how]
        await self._charge(name, **changes)

    async def _hide(self, keep: int) -> None:
        """Act as if all vouchers but the first few were lost, and the terms were not."""
        lane = self._lane()
        kept = await self.here.payee_store.vouchers(lane, after=0, most=keep) if keep else []
        terms = await self.here.payee_store.terms(EMSP, CPO)
        await self.here.lose_payee()
        for signed in terms:
            await self.here.payee_store.save_terms(signed, self.here.clock.now)
        pair = await self.here.payee.pairs.on(EMSP, CPO, lane)
        for recorded in kept:
            await self.here.payee_store.record(await pair.account.step_with(recorded))
        self.here.restart_payee()

    async def _move_vault(self) -> None:
        self.number += 1
        key = OTHER_VAULT if self.here.keys[CPO] is CPO_KEY else CPO_KEY
        self.here.keys = {**self.here.keys, CPO: key}
        self.here.restart_payee()
        await self.here.payee.propose(make_terms(number=self.number, payee=Side(CPO, *(key.address,) * 3)))

    async def _note(self) -> None:
        for key in (CPO_KEY, OTHER_VAULT):
            lane = replace(LANE, payee=key.address)
            for store in (self.here.payee_store, self.here.payer_store):
                last = await store.last(lane)
                known = self.best.get(lane)
                if last and (known is None or last.entry.cumulative > known.entry.cumulative):
                    self.best[lane] = last
        signed = sum(recorded.entry.cumulative for recorded in self.best.values())
        assert signed <= sum(self.energy_wh.values()) * int(PRICE * 1000)

    def _lane(self) -> Lane:
        return replace(LANE, payee=self.here.keys[CPO].address)

    def _kwh(self, name: str) -> str:
        return str(Decimal(self.energy_wh[name]).scaleb(-3))


async def played(moves: Sequence[tuple[str, str, int]]) -> int:
    async with world() as here:
        here.drivers = GivenReferences(here.emsp_storage, now=here.clock)
        here.restart_payer()
        await here.agree()
        liar = Liar(here)
        for move in moves:
            await liar.move(*move)
        return sum(recorded.entry.cumulative for recorded in liar.best.values())


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # an example takes too long to be made small
)
@given(st.lists(ROUND, min_size=1, max_size=3))
def test_payer_never_signs_for_more_than_its_sessions_cost_whatever_is_lost_and_hidden(
    rounds: Sequence[Sequence[Sequence[tuple[str, str, int]]]],
) -> None:
    asyncio.run(played([move for parts in rounds for part in parts for move in part]))


async def test_liar_that_replays_everything_after_a_loss_is_owed_what_it_was(here: World) -> None:
    honest = [("charge", "S1", 400), ("charge", "S2", 400), ("bill", "S2", 0), ("cash", "", 0)]
    lies = [
        ("lose", "", 0),
        ("hide", "", 0),
        *(("again", name, how) for name in ("S1", "S2") for how in range(3)),
    ]
    assert await played([*honest, *lies, ("bill", "S1", 0), ("bill", "S2", 0)]) == 320_000
    assert await played([*honest, *lies, ("charge", "S3", 300)]) == 320_000 + 120_000


async def credited_and_cashed(here: World) -> dict[str, Any]:
    """A session was paid and credited, the payer has cashed the credit, and the payee loses its books."""
    await here.agree()
    await here.charge(kwh="0.4")
    await here.payee.step()
    cdr = await here.bill(kwh="0.4")
    await here.payee.step()
    await here.collect.settle_now(EMSP)
    await here.collect.credit(here.credit_of(cdr))
    await here.payee.step()
    back = await here.payer_store.last(LANE.opposite)
    assert back is not None
    await here.chain.claim(back.voucher)
    here.clock.pass_(60)
    await here.lose_payee()
    return cdr


class HidesCredits:
    """A payer's store that shows no voucher of the lane back."""

    def __init__(self, store: Any) -> None:
        self._store = store

    async def vouchers(self, lane: Lane, *, after: int, most: int) -> Sequence[Recorded]:
        return [] if lane == LANE.opposite else await self._store.vouchers(lane, after=after, most=most)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


async def test_credit_that_a_payer_hides_is_not_given_twice(here: World) -> None:
    cdr = await credited_and_cashed(here)
    object.__setattr__(here.payer.house, "store", HidesCredits(here.payer_store))
    await here.payee.recover(EMSP)
    for _ in range(2):
        with pytest.raises(SettlementError, match="may have been credited before"):
            await here.collect.credit(here.credit_of(cdr))
    assert await here.payee_store.last(LANE.opposite) is None
    (case,) = await here.payee_store.cases()
    await here.payee_store.close_case(CPO, case.id, Outcome.APPROVED, "it was not", here.clock.now)
    await here.collect.credit(here.credit_of(cdr))
    last = await here.payee_store.last(LANE.opposite)
    assert last is not None
    assert last.entry.cumulative == 320_000


async def test_credit_that_a_payer_shows_is_known_and_needs_nobody(here: World) -> None:
    cdr = await credited_and_cashed(here)
    await here.payee.recover(EMSP)
    await here.collect.credit(here.credit_of(cdr))
    assert await here.payee_store.cases() == []
    last = await here.payee_store.last(LANE.opposite)
    assert last is not None
    assert last.entry.cumulative == 160_000


async def test_difference_is_not_given_back_twice(here: World) -> None:
    """Ticks came to more than the CDR; the payer hides both the credit and that it has accepted the CDR."""
    await here.agree()
    await here.charge(kwh="0.4")
    await here.payee.step()
    (tick,) = await here.payee_store.vouchers(LANE, after=0, most=1)
    cdr = await here.bill(kwh="0.39")
    await here.payee.step()
    back = await here.payer_store.last(LANE.opposite)
    assert back is not None
    here.chain.fund(CPO_KEY.address, 1_000_000)
    await here.chain.claim(back.voucher)
    here.clock.pass_(60)
    signed = await here.payee_store.terms(EMSP, CPO)
    await here.lose_payee()
    await here.payee_store.save_terms(signed[0], here.clock.now)
    pair = await here.payee.pairs.on(EMSP, CPO, LANE)
    await here.payee_store.record(await pair.account.step_with(tick))
    here.restart_payee()
    here.faults.deaf = True
    await here.collect.finish(cdr)
    await here.payee.step()
    assert await here.payee_store.last(LANE.opposite) is None
    assert [case.reason for case in await here.payee_store.cases()] == [Reason.BEFORE_BOOKS]


async def test_cdr_that_a_payer_calls_paid_for_nothing_is_a_case_at_the_payee(here: World) -> None:
    """It was billed and not paid when the payee lost its books; what the payer shows then accepts it."""
    await here.agree()
    await here.charge(kwh="0.4")
    await here.payee.step()
    here.faults.deaf = True
    cdr = await here.bill(kwh="0.9")
    await here.payee.step()
    here.faults.deaf = False
    account = (await here.payer.pairs.on(EMSP, CPO, LANE)).account
    accepts = [cdr_ask(cdr, CPO, 360_000).leaf(0, 0)]
    await account.record(await account.step_with(await account.sign(accepts)))
    await here.lose_payee()
    await here.payee.recover(EMSP)
    await here.collect.finish(cdr)
    await here.payee.step()
    (case,) = await here.payee_store.cases()
    assert case.reason is Reason.UNDERPAID
    assert "0.16 EUR" in case.detail
    assert "0.36 EUR" in case.detail
