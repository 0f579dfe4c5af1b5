"""Hold-back lanes: both sides agree on them, and what they pay waits between one and two windows."""

from typing import Any

import pytest
from contracts.tests.contract import NOBODY
from contracts.tests.evm import refused
from contracts.tests.market import ARBITER, CPO, DAY, EMSP, KEEPER, OTHER, STRANGER, Market
from contracts.tests.people import Person, Vrs

WINDOW = 3600
UNSIGNED: Vrs = (0, bytes(32), bytes(32))
NOT_AGREED = "Signer and provided party address different."
FIELDS = {
    "payer": "address",
    "payee": "address",
    "token": "address",
    "window": "uint256",
    "arbiter": "address",
    "payerNonce": "uint256",
    "payeeNonce": "uint256",
    "deadline": "uint256",
}


def agreement(market: Market, window: int = WINDOW, arbiter: str = ARBITER.address) -> tuple[Any, ...]:
    return EMSP.address, CPO.address, market.euro.address, window, arbiter


def signed(market: Market, signer: Person, terms: tuple[Any, ...], **changed: Any) -> Vrs:
    nonces = [market.lanes.read("nonces", party.address) for party in (EMSP, CPO)]
    message = dict(zip(FIELDS, (*terms, *nonces, market.evm.now), strict=True)) | changed
    return signer.sign_typed(market.domain_data(), "HoldBack", FIELDS, message)


def agree(market: Market, window: int = WINDOW, arbiter: str = ARBITER.address) -> Any:
    terms = agreement(market, window, arbiter)
    signatures = [signed(market, party, terms) for party in (EMSP, CPO)]
    return market.send(KEEPER, "agreeHoldBack", *terms, market.evm.now, *signatures)


