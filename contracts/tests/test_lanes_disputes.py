"""Disputes: only money that is held, only by a leaf the lane really claimed, and each ends some day."""

from typing import Any

import pytest
from contracts.tests.contract import NOBODY
from contracts.tests.evidence import History, Leaf, leaf, leaf_hash
from contracts.tests.evm import refused
from contracts.tests.market import (
    ARBITER,
    CPO,
    EMSP,
    KEEPER,
    KEY,
    OTHER,
    RETURNS,
    STRANGER,
    VOUCHERS,
    Market,
)
from contracts.tests.people import Person
from contracts.tests.test_lanes_hold_back import WINDOW, agree, bucket, collect, start_of_epoch

NOT_CLAIMED = "Not the evidence claimed."
ARBITRATION = 8 * WINDOW


class Bench:
    """A hold-back lane at the beginning of an epoch, with vouchers of several leaves."""

    def __init__(self, market: Market) -> None:
        self.market, self.history = market, History()
        market.reserve(EMSP, CPO, 10_000)
        start_of_epoch(market)
        agree(market)

    @property
    def epoch(self) -> int:
        return self.market.evm.now // WINDOW

    def sign(self, *amounts: int) -> None:
        number = len(self.history.vouchers)
        self.history.add(*(leaf(f"{number}.{at}", amount) for at, amount in enumerate(amounts)))

    def claim(self, *amounts: int) -> None:
        """The last voucher, after one with these leaves was signed."""
        if amounts:
            self.sign(*amounts)
        evidence, total = self.history.evidence(), self.history.cumulative
        self.market.claim(CPO, self.market.item(EMSP, CPO, total, evidence=evidence))

    def dispute(
        self,
        number: int,
        at: int,
        *,
        epoch: int | None = None,
        sender: Person = EMSP,
        last: int | None = None,
    ) -> Any:
        proof = self.history.dispute(number, at, last)
        return self.send(epoch if epoch is not None else self.epoch, *proof, sender=sender)

    def send(self, epoch: int, *proof: Any, sender: Person = EMSP) -> Any:
        return self.market.send(sender, "dispute", EMSP, CPO, self.market.euro, epoch, *proof)

    def resolve(self, sender: Person, disputed: Leaf, to_payer: int) -> Any:
        return self.market.send(
            *(sender, "resolve", EMSP, CPO, self.market.euro, leaf_hash(disputed), to_payer)
        )

    def disputed(self, disputed: Leaf) -> tuple[int, int]:
        """Frozen, end of the arbiter's time."""
        pair = (EMSP.address, CPO.address, self.market.euro.address)
        return self.market.lanes.read("disputed", *pair, leaf_hash(disputed))  # type: ignore[no-any-return]  # decoded by the ABI


@pytest.fixture
def bench(market: Market) -> Bench:
    return Bench(market)


def test_dispute_freezes_what_the_leaf_cost(bench: Bench) -> None:
    bench.claim(100, 250, 70)
    disputed = bench.history.vouchers[0][1]
    timeout = bench.market.evm.now + ARBITRATION

    receipt = bench.dispute(0, 1)

    assert bucket(bench.market, bench.epoch)[0] == 170
    assert bench.disputed(disputed) == (250, timeout)
    assert int.from_bytes(receipt.output, "big") == 250
    expected = {
        "payer": EMSP.address,
        "payee": CPO.address,
        "token": bench.market.euro.address,
        "leaf": leaf_hash(disputed),
        "amount": 250,
        "timeout": timeout,
    }
    assert bench.market.events(receipt) == [("Disputed", expected)]
    start_of_epoch(bench.market)
    start_of_epoch(bench.market)
    assert collect(bench.market) == 170


@pytest.mark.parametrize("leaves", [1, 2, 3, 4, 5, 8, 13])
def test_every_leaf_of_a_tree_can_be_shown(bench: Bench, leaves: int) -> None:
    bench.claim(*range(1, leaves + 1))

    for at in range(leaves):
        bench.dispute(0, at)

    assert bucket(bench.market, bench.epoch)[0] == 0


