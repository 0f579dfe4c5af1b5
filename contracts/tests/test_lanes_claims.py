"""Claims: a good voucher pays once what it brings, a bad one moves nothing and hinders nobody."""

from collections.abc import Callable
from typing import Any

import pytest
from contracts.tests.contract import NOBODY
from contracts.tests.evm import Reverted, refused
from contracts.tests.market import (
    CPO,
    DAY,
    EMSP,
    GREATEST,
    KEEPER,
    OTHER,
    STRANGER,
    VOUCHERS,
    Item,
    Market,
)
from contracts.tests.people import ORDER, Person
from contracts.tests.vouchers import compact
from eth_account.messages import encode_typed_data
from eth_keys.datatypes import Signature
from eth_utils.crypto import keccak

Make = Callable[[Market], Item]

NOT_SIGNED = "Voucher not signed by its payer."
NOTHING_NEW = "Nothing new in this voucher."
MEMBERS = {
    "payer": "address",
    "payee": "address",
    "token": "address",
    "cumulative": "uint256",
    "evidence": "bytes32",
}


def pay(market: Market, how: str, item: Item, payee: Person = CPO) -> int:
    """By the batch, or by the single call, whose refusal is no payment."""
    if how == "claim":
        return market.claim(payee, item)
    try:
        receipt = market.send(KEEPER, "claimOne", item[0], payee, market.euro, *item[1:])
    except Reverted:
        return 0
    return int.from_bytes(receipt.output, "big")


either_way = pytest.mark.parametrize("how", ["claim", "claimOne"])


@either_way
def test_voucher_pays_what_is_above_the_last_out_of_the_reserve(market: Market, how: str) -> None:
    market.reserve(EMSP, CPO, 100)

    assert pay(market, how, market.item(EMSP, CPO, 30)) == 30
    assert pay(market, how, market.item(EMSP, CPO, 45)) == 15

    assert market.exposure(EMSP, CPO) == (55, 55, 0, 45, 0, 0)
    assert market.free(CPO) == 45


@either_way
def test_claim_takes_from_the_reserve_first_and_then_free_money(market: Market, how: str) -> None:
    market.reserve(EMSP, CPO, 100)
    market.fund(EMSP, 50)

    assert pay(market, how, market.item(EMSP, CPO, 120)) == 120
    assert market.exposure(EMSP, CPO) == (30, 0, 30, 120, 0, 0)
    assert pay(market, how, market.item(EMSP, CPO, 140)) == 20
    assert market.exposure(EMSP, CPO) == (10, 0, 10, 140, 0, 0)


@either_way
def test_a_single_unit_is_paid(market: Market, how: str) -> None:
    market.reserve(EMSP, CPO, 1)

    assert pay(market, how, market.item(EMSP, CPO, 1)) == 1


@either_way
def test_reserves_for_others_are_not_touched(market: Market, how: str) -> None:
    market.reserve(EMSP, CPO, 10)
    market.reserve(EMSP, OTHER, 100)

    assert pay(market, how, market.item(EMSP, CPO, 60)) == 10
    assert market.reserved(EMSP, OTHER) == 100


@either_way
def test_claim_without_enough_money_pays_a_part_and_the_rest_later(market: Market, how: str) -> None:
    market.reserve(EMSP, CPO, 10)
    market.fund(EMSP, 5)
    item = market.item(EMSP, CPO, 60)

    assert pay(market, how, item) == 15
    assert pay(market, how, item) == 0
    market.fund(EMSP, 100)
    assert pay(market, how, item) == 45

    assert market.exposure(EMSP, CPO) == (55, 0, 55, 60, 0, 0)
    assert market.free(CPO) == 60


@pytest.mark.parametrize("function", ["claim", "claimOne"])
def test_claim_tells_what_it_did(market: Market, function: str) -> None:
    market.reserve(EMSP, CPO, 100)
    market.fund(EMSP, 50)
    market.claim(CPO, market.item(EMSP, CPO, 30))
    item = market.item(EMSP, CPO, 120)

    if function == "claim":
        receipt = market.send(KEEPER, "claim", CPO, market.euro, [item])
    else:
        receipt = market.send(KEEPER, "claimOne", item[0], CPO, market.euro, *item[1:])

    expected = {
        "payer": EMSP.address,
        "payee": CPO.address,
        "token": market.euro.address,
        "claimed": 120,
        "fromFree": 20,
        "evidence": item[2],
    }
    assert market.events(receipt) == [("Claimed", expected)]