def start_of_epoch(market: Market, offset: int = 0, window: int = WINDOW) -> None:
    """Goes on to the beginning of the next epoch, and the offset further."""
    market.evm.set_time((market.evm.now // window + 1) * window + offset)


def collect(market: Market) -> int:
    receipt = market.send(KEEPER, "collect", EMSP, CPO, market.euro)
    return int.from_bytes(receipt.output, "big")


def hold_back(market: Market) -> tuple[int, str, int]:
    """Window, arbiter, collectable."""
    return market.lanes.read("holdBack", EMSP.address, CPO.address, market.euro.address)  # type: ignore[no-any-return]  # decoded by the ABI


def bucket(market: Market, epoch: int) -> tuple[int, int, bytes]:
    return market.lanes.read("bucket", EMSP.address, CPO.address, market.euro.address, epoch)  # type: ignore[no-any-return]  # as above


@pytest.fixture
def held(market: Market) -> Market:
    """An agreement from the beginning of an epoch, 1,000 reserved, 100 claimed before."""
    market.reserve(EMSP, CPO, 1100)
    market.claim(CPO, market.item(EMSP, CPO, 100))
    start_of_epoch(market)
    agree(market)
    return market


# -------------------------------------------------------------------------------------- agreeing


def test_agreement_of_both_sides_holds(market: Market) -> None:
    receipt = agree(market)

    assert hold_back(market) == (WINDOW, ARBITER.address, 0)
    expected = {
        "payer": EMSP.address,
        "payee": CPO.address,
        "token": market.euro.address,
        "window": WINDOW,
        "arbiter": ARBITER.address,
    }
    assert market.events(receipt) == [("HoldBackAgreed", expected)]
    assert [market.lanes.read("nonces", party.address) for party in (EMSP, CPO)] == [1, 1]


@pytest.mark.parametrize("sender", [EMSP, CPO], ids=["payer", "payee"])
def test_side_that_sends_the_agreement_need_not_sign_it(market: Market, sender: Person) -> None:
    terms = agreement(market)
    signatures = [UNSIGNED if party is sender else signed(market, party, terms) for party in (EMSP, CPO)]

    market.send(sender, "agreeHoldBack", *terms, market.evm.now, *signatures)

    assert hold_back(market)[0] == WINDOW


@pytest.mark.parametrize("missing", [EMSP, CPO], ids=["payer", "payee"])
def test_neither_side_agrees_for_the_other(market: Market, missing: Person) -> None:
    terms = agreement(market)
    other = CPO if missing is EMSP else EMSP
    by_other = [signed(market, other, terms)] * 2

    with refused(NOT_AGREED):
        market.send(other, "agreeHoldBack", *terms, market.evm.now, *by_other)
    with refused(NOT_AGREED):
        market.send(KEEPER, "agreeHoldBack", *terms, market.evm.now, *by_other)
    with refused("Invalid signature."):
        market.send(other, "agreeHoldBack", *terms, market.evm.now, UNSIGNED, UNSIGNED)


@pytest.mark.parametrize(
    "changed",
    [
        {"payer": OTHER.address},
        {"payee": OTHER.address},
        {"token": OTHER.address},
        {"window": WINDOW + 1},
        {"arbiter": STRANGER.address},
        {"payerNonce": 1},
        {"payeeNonce": 1},
        {"deadline": 2**255},
    ],
    ids=lambda changed: next(iter(changed)),
)
@pytest.mark.parametrize("side", [0, 1])
def test_agreement_signed_on_something_else_is_refused(
    market: Market, changed: dict[str, Any], side: int
) -> None:
    terms = agreement(market)
    signatures = [signed(market, party, terms) for party in (EMSP, CPO)]
    signatures[side] = signed(market, (EMSP, CPO)[side], terms, **changed)

    with refused(NOT_AGREED):
        market.send(KEEPER, "agreeHoldBack", *terms, market.evm.now, *signatures)


def test_agreement_serves_once_and_until_its_deadline(market: Market) -> None:
    terms = agreement(market)
    signatures = [signed(market, party, terms) for party in (EMSP, CPO)]
    deadline = market.evm.now
    market.pass_time(1)
    with refused("Signature expired."):
        market.send(KEEPER, "agreeHoldBack", *terms, deadline, *signatures)
    market.evm.set_time(deadline)
    market.send(KEEPER, "agreeHoldBack", *terms, deadline, *signatures)

    with refused(NOT_AGREED):
        market.send(KEEPER, "agreeHoldBack", *terms, deadline, *signatures)


@pytest.mark.parametrize(
    ("window", "arbiter", "reason"),
    [
        (30 * DAY + 1, ARBITER.address, "Window too long."),
        (2**256 - 1, ARBITER.address, "Window too long."),
        (WINDOW, EMSP.address, "Arbiter must be a third party."),
        (WINDOW, CPO.address, "Arbiter must be a third party."),
        (WINDOW, NOBODY, "Arbiter must be a third party."),
        (0, ARBITER.address, "Arbiter must be a third party."),
    ],
)
def test_agreement_that_makes_no_sense_is_refused(
    market: Market, window: int, arbiter: str, reason: str
) -> None:
    with refused(reason):
        agree(market, window, arbiter)


@pytest.mark.parametrize("window", [1, 30 * DAY])
def test_agreement_takes_the_shortest_and_the_longest_window(market: Market, window: int) -> None:
    agree(market, window)

    assert hold_back(market)[0] == window


@pytest.mark.parametrize(
    "pair", [(EMSP.address, EMSP.address), (EMSP.address, NOBODY), (NOBODY, CPO.address)]
)
def test_agreement_needs_two_parties(market: Market, pair: tuple[str, str]) -> None:
    terms = (*pair, market.euro.address, WINDOW, ARBITER.address)

    with refused("Two parties needed."):
        market.send(EMSP, "agreeHoldBack", *terms, market.evm.now, UNSIGNED, UNSIGNED)


def test_agreement_can_change_only_while_nothing_is_held(held: Market) -> None:
    held.claim(CPO, held.item(EMSP, CPO, 150))

    for window, arbiter in ((0, NOBODY), (WINDOW * 2, STRANGER.address)):
        with refused("Collect the held money first."):
            agree(held, window, arbiter)
    start_of_epoch(held)
    with refused("Collect the held money first."):
        agree(held, 0, NOBODY)
    start_of_epoch(held)
    collect(held)
    agree(held, WINDOW * 2, STRANGER.address)
    assert hold_back(held) == (WINDOW * 2, STRANGER.address, 0)


def test_agreement_that_ended_leaves_an_ordinary_lane(held: Market) -> None:
    agree(held, 0, NOBODY)

    assert hold_back(held) == (0, NOBODY, 0)
    held.claim(CPO, held.item(EMSP, CPO, 150))
    assert held.free(CPO) == 150
    with refused("No hold-back agreed."):
        collect(held)


def test_agreeing_and_ending_keep_what_the_lane_holds(market: Market) -> None:
    market.reserve(EMSP, CPO, 1000)
    market.claim(CPO, market.item(EMSP, CPO, 100))
    market.send(CPO, "enableSetoff", EMSP, market.euro)
    market.send(EMSP, "requestRelease", CPO, market.euro, 50)
    before = market.exposure(EMSP, CPO)

    agree(market)
    assert market.exposure(EMSP, CPO) == before
    agree(market, 0, NOBODY)

    assert market.exposure(EMSP, CPO) == before
    assert market.lanes.read("setoff", CPO.address, EMSP.address, market.euro.address)[0]


# --------------------------------------------------------------------------------------- holding


def test_claim_is_held_and_not_the_payees_yet(held: Market) -> None:
    item = held.item(EMSP, CPO, 150)
    assert held.claim(CPO, item) == 50

    epoch = held.evm.now // WINDOW
    assert held.exposure(EMSP, CPO) == (950, 950, 0, 150, 0, 0)
    assert held.free(CPO) == 100
    assert bucket(held, epoch) == (50, 100, item[2])
    assert hold_back(held)[2] == 0


@pytest.mark.parametrize("offset", [0, 1, WINDOW - 1])
def test_claim_is_free_when_the_second_epoch_after_it_begins(held: Market, offset: int) -> None:
    """That is more than one window after the claim, and two at most."""
    held.pass_time(offset)
    held.claim(CPO, held.item(EMSP, CPO, 150))
    held.pass_time(2 * WINDOW - offset - 1)
    assert hold_back(held)[2] == 0
    with refused("Nothing to collect."):
        collect(held)

    held.pass_time(1)
    assert hold_back(held)[2] == 50
    receipt = held.send(KEEPER, "collect", EMSP, CPO, held.euro)

    assert held.free(CPO) == 150
    expected = {"payer": EMSP.address, "payee": CPO.address, "token": held.euro.address, "amount": 50}
    assert held.events(receipt) == [("Collected", expected)]
    assert hold_back(held)[2] == 0
    with refused("Nothing to collect."):
        collect(held)


def test_buckets_of_neighbouring_epochs_are_apart(held: Market) -> None:
    epoch = held.evm.now // WINDOW
    held.claim(CPO, held.item(EMSP, CPO, 150))
    first = held.item(EMSP, CPO, 170)
    held.claim(CPO, first)
    start_of_epoch(held)
    second = held.item(EMSP, CPO, 200)
    held.claim(CPO, second)

    assert bucket(held, epoch) == (70, 100, first[2])
    assert bucket(held, epoch + 1) == (30, 170, second[2])
    assert bucket(held, epoch + 2) == bucket(held, epoch - 1) == (0, 0, bytes(32))
    start_of_epoch(held)
    assert hold_back(held)[2] == 70
    assert collect(held) == 70
    assert bucket(held, epoch + 1) == (30, 170, second[2])
    assert bucket(held, epoch) == (0, 0, bytes(32))
    start_of_epoch(held)
    assert collect(held) == 30


def test_claim_collects_what_has_matured(held: Market) -> None:
    epoch = held.evm.now // WINDOW
    held.claim(CPO, held.item(EMSP, CPO, 150))
    start_of_epoch(held)
    start_of_epoch(held)
    item = held.item(EMSP, CPO, 180)

    receipt = held.send(KEEPER, "claim", CPO, held.euro, [item])

    assert [name for name, _ in held.events(receipt)] == ["Claimed", "Collected"]
    assert held.free(CPO) == 150
    assert bucket(held, epoch + 2) == (30, 150, item[2])


def test_claim_while_nothing_has_matured_tells_of_no_collection(held: Market) -> None:
    receipt = held.send(KEEPER, "claim", CPO, held.euro, [held.item(EMSP, CPO, 150)])

    assert [name for name, _ in held.events(receipt)] == ["Claimed"]


def test_smallest_amount_that_has_matured_is_collected_by_a_claim(held: Market) -> None:
    before = held.free(CPO)
    held.claim(CPO, held.item(EMSP, CPO, held.claimed(EMSP, CPO) + 1))
    start_of_epoch(held)
    start_of_epoch(held)

    held.claim(CPO, held.item(EMSP, CPO, held.claimed(EMSP, CPO) + 30))

    assert held.free(CPO) == before + 1


def test_smallest_amount_that_has_matured_is_collected(held: Market) -> None:
    before = held.free(CPO)
    held.claim(CPO, held.item(EMSP, CPO, held.claimed(EMSP, CPO) + 1))
    start_of_epoch(held)
    start_of_epoch(held)

    assert collect(held) == 1
    assert held.free(CPO) == before + 1


def test_two_epochs_without_a_claim_free_both_buckets(held: Market) -> None:
    epoch = held.evm.now // WINDOW
    held.claim(CPO, held.item(EMSP, CPO, 150))
    start_of_epoch(held)
    held.claim(CPO, held.item(EMSP, CPO, 170))
    for _ in range(3):
        start_of_epoch(held)

    assert hold_back(held)[2] == 70
    item = held.item(EMSP, CPO, 190)
    held.claim(CPO, item)

    assert held.free(CPO) == 170
    assert bucket(held, epoch + 4) == (20, 170, item[2])
    assert bucket(held, epoch + 3)[:2] == (0, 170)


def test_what_has_matured_and_was_held_since_stays_apart_when_epochs_are_skipped(held: Market) -> None:
    epoch = held.evm.now // WINDOW
    held.claim(CPO, held.item(EMSP, CPO, 150))
    start_of_epoch(held)
    start_of_epoch(held)
    held.claim(CPO, held.item(EMSP, CPO, 170))
    start_of_epoch(held)

    with refused("Nothing to collect."):
        collect(held)
    assert bucket(held, epoch + 2)[:2] == (20, 150)
    start_of_epoch(held)
    assert collect(held) == 20


def test_single_call_and_contract_wallets_hold_back_too(held: Market) -> None:
    held.claim_one(EMSP, CPO, held.voucher(EMSP, CPO, 150))

    assert held.free(CPO) == 100
    assert bucket(held, held.evm.now // WINDOW)[0] == 50


def test_net_of_a_lane_that_holds_back_is_refused(held: Market) -> None:
    vouchers = held.voucher(EMSP, CPO, 150), held.voucher(CPO, EMSP, 60)

    for a, b, pair in ((EMSP, CPO, vouchers), (CPO, EMSP, vouchers[::-1])):
        with refused("Lane holds back: claim instead."):
            held.send(KEEPER, "net", a, b, held.euro, *pair)


def test_other_lanes_of_the_pair_do_not_hold_back(held: Market) -> None:
    held.fund(CPO, 100)
    held.fund(OTHER, 100)
    held.fund(EMSP, 100, held.franc)

    held.claim(EMSP, held.item(CPO, EMSP, 10))
    held.claim(CPO, held.item(OTHER, CPO, 20))
    held.claim(CPO, held.item(EMSP, CPO, 30, token=held.franc), token=held.franc)

    assert (held.free(EMSP), held.free(CPO), held.free(CPO, held.franc)) == (10, 100 + 90 + 20, 30)


@pytest.mark.parametrize("way", ["collect", "claim"])
def test_what_has_matured_goes_to_the_reserve_where_setoff_is_on(held: Market, way: str) -> None:
    held.send(CPO, "enableSetoff", EMSP, held.euro)
    held.claim(CPO, held.item(EMSP, CPO, 150))
    start_of_epoch(held)
    start_of_epoch(held)

    if way == "collect":
        collect(held)
    else:
        held.claim(CPO, held.item(EMSP, CPO, 160))

    assert (held.free(CPO), held.reserved(CPO, EMSP)) == (100, 50)


def test_hold_back_of_a_day_is_two_days_at_most(market: Market) -> None:
    market.fund(EMSP, 100)
    start_of_epoch(market, window=DAY)
    agree(market, DAY)
    market.claim(CPO, market.item(EMSP, CPO, 60))
    market.pass_time(2 * DAY - 1)
    with refused("Nothing to collect."):
        collect(market)
    market.pass_time(1)

    assert collect(market) == 60


def test_collecting_where_nothing_was_agreed_is_refused(market: Market) -> None:
    assert hold_back(market) == (0, NOBODY, 0)
    with refused("No hold-back agreed."):
        collect(market)