def test_leaf_of_an_earlier_voucher_is_shown_through_the_links(bench: Bench) -> None:
    for amounts in ((10,), (20, 21), (30,), (40, 41, 42)):
        bench.sign(*amounts)
    bench.claim()

    for number, at in ((1, 1), (0, 0), (3, 2), (2, 0)):
        bench.dispute(number, at)

    assert bucket(bench.market, bench.epoch)[0] == 20 + 40 + 41


def test_links_may_be_five_hundred_and_twelve(bench: Bench) -> None:
    for number in range(512):
        bench.sign(number + 1)
    bench.claim()

    bench.dispute(0, 0)

    assert bench.disputed(bench.history.vouchers[0][0])[0] == 1


@pytest.mark.parametrize("sender", [CPO, OTHER, STRANGER, ARBITER, KEEPER], ids=lambda p: p.name)
def test_only_the_payer_disputes(bench: Bench, sender: Person) -> None:
    bench.claim(100)

    with refused("Only the payer may dispute."):
        bench.dispute(0, 0, sender=sender)


def test_key_that_signs_vouchers_disputes_as_well(bench: Bench) -> None:
    bench.claim(100)
    bench.market.send(EMSP, "setSigner", KEY, RETURNS)
    with refused("Only the payer may dispute."):
        bench.dispute(0, 0, sender=KEY)

    bench.market.send(EMSP, "setSigner", KEY, VOUCHERS)
    bench.dispute(0, 0, sender=KEY)


def test_leaf_is_disputed_once(bench: Bench) -> None:
    bench.claim(100, 200)
    bench.dispute(0, 0)
    with refused("Leaf already disputed."):
        bench.dispute(0, 0)
    bench.resolve(EMSP, bench.history.vouchers[0][0], 0)

    with refused("Leaf already disputed."):
        bench.dispute(0, 0)


def test_dispute_freezes_no_more_than_is_held(bench: Bench) -> None:
    """The voucher was paid in part: the payer had no more."""
    bench.claim(9_950)
    bench.claim(100, 200)

    bench.dispute(1, 1)
    bench.dispute(1, 0)
    bench.dispute(0, 0)

    leaves = [bench.history.vouchers[1][1], bench.history.vouchers[1][0], bench.history.vouchers[0][0]]
    assert [bench.disputed(each)[0] for each in leaves] == [200, 100, 9_700]
    assert bucket(bench.market, bench.epoch)[0] == 0


def test_leaf_that_cost_nothing_freezes_nothing(bench: Bench) -> None:
    bench.claim(100, 0)

    with refused("Nothing held to freeze."):
        bench.dispute(0, 1)


def test_dispute_in_the_next_epoch_reaches_the_older_bucket(bench: Bench) -> None:
    bench.claim(100)
    start_of_epoch(bench.market, WINDOW - 1)

    bench.dispute(0, 0, epoch=bench.epoch - 1)

    assert bench.disputed(bench.history.vouchers[0][0])[0] == 100


def test_dispute_after_that_is_too_late_and_the_payee_has_the_money(bench: Bench) -> None:
    bench.claim(100)
    epoch = bench.epoch
    start_of_epoch(bench.market)
    start_of_epoch(bench.market)

    for which in (epoch, epoch + 1, epoch + 2, epoch + 3):
        reason = NOT_CLAIMED if which == epoch + 1 else "Bucket is not held any more."
        reason = "Leaf belongs to an older bucket." if which == epoch + 2 else reason
        with refused(reason):
            bench.dispute(0, 0, epoch=which)
    assert collect(bench.market) == 100


def test_dispute_gives_the_payee_what_has_matured(bench: Bench) -> None:
    bench.claim(100)
    start_of_epoch(bench.market)
    bench.claim(30, 40)
    epoch = bench.epoch
    start_of_epoch(bench.market)

    receipt = bench.dispute(1, 0, epoch=epoch)

    assert [name for name, _ in bench.market.events(receipt)] == ["Collected", "Disputed"]
    assert bench.market.free(CPO) == 100


def test_leaf_claimed_after_a_collection_is_disputed(bench: Bench) -> None:
    bench.claim(100)
    for _ in range(2):
        start_of_epoch(bench.market)
    assert collect(bench.market) == 100
    bench.claim(30)

    bench.dispute(1, 0)

    assert bench.disputed(bench.history.vouchers[1][0])[0] == 30


