"""The invariants that need a situation of their own; the others hold at every step of the state machine."""

import os
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Any

import pytest
from contracts.tests.evm import Reverted
from contracts.tests.market import CPO, DAY, EMSP, KEEPER, KEY, OTHER, STRANGER, VOUCHERS, Market, new_market
from contracts.tests.people import Person
from contracts.tests.test_lanes_deposits import opening, sign_opening, sign_permit
from contracts.tests.test_lanes_hold_back import WINDOW, agree, agreement, signed, start_of_epoch
from contracts.tests.test_lanes_typed_calls import PURPOSES
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("LANES_EXAMPLES", "10"))
"""More of them find more; the full run of mutants needs no more than these."""
few = settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
amounts = st.integers(1, 300)
seeds = st.integers(0, 2**32 - 1)


def vault(market: Market, party: Person) -> int:
    """All that is a party's, free or set aside."""
    others = [other for other in (EMSP, CPO, OTHER) if other is not party]
    return market.free(party) + sum(market.reserved(party, other) for other in others)


def attempt(act: Callable[[], Any]) -> None:
    """As somebody who tries everything."""
    with suppress(Reverted):
        act()


@few
@given(seed=seeds, reserved=st.integers(0, 300), free=st.integers(0, 300))
def test_invariant_5_order_and_repetition_of_claims_do_not_matter(
    seed: int, reserved: int, free: int
) -> None:
    by, market = Random(seed), new_market()
    if reserved:
        market.reserve(EMSP, CPO, reserved)
    if free:
        market.fund(EMSP, free)
    if by.random() < 0.5:
        market.send(CPO, "enableSetoff", EMSP, market.euro)
    cumulatives = [by.randint(1, 500) for _ in range(by.randint(1, 5))]
    items = [market.item(EMSP, CPO, cumulative) for cumulative in cumulatives]
    once, often = market, market.copy()

    once.claim(CPO, items[cumulatives.index(max(cumulatives))])
    for _ in range(3):
        often.claim(CPO, *by.choices(items, k=by.randint(0, 4)))
    often.claim(CPO, *by.sample(items, len(items)))

    assert often.exposure(EMSP, CPO) == once.exposure(EMSP, CPO)
    assert often.exposure(CPO, EMSP) == once.exposure(CPO, EMSP)


def payer_tries(market: Market, payer: Person, payee: Person, by: Random, left: int) -> int:
    """One thing a payer may do to keep its money; returns the seconds that are left of the delay."""
    euro = market.euro
    voucher = market.voucher(payer, OTHER, by.randint(1, 2_000))
    acts: list[Callable[[], Any]] = [
        lambda: market.send(payer, "withdraw", euro, market.free(payer), payer),
        lambda: market.send(payer, "requestRelease", payee, euro, market.reserved(payer, payee)),
        lambda: market.send(payer, "requestRelease", payee, euro, 0),
        lambda: market.send(payer, "release", payer, payee, euro),
        lambda: market.send(payer, "reserve", OTHER, euro, market.free(payer)),
        lambda: market.send(payer, "setSigner", KEY, by.choice([0, 2])),
        lambda: market.send(payer, "returnReserve", payee, euro, 1),
        lambda: market.claim_one(payer, OTHER, voucher),
        lambda: market.send(payer, "net", payer, OTHER, euro, voucher, (0, *[bytes(32)] * 3)),
        lambda: market.send(payer, "requestLeaveSetoff", payee, euro),
        lambda: market.send(payer, "leaveSetoff", payer, payee, euro),
        lambda: market.send(payer, "enableSetoff", OTHER, euro),
    ]
    passed = by.choice([0, 0, by.randint(0, left), left])
    market.pass_time(passed)
    attempt(by.choice(acts))
    return left - passed