def test_typed_data_of_wallets_makes_the_same_signature(market: Market) -> None:
    types = {"Voucher": [{"name": name, "type": kind} for name, kind in MEMBERS.items()]}
    values = (EMSP.address, CPO.address, market.euro.address, 60, keccak(text="evidence"))
    signable = encode_typed_data(market.domain_data(), types, dict(zip(MEMBERS, values, strict=True)))
    digest = keccak(b"\x19" + signable.version + signable.header + signable.body)
    market.reserve(EMSP, CPO, 100)

    voucher = (60, values[4], *compact(digest, EMSP))

    assert voucher == market.voucher(EMSP, CPO, 60, evidence=values[4])
    assert market.claim_one(EMSP, CPO, voucher) == 60


# ------------------------------------------------------------------------------------ bad vouchers


def _voucher(payer: Person = EMSP, payee: Person = CPO, cumulative: int = 60, **changed: Any) -> Make:
    return lambda market: (EMSP.address, *market.voucher(payer, payee, cumulative, **changed))


def _altered(**changed: Any) -> Make:
    """A good voucher with some of its words replaced after signing."""

    def make(market: Market) -> Item:
        words = dict(
            zip(("payer", "cumulative", "evidence", "r", "vs"), market.item(EMSP, CPO, 60), strict=True)
        )
        payer, *rest = (words | changed).values()
        return payer, *rest  # type: ignore[return-value]  # the words of an Item in their order

    return make


def _other_parity(market: Market) -> Item:
    *rest, vs = market.item(EMSP, CPO, 60)
    return *rest, bytes([vs[0] ^ 0x80]) + vs[1:]  # type: ignore[return-value]  # as above


BAD: dict[str, tuple[Make, str]] = {
    "of a stranger": (_voucher(signer=STRANGER), NOT_SIGNED),
    "of the payee": (_voucher(signer=CPO), NOT_SIGNED),
    "for another payee": (_voucher(payee=OTHER), NOT_SIGNED),
    "of another payer": (_voucher(payer=OTHER), NOT_SIGNED),
    "of the other direction": (_voucher(CPO, EMSP, signer=EMSP), NOT_SIGNED),
    "for another token": (lambda m: (EMSP.address, *m.voucher(EMSP, CPO, 60, token=m.franc)), NOT_SIGNED),
    "for another chain": (_voucher(chainId=246), NOT_SIGNED),
    "for another contract": (_voucher(verifyingContract=STRANGER.address), NOT_SIGNED),
    "for another name": (_voucher(name="OCN Registry"), NOT_SIGNED),
    "for another version": (_voucher(version="2"), NOT_SIGNED),
    "raised": (_altered(cumulative=61), NOT_SIGNED),
    "lowered": (_altered(cumulative=59), NOT_SIGNED),
    "with other evidence": (_altered(evidence=bytes(32)), NOT_SIGNED),
    "with the other parity": (_other_parity, NOT_SIGNED),
    "with r of zero": (_altered(r=bytes(32)), NOT_SIGNED),
    "with s of zero": (_altered(vs=bytes(32)), NOT_SIGNED),
    "with r beyond the order": (_altered(r=b"\xff" * 32), NOT_SIGNED),
    "of nobody": (_altered(payer=NOBODY, r=bytes(32), vs=bytes(32)), NOT_SIGNED),
    "of nobody, with a signature": (_altered(payer=NOBODY), NOT_SIGNED),
    "claimed before": (_voucher(cumulative=50), NOTHING_NEW),
    "of an earlier time": (_voucher(cumulative=49), NOTHING_NEW),
    "of zero": (_voucher(cumulative=0), NOTHING_NEW),
    "beyond the greatest amount": (_voucher(cumulative=GREATEST + 1), "Cumulative too large."),
    "beyond all bounds": (_voucher(cumulative=2**256 - 1), "Cumulative too large."),
    "of a payer without money": (lambda m: m.item(OTHER, CPO, 60), "Payer has no money."),
}


@pytest.fixture
def ready(market: Market) -> Market:
    """A lane with 950 reserved and 50 claimed, and 500 of free money of its payer beside it."""
    market.reserve(EMSP, CPO, 1000)
    market.fund(EMSP, 500)
    market.claim(CPO, market.item(EMSP, CPO, 50))
    return market


@pytest.mark.parametrize("name", BAD)
def test_bad_voucher_moves_nothing_and_the_single_call_tells_why(ready: Market, name: str) -> None:
    make, reason = BAD[name]
    item = make(ready)
    before = ready.exposure(EMSP, CPO), ready.free(CPO)

    receipt = ready.send(KEEPER, "claim", CPO, ready.euro, [item])
    with refused(reason):
        ready.send(KEEPER, "claimOne", item[0], CPO, ready.euro, *item[1:])

    assert (ready.events(receipt), int.from_bytes(receipt.output, "big")) == ([], 0)
    assert (ready.exposure(EMSP, CPO), ready.free(CPO)) == before