def test_leaf_of_an_older_bucket_cannot_hold_up_a_newer_one(bench: Bench) -> None:
    bench.claim(100)
    bench.claim(50)
    start_of_epoch(bench.market)
    bench.claim(30)

    for number in (0, 1):
        with refused("Leaf belongs to an older bucket."):
            bench.dispute(number, 0)
    bench.dispute(0, 0, epoch=bench.epoch - 1, last=2)
    bench.dispute(2, 0)


def test_evidence_of_the_other_bucket_is_refused(bench: Bench) -> None:
    bench.claim(100)
    start_of_epoch(bench.market)
    bench.claim(30)

    with refused(NOT_CLAIMED):
        bench.dispute(0, 0, epoch=bench.epoch - 1)
    with refused(NOT_CLAIMED):
        bench.dispute(0, 0, epoch=bench.epoch, last=1)


def test_proof_that_was_altered_anywhere_is_refused(bench: Bench) -> None:
    bench.claim(5)
    bench.claim(10, 20, 30)
    bench.claim(40)
    it, proof, before, links = bench.history.dispute(1, 1)
    for word in range(7):
        changed = list(it)
        changed[word] = it[word] + 1 if isinstance(it[word], int) else bytes(32)
        with refused(NOT_CLAIMED):
            bench.send(bench.epoch, tuple(changed), proof, before, links)
    altered: list[tuple[Any, ...]] = [
        (it, proof[::-1], before, links),
        (it, proof[:-1], before, links),
        (it, [*proof, bytes(32)], before, links),
        (it, [], before, links),
        (it, proof, bytes(32), links),
        (it, proof, before, links[:-1]),
        (it, proof, before, links[1:]),
        (it, proof, before, [*links, links[-1]]),
        (it, proof, before, [(links[0][0], 36), *links[1:]]),
        (it, proof, before, [links[0], (bytes(32), links[1][1])]),
    ]
    for arguments in altered:
        with refused(NOT_CLAIMED):
            bench.send(bench.epoch, *arguments)
    bench.send(bench.epoch, it, proof, before, links)


def test_dispute_without_a_link_is_refused(bench: Bench) -> None:
    bench.claim(10)
    it, proof, _, _ = bench.history.dispute(0, 0)

    with refused(None):
        bench.send(bench.epoch, it, proof, bench.history.evidence(), [])


def test_dispute_where_nothing_was_agreed_is_refused(bench: Bench) -> None:
    proof = History().add(leaf("x", 10)).dispute(0, 0)

    with refused("No hold-back agreed."):
        bench.market.send(EMSP, "dispute", EMSP, OTHER, bench.market.euro, bench.epoch, *proof)


def test_dispute_of_one_lane_is_none_of_another(bench: Bench) -> None:
    bench.claim(100)
    bench.dispute(0, 0)
    disputed = leaf_hash(bench.history.vouchers[0][0])

    for pair in ((CPO, EMSP, bench.market.euro), (EMSP, OTHER, bench.market.euro)):
        with refused("No such dispute."):
            bench.market.send(CPO, "resolve", *pair, disputed, 100)
    with refused("No such dispute."):
        bench.market.send(CPO, "resolve", EMSP, CPO, bench.market.franc, disputed, 100)


# -------------------------------------------------------------------------------------- resolving


@pytest.mark.parametrize(
    ("who", "to_payer"),
    [(ARBITER, 0), (ARBITER, 40), (ARBITER, 100), (CPO, 100), (EMSP, 0)],
    ids=lambda value: value.name if isinstance(value, Person) else value,
)
def test_dispute_is_resolved_by_whom_it_is_up_to(bench: Bench, who: Person, to_payer: int) -> None:
    bench.claim(100)
    bench.dispute(0, 0)
    disputed = bench.history.vouchers[0][0]
    timeout = bench.disputed(disputed)[1]

    receipt = bench.resolve(who, disputed, to_payer)

    market = bench.market
    assert (market.free(EMSP), market.free(CPO)) == (to_payer, 100 - to_payer)
    assert bench.disputed(disputed) == (0, timeout)
    assert market.claimed(EMSP, CPO) == 100
    expected = {
        "payer": EMSP.address,
        "payee": CPO.address,
        "token": market.euro.address,
        "leaf": leaf_hash(disputed),
        "toPayer": to_payer,
        "toPayee": 100 - to_payer,
    }
    assert market.events(receipt) == [("Resolved", expected)]
    with refused("No such dispute."):
        bench.resolve(who, disputed, to_payer)