@few
@given(seed=seeds, reserved=amounts, free=st.integers(0, 300), owed=st.integers(1, 900))
def test_invariant_8_payee_gets_its_reserve_whatever_the_payer_does_within_the_delay(
    seed: int, reserved: int, free: int, owed: int
) -> None:
    by, market = Random(seed), new_market()
    market.reserve(EMSP, CPO, reserved)
    market.fund(EMSP, free + 1)
    market.send(EMSP, "setSigner", KEY, VOUCHERS)
    item = market.item(EMSP, CPO, owed, signer=by.choice([EMSP, KEY]))
    leaving = by.choice([0, by.randint(0, reserved)])  # announced so long ago that it may leave at once
    market.send(EMSP, "requestRelease", CPO, market.euro, leaving)
    market.pass_time(DAY)

    left = DAY - 1
    for _ in range(by.randint(1, 8)):
        left = payer_tries(market, EMSP, CPO, by, left)
    paid = market.claim(CPO, item)

    assert paid >= min(owed, reserved - leaving)
    assert market.free(CPO) == paid


@few
@given(seed=seeds, received=amounts, before=st.integers(0, 300), owes=st.integers(1, 900))
def test_invariant_9_what_came_from_a_peer_stays_for_what_is_owed_to_it(
    seed: int, received: int, before: int, owes: int
) -> None:
    by, market = Random(seed), new_market()
    market.send(CPO, "enableSetoff", EMSP, market.euro)
    market.send(CPO, "setSigner", KEY, VOUCHERS)
    if before:
        market.reserve(CPO, EMSP, before)
        market.send(CPO, "requestRelease", EMSP, market.euro, by.randint(0, before))
        market.pass_time(DAY)
    market.fund(EMSP, received)
    market.claim(CPO, market.item(EMSP, CPO, received))
    item = market.item(CPO, EMSP, owes, signer=by.choice([CPO, KEY]))

    left = DAY - 1
    for _ in range(by.randint(1, 8)):
        left = payer_tries(market, CPO, EMSP, by, left)

    assert market.claim(EMSP, item) >= min(owes, received)


@few
@given(seed=seeds, owes=st.integers(0, 300), is_owed=st.integers(0, 300))
def test_invariant_10_net_is_both_claims_and_needs_the_difference_only(
    seed: int, owes: int, is_owed: int
) -> None:
    by, market = Random(seed), new_market()
    for payer, payee in ((EMSP, CPO), (CPO, EMSP)):
        if by.random() < 0.5:
            market.send(payee, "enableSetoff", payer, market.euro)
    poor, netted = market.copy(), market
    for payer, payee in ((EMSP, CPO), (CPO, EMSP)):
        netted.reserve(payer, payee, by.randint(1, 400))
        netted.fund(payer, 1_000)
    claimed = netted.copy()
    ab, ba = market.voucher(EMSP, CPO, owes), market.voucher(CPO, EMSP, is_owed)
    difference = abs(owes - is_owed)
    if difference:
        poor.fund(EMSP if owes > is_owed else CPO, difference)

    netted.send(KEEPER, "net", EMSP, CPO, market.euro, ab, ba)
    claimed.claim(CPO, (EMSP.address, *ab))
    claimed.claim(EMSP, (CPO.address, *ba))
    poor.send(KEEPER, "net", EMSP, CPO, market.euro, ab, ba)

    for party in (EMSP, CPO):
        assert vault(netted, party) == vault(claimed, party)
    for world in (netted, claimed, poor):
        assert (world.claimed(EMSP, CPO), world.claimed(CPO, EMSP)) == (owes, is_owed)


# ------------------------------------------------------------------------------------- 11: relayers