def test_bad_items_between_good_ones_hinder_nobody(ready: Market) -> None:
    ready.reserve(OTHER, CPO, 100)
    ready.claim(CPO, ready.item(OTHER, CPO, 60))
    bad = [make(ready) for make, _ in BAD.values()]
    first, last = ready.item(EMSP, CPO, 70), ready.item(OTHER, CPO, 100)

    assert ready.claim(CPO, *bad[:9], first, *bad[9:], last, *bad) == 20 + 40

    assert ready.free(CPO) == 50 + 60 + 20 + 40


def test_batch_of_a_hundred_is_the_greatest(market: Market) -> None:
    payers = [Person(f"payer {number}") for number in range(101)]
    for payer in payers:
        market.fund(payer, 10)
    items = [market.item(payer, CPO, 7) for payer in payers]

    with refused(None):
        market.claim(CPO, *items)
    assert market.claim(CPO, *items[:100]) == 700
    assert market.free(CPO) == 700


def test_empty_batch_does_nothing(market: Market) -> None:
    assert market.claim(CPO) == 0


def test_vouchers_of_one_payer_in_one_batch_come_to_the_last_of_them(market: Market) -> None:
    market.reserve(EMSP, CPO, 40)
    market.fund(EMSP, 60)

    items = [market.item(EMSP, CPO, cumulative) for cumulative in (20, 10, 70, 70, 90)]

    assert market.claim(CPO, *items) == 90
    assert market.exposure(EMSP, CPO) == (10, 0, 10, 90, 0, 0)


def test_claim_up_to_the_greatest_amount_fills_the_counter_and_nothing_beside_it(market: Market) -> None:
    market.reserve(EMSP, CPO, GREATEST - 5)
    market.send(CPO, "enableSetoff", EMSP, market.euro)
    market.fund(EMSP, 5)

    assert market.claim(CPO, market.item(EMSP, CPO, GREATEST)) == GREATEST

    assert market.exposure(EMSP, CPO) == (0, 0, 0, GREATEST, 0, 0)
    assert market.exposure(CPO, EMSP) == (GREATEST, GREATEST, 0, 0, 0, 0)
    assert market.lanes.read("setoff", CPO.address, EMSP.address, market.euro.address) == (True, 0)


def test_claim_of_a_party_from_itself_changes_its_counter_only(market: Market) -> None:
    market.fund(EMSP, 100)

    assert market.claim(EMSP, market.item(EMSP, EMSP, 60)) == 60
    assert market.claim_one(EMSP, EMSP, market.voucher(EMSP, EMSP, 90)) == 30

    assert market.free(EMSP) == 100


# --------------------------------------------------------------------------------- signature's form


def test_signature_with_a_high_s_and_its_mirror_image_pay_once(market: Market) -> None:
    """Above half the order and below 2**255 are few values of s; whose key that makes can be worked out."""
    market.reserve(EMSP, CPO, 100)
    cumulative, evidence, r, _ = market.voucher(EMSP, CPO, 60)
    digest, high = market.digest(EMSP, CPO, cumulative, evidence), ORDER // 2 + 5
    vrs = 1, int.from_bytes(r, "big"), high
    key = Signature(vrs=vrs).recover_public_key_from_msg_hash(digest).to_address()
    market.send(EMSP, "setSigner", key, VOUCHERS)
    first = (EMSP.address, cumulative, evidence, r, (high | 1 << 255).to_bytes(32, "big"))
    second = (*first[:4], (ORDER - high).to_bytes(32, "big"))

    assert market.claim(CPO, first, second, first) == 60
    assert market.claimed(EMSP, CPO) == 60


def test_high_s_that_does_not_fit_is_read_as_another_signature(market: Market) -> None:
    market.reserve(EMSP, CPO, 100)
    *rest, vs = market.item(EMSP, CPO, 60)
    s = int.from_bytes(vs, "big") & (2**255 - 1)

    assert market.claim(CPO, (*rest, (ORDER - s).to_bytes(32, "big"))) == 0  # type: ignore[arg-type]  # an Item


def test_voucher_signed_before_a_fork_holds_on_its_own_side_only(market: Market) -> None:
    market.reserve(EMSP, CPO, 100)
    item = market.item(EMSP, CPO, 60)
    market.evm.fork(chain_id=10)

    assert market.claim(CPO, item) == 0
    assert market.claim(CPO, market.item(EMSP, CPO, 60)) == 60


def test_single_call_for_nothing_new_comes_before_the_signature(ready: Market) -> None:
    with refused(NOTHING_NEW):
        ready.claim_one(EMSP, CPO, ready.voucher(EMSP, CPO, 50, signer=STRANGER))


def test_old_voucher_is_good_for_ever(market: Market) -> None:
    market.reserve(EMSP, CPO, 100)
    voucher = market.voucher(EMSP, CPO, 60)
    market.pass_time(3650 * DAY)

    assert market.claim_one(EMSP, CPO, voucher) == 60