@pytest.mark.parametrize(
    ("who", "to_payer"),
    [
        *((CPO, 0), (CPO, 99), (EMSP, 100), (EMSP, 1), (OTHER, 0), (STRANGER, 0), (STRANGER, 100)),
        *((KEEPER, 0), (KEY, 0), (KEY, 100)),
    ],
    ids=lambda value: value.name if isinstance(value, Person) else value,
)
def test_dispute_is_not_resolved_by_anybody_else(bench: Bench, who: Person, to_payer: int) -> None:
    for party in (EMSP, CPO):
        bench.market.send(party, "setSigner", KEY, VOUCHERS | RETURNS)
    bench.claim(100)
    bench.dispute(0, 0)

    with refused("Not yours to resolve."):
        bench.resolve(who, bench.history.vouchers[0][0], to_payer)


def test_dispute_about_the_smallest_amount_is_resolved(bench: Bench) -> None:
    bench.claim(1, 100)
    bench.dispute(0, 0)

    bench.resolve(CPO, bench.history.vouchers[0][0], 1)

    assert (bench.market.free(EMSP), bench.market.free(CPO)) == (1, 0)


def test_nobody_gets_more_than_was_frozen(bench: Bench) -> None:
    bench.claim(100)
    bench.dispute(0, 0)

    with refused("More than disputed."):
        bench.resolve(ARBITER, bench.history.vouchers[0][0], 101)


def test_arbiter_decides_until_the_last_second_and_then_it_is_the_payees(bench: Bench) -> None:
    bench.claim(100, 100)
    bench.dispute(0, 0)
    bench.dispute(0, 1)
    first, second = bench.history.vouchers[0]
    bench.market.pass_time(ARBITRATION - 1)
    with refused("Not yours to resolve."):
        bench.resolve(STRANGER, first, 0)
    bench.resolve(ARBITER, first, 30)
    bench.market.pass_time(1)

    for who, to_payer in ((ARBITER, 30), (ARBITER, 100), (STRANGER, 1), (EMSP, 100)):
        with refused("Not yours to resolve."):
            bench.resolve(who, second, to_payer)
    bench.resolve(STRANGER, second, 0)
    assert (bench.market.free(EMSP), bench.market.free(CPO)) == (30, 170)


def test_payee_may_concede_after_the_arbiters_time_too(bench: Bench) -> None:
    bench.claim(100)
    bench.dispute(0, 0)
    bench.market.pass_time(ARBITRATION)

    bench.resolve(CPO, bench.history.vouchers[0][0], 100)

    assert bench.market.free(EMSP) == 100


def test_payees_part_goes_to_the_reserve_where_setoff_is_on(bench: Bench) -> None:
    bench.market.send(CPO, "enableSetoff", EMSP, bench.market.euro)
    bench.claim(100)
    bench.dispute(0, 0)

    bench.resolve(ARBITER, bench.history.vouchers[0][0], 30)

    market = bench.market
    assert (market.free(EMSP), market.free(CPO), market.reserved(CPO, EMSP)) == (30, 0, 70)


def test_dispute_outlives_the_agreement_and_is_then_up_to_the_two(bench: Bench) -> None:
    bench.claim(100)
    bench.dispute(0, 0)
    agree(bench.market, 0, NOBODY)
    disputed = bench.history.vouchers[0][0]

    for who in (ARBITER, STRANGER):
        with refused("Not yours to resolve."):
            bench.resolve(who, disputed, 40)
    bench.resolve(CPO, disputed, 100)
    assert bench.market.free(EMSP) == 100


def test_new_arbiter_of_both_decides_what_is_open(bench: Bench) -> None:
    bench.claim(100)
    bench.dispute(0, 0)
    agree(bench.market, WINDOW, STRANGER.address)
    disputed = bench.history.vouchers[0][0]

    with refused("Not yours to resolve."):
        bench.resolve(ARBITER, disputed, 40)
    bench.resolve(STRANGER, disputed, 40)