def relayed(market: Market) -> dict[str, tuple[Any, ...]]:
    """One call of every kind that anybody may send; each can be carried out."""
    euro, now = market.euro, market.evm.now
    item = market.item(EMSP, CPO, 60)
    terms = agreement(market)
    return {
        "claim": (CPO, euro, [item]),
        "claimOne": (EMSP, CPO, euro, *item[1:]),
        "net": (EMSP, CPO, euro, item[1:], market.voucher(CPO, EMSP, 20)),
        "release": (EMSP, OTHER, euro),
        "leaveSetoff": (EMSP, OTHER, euro),
        "collect": (OTHER, CPO, euro),
        "depositWithPermit": (OTHER, euro, 60, now, *sign_permit(market, OTHER, 60)),
        "openWithAuthorization": opening(
            market, OTHER, CPO.address, 60, sign_opening(market, OTHER, CPO.address, 60)
        ),
        "agreeHoldBack": (*terms, now, *(signed(market, party, terms) for party in (EMSP, CPO))),
        **{
            f"{p.function}BySig": (*p.plain(market), now, *p.sign(market, nonce=_nonce(market, p.signer)))
            for p in PURPOSES
        },
    }


def _nonce(market: Market, party: Person) -> int:
    return int(market.lanes.read("nonces", party.address))


@pytest.fixture
def prepared(market: Market) -> Market:
    start_of_epoch(market)
    for payer, payee in ((EMSP, CPO), (CPO, EMSP), (EMSP, OTHER)):
        market.reserve(payer, payee, 100)
        market.fund(payer, 100)
        market.send(payee, "enableSetoff", payer, market.euro)
    market.mint(OTHER, 1_000)
    market.send(OTHER, "deposit", OTHER, market.euro, 100)
    terms = (OTHER.address, CPO.address, market.euro.address, WINDOW, STRANGER.address)
    by_other = signed(market, OTHER, terms, payerNonce=0, payeeNonce=0)
    market.send(CPO, "agreeHoldBack", *terms, market.evm.now, by_other, (0, bytes(32), bytes(32)))
    market.claim(CPO, market.item(OTHER, CPO, 30))
    market.send(EMSP, "requestRelease", OTHER, market.euro, 50)
    market.send(EMSP, "enableSetoff", OTHER, market.euro)
    market.send(EMSP, "requestLeaveSetoff", OTHER, market.euro)
    market.pass_time(DAY)
    return market


NAMES = ["claim", "claimOne", "net", "release", "leaveSetoff", "collect", "depositWithPermit"]
NAMES += ["openWithAuthorization", "agreeHoldBack", *(f"{p.function}BySig" for p in PURPOSES)]


@pytest.mark.parametrize("function", NAMES)
def test_invariant_11_who_sends_makes_no_difference(prepared: Market, function: str) -> None:
    arguments = relayed(prepared)[function]
    seen = []
    for sender in (EMSP, CPO, OTHER, STRANGER, KEEPER):
        world = prepared.copy()
        wallet, free = world.wallet(sender), world.free(sender)
        receipt = world.send(sender, function, *arguments)
        seen.append((world.events(receipt), receipt.output, world.storage()))
        if sender in {STRANGER, KEEPER}:
            assert (world.wallet(sender), world.free(sender)) == (wallet, free)
    assert all(each == seen[0] for each in seen)


# ----------------------------------------------------------------------------------- 15: hold-back


@few
@given(seed=seeds)
def test_invariant_15_held_money_is_free_after_one_window_and_before_two(seed: int) -> None:
    by, market = Random(seed), new_market()
    market.reserve(EMSP, CPO, 10_000)
    agree(market)
    waiting: list[tuple[int, int]] = []  # since when, amount
    total = 0
    for _ in range(12):
        market.pass_time(by.choice([0, 1, by.randint(0, WINDOW), by.randint(0, 3 * WINDOW)]))
        before, now = market.free(CPO), market.evm.now
        if by.random() < 0.6:
            amount = by.randint(1, 100)
            total += amount
            market.claim(CPO, market.item(EMSP, CPO, total))
            waiting.append((now, amount))
        else:
            attempt(lambda: market.send(KEEPER, "collect", EMSP, CPO, market.euro))
        freed = market.free(CPO) - before
        while freed > 0:
            since, amount = waiting.pop(0)
            assert now - since > WINDOW
            freed -= amount
        assert freed == 0
        assert all(now - since < 2 * WINDOW for since, _ in waiting)
