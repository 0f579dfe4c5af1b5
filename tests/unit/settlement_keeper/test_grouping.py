"""What is sent next, of all that waits."""

from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocn.settlement.core.vouchers import SignedVoucher
from ocn.settlement.core.wallet_vouchers import WalletVoucher
from ocn.settlement.keeper.grouping import (
    ALREADY,
    GAS_BASE,
    GAS_OF_WALLET,
    GAS_PER_ITEM,
    PENNILESS,
    Plan,
    next_call,
)
from ocn.settlement.keeper.jobs import Call, Claim, ClaimWallet, Job, Net, OpenJob
from ocn.settlement.lanes import calls
from ocn.settlement.lanes.records import LaneRecord
from ocn.signing.addresses import checksummed

Parties = Any  # the classes of conftest
ScriptedLanes = Any
OTHER_TOKEN = checksummed(b"\x33" * 20)
PLENTY = 2_500_000


def plan(lanes: ScriptedLanes, *jobs: Job, gas: int = PLENTY, most: int = 100) -> Plan:
    return next_call([OpenJob(number, job) for number, job in enumerate(jobs)], lanes, gas=gas, most=most)


def claims(vouchers: Sequence[SignedVoucher]) -> bytes:
    return calls.claim_one(vouchers[0]) if len(vouchers) == 1 else calls.claim(vouchers)


def test_nothing_waits_sends_nothing(lanes: ScriptedLanes) -> None:
    assert plan(lanes) == Plan()


def test_claims_of_one_payee_and_token_go_together(parties: Parties, lanes: ScriptedLanes) -> None:
    vouchers = [parties.voucher(payer, 7, 10) for payer in range(3)]
    for payer in range(3):
        lanes.lanes[parties.key(payer, 7)] = LaneRecord(reserved=5)
    elsewhere = [parties.voucher(0, 6, 10), parties.voucher(1, 7, 10, OTHER_TOKEN)]
    lanes.lanes[parties.key(0, 6)] = LaneRecord(reserved=5)
    lanes.lanes[parties.key(1, 7, OTHER_TOKEN)] = LaneRecord(reserved=5)
    found = plan(lanes, *map(Claim, [*vouchers, *elsewhere]))
    assert found == Plan(claims(vouchers), (0, 1, 2), together=tuple(vouchers))


def test_newer_voucher_of_a_lane_does_for_the_older(parties: Parties, lanes: ScriptedLanes) -> None:
    lanes.lanes[parties.key(0, 7)] = LaneRecord(reserved=5)
    newest = parties.voucher(0, 7, 30)
    found = plan(lanes, Claim(parties.voucher(0, 7, 10)), Claim(newest), Claim(parties.voucher(0, 7, 20)))
    assert found == Plan(claims([newest]), (0, 1, 2))


def test_voucher_that_the_chain_has_is_pointless(parties: Parties, lanes: ScriptedLanes) -> None:
    lanes.lanes[parties.key(0, 7)] = LaneRecord(claimed=10, reserved=5)
    assert plan(lanes, Claim(parties.voucher(0, 7, 10))) == Plan(pointless=((0, ALREADY),))


def test_payer_without_money_is_not_worth_the_gas(parties: Parties, lanes: ScriptedLanes) -> None:
    voucher = parties.voucher(0, 7, 10)
    assert plan(lanes, Claim(voucher)) == Plan(pointless=((0, PENNILESS),))
    lanes.free_money[voucher.lane.token, voucher.lane.payer] = 1
    assert plan(lanes, Claim(voucher)).jobs == (0,)


def test_what_a_payer_takes_away_goes_first(parties: Parties, lanes: ScriptedLanes) -> None:
    lanes.lanes[parties.key(0, 6)] = LaneRecord(reserved=5)
    lanes.lanes[parties.key(1, 7)] = LaneRecord(reserved=5, exit=3, exit_ready_at=99)
    leaving = parties.voucher(1, 7, 10)
    found = plan(lanes, Call("withdraw", b"x"), Claim(parties.voucher(0, 6, 10)), Claim(leaving))
    assert found == Plan(claims([leaving]), (2,))


def test_call_of_own_money_goes_alone_and_never_twice(lanes: ScriptedLanes) -> None:
    assert plan(lanes, Call("withdraw", b"x"), Call("release", b"y")) == Plan(b"x", (0,), repeatable=False)


def test_both_sides_owing_are_netted_without_money(parties: Parties, lanes: ScriptedLanes) -> None:
    there, back = parties.voucher(0, 7, 10), parties.voucher(7, 0, 4)
    assert plan(lanes, Net(there, back)) == Plan(calls.net(there, back), (0,))


def test_netting_where_one_side_owes_is_a_claim(parties: Parties, lanes: ScriptedLanes) -> None:
    there, back = parties.voucher(0, 7, 10), parties.voucher(7, 0, 4)
    lanes.lanes[parties.key(0, 7)] = LaneRecord(reserved=5)
    lanes.lanes[parties.key(7, 0)] = LaneRecord(claimed=4)
    assert plan(lanes, Net(there, back)) == Plan(claims([there]), (0,))


def test_lane_that_holds_back_is_claimed_and_not_netted(parties: Parties, lanes: ScriptedLanes) -> None:
    there, back = parties.voucher(0, 7, 10), parties.voucher(7, 0, 4)
    lanes.lanes[parties.key(0, 7)] = LaneRecord(reserved=5, window=3600)
    assert plan(lanes, Net(there, back)) == Plan(claims([there]), (0,))


def test_claim_beside_a_net_of_the_same_payee_leaves_it_whole(parties: Parties, lanes: ScriptedLanes) -> None:
    lanes.lanes[parties.key(1, 7)] = LaneRecord(reserved=5)
    net = Net(parties.voucher(0, 7, 10), parties.voucher(7, 0, 4))
    claim = parties.voucher(1, 7, 10)
    assert plan(lanes, Claim(claim), net) == Plan(claims([claim]), (0,))


def test_more_than_a_hundred_are_taken_in_turns(parties: Parties, lanes: ScriptedLanes) -> None:
    for payer in range(6):
        lanes.lanes[parties.key(payer, 7)] = LaneRecord(reserved=5)
    jobs = [Claim(parties.voucher(payer, 7, 10)) for payer in range(6)]
    assert plan(lanes, *jobs, most=4).jobs == (0, 1, 2, 3)


def test_gas_bounds_a_claim_but_never_to_nothing(parties: Parties, lanes: ScriptedLanes) -> None:
    for payer in range(6):
        lanes.lanes[parties.key(payer, 7)] = LaneRecord(reserved=5)
    jobs = [Claim(parties.voucher(payer, 7, 10)) for payer in range(6)]
    assert plan(lanes, *jobs, gas=GAS_BASE + 3 * GAS_PER_ITEM).jobs == (0, 1, 2)
    assert plan(lanes, *jobs, gas=1).jobs == (0,)


_JOBS = st.lists(
    st.tuples(
        st.sampled_from(("claim", "net", "call")), st.integers(0, 3), st.integers(4, 6), st.integers(1, 9)
    ),
    max_size=12,
)
_RECORDS = st.builds(
    LaneRecord,
    claimed=st.integers(0, 9),
    reserved=st.integers(0, 3),
    exit=st.integers(0, 1),
    window=st.sampled_from((0, 0, 60)),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(script=_JOBS, records=st.lists(_RECORDS, min_size=12, max_size=12))
def test_working_through_any_jobs_ends_and_forgets_none(
    parties: Parties, lanes: ScriptedLanes, script: list[Any], records: list[LaneRecord]
) -> None:
    lanes.lanes = {
        parties.key(payer, payee): records[3 * payer + payee - 4] for payer in range(4) for payee in (4, 5, 6)
    }
    left = [OpenJob(number, _job(parties, number, *entry)) for number, entry in enumerate(script)]
    while left:
        found = next_call(left, lanes, gas=PLENTY, most=2)
        gone = {*found.jobs, *(number for number, _ in found.pointless)}
        assert gone
        assert len(gone) == len(found.jobs) + len(found.pointless)
        assert bool(found.data) == bool(found.jobs)
        left = [job for job in left if job.id not in gone]


def _job(parties: Parties, number: int, kind: str, payer: int, payee: int, amount: int) -> Job:
    if kind == "call":
        return Call(str(number), b"data")
    voucher = parties.voucher(payer, payee, amount)
    return Claim(voucher) if kind == "claim" else Net(voucher, parties.voucher(payee, payer, amount))


def wallet_voucher(parties: Parties, payer: int, payee: int, cumulative: int) -> WalletVoucher:
    return WalletVoucher(parties.lane(payer, payee), cumulative, bytes(32), b"shown")


def test_voucher_of_a_wallet_goes_alone_after_all_that_keys_have_signed(
    parties: Parties, lanes: ScriptedLanes
) -> None:
    for payer in range(3):
        lanes.lanes[parties.key(payer, 7)] = LaneRecord(reserved=5)
    lanes.lanes[parties.key(0, 7)] = LaneRecord(reserved=5, exit=5)  # urgent, and yet
    wallet = ClaimWallet(wallet_voucher(parties, 0, 7, 10))
    signed = [Claim(parties.voucher(payer, 7, 10)) for payer in (1, 2)]
    assert plan(lanes, wallet, *signed).jobs == (1, 2)
    alone = plan(lanes, wallet)
    assert (alone.jobs, alone.repeatable, alone.gas) == ((0,), False, GAS_OF_WALLET)
    assert alone.data == calls.claim_wallet(wallet.voucher)


def test_voucher_of_a_wallet_that_pays_nothing_is_pointless(parties: Parties, lanes: ScriptedLanes) -> None:
    lanes.lanes[parties.key(0, 7)] = LaneRecord(claimed=10, reserved=5)
    stale, penniless = (ClaimWallet(wallet_voucher(parties, payer, 7, 10)) for payer in (0, 1))
    assert plan(lanes, stale, penniless) == Plan(pointless=((0, ALREADY), (1, PENNILESS)))
