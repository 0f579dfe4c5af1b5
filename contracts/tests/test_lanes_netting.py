"""Net: two debts of one pair cancel out without money, and the difference is paid as by a claim."""

from typing import Any

import pytest
from contracts.tests.contract import NOBODY
from contracts.tests.evm import refused
from contracts.tests.market import (
    CPO,
    EMSP,
    GREATEST,
    KEEPER,
    KEY,
    OTHER,
    STRANGER,
    VOUCHERS,
    Market,
)
from contracts.tests.vouchers import Signed

NOTHING: Signed = (0, bytes(32), bytes(32), bytes(32))


def net(market: Market, ab: Signed, ba: Signed) -> int:
    receipt = market.send(KEEPER, "net", EMSP, CPO, market.euro, ab, ba)
    return int.from_bytes(receipt.output, "big")


@pytest.mark.parametrize(
    ("owes", "is_owed", "difference"),
    [(100, 60, 40), (60, 100, -40), (70, 70, 0), (1, 0, 1), (0, 1, -1), (1, 1, 0)],
)
def test_net_pays_the_difference_only(market: Market, owes: int, is_owed: int, difference: int) -> None:
    if difference:
        market.fund(EMSP if difference > 0 else CPO, abs(difference))

    paid = net(market, market.voucher(EMSP, CPO, owes), market.voucher(CPO, EMSP, is_owed))

    assert paid == abs(difference)
    assert (market.claimed(EMSP, CPO), market.claimed(CPO, EMSP)) == (owes, is_owed)
    assert (market.free(EMSP), market.free(CPO)) == (max(-difference, 0), max(difference, 0))


def test_net_tells_what_it_did(market: Market) -> None:
    market.reserve(EMSP, CPO, 30)
    market.fund(EMSP, 100)
    ab, ba = market.voucher(EMSP, CPO, 100), market.voucher(CPO, EMSP, 60)

    receipt = market.send(KEEPER, "net", EMSP, CPO, market.euro, ab, ba)

    parties = {"a": EMSP.address, "b": CPO.address, "token": market.euro.address}
    lane = {"payer": EMSP.address, "payee": CPO.address, "token": market.euro.address}
    assert market.events(receipt) == [
        ("Netted", {**parties, "offset": 60, "evidenceAB": ab[1], "evidenceBA": ba[1]}),
        ("Claimed", {**lane, "claimed": 100, "fromFree": 10, "evidence": ab[1]}),
    ]


def test_net_the_other_way_round_tells_the_evidence_of_whom_it_pays(market: Market) -> None:
    market.fund(CPO, 100)
    ab, ba = market.voucher(EMSP, CPO, 60), market.voucher(CPO, EMSP, 100)

    receipt = market.send(KEEPER, "net", EMSP, CPO, market.euro, ab, ba)

    name, values = market.events(receipt)[1]
    assert (name, values["payer"], values["evidence"]) == ("Claimed", CPO.address, ba[1])


def test_net_counts_from_what_was_claimed_before(market: Market) -> None:
    market.reserve(EMSP, CPO, 100)
    market.reserve(CPO, EMSP, 100)
    market.claim(CPO, market.item(EMSP, CPO, 20))
    market.claim(EMSP, market.item(CPO, EMSP, 5))

    assert net(market, market.voucher(EMSP, CPO, 50), market.voucher(CPO, EMSP, 15)) == 20

    assert market.exposure(EMSP, CPO)[1:4] == (60, 5, 50)
    assert market.exposure(CPO, EMSP)[1:4] == (95, 40, 15)


def test_net_without_the_money_for_the_difference_still_sets_off(market: Market) -> None:
    market.fund(EMSP, 15)
    ab, ba = market.voucher(EMSP, CPO, 100), market.voucher(CPO, EMSP, 60)

    assert net(market, ab, ba) == 15
    assert (market.claimed(EMSP, CPO), market.claimed(CPO, EMSP)) == (75, 60)
    assert net(market, ab, ba) == 0
    market.fund(EMSP, 30)
    assert net(market, ab, ba) == 25


def test_net_again_changes_nothing(market: Market) -> None:
    market.fund(EMSP, 1000)
    ab, ba = market.voucher(EMSP, CPO, 100), market.voucher(CPO, EMSP, 60)
    net(market, ab, ba)

    receipt = market.send(KEEPER, "net", EMSP, CPO, market.euro, ab, ba)

    assert (market.events(receipt), int.from_bytes(receipt.output, "big")) == ([], 0)


@pytest.mark.parametrize("reverse", [False, True])
def test_net_with_one_voucher_alone_is_a_claim(market: Market, reverse: bool) -> None:
    payer, payee = (CPO, EMSP) if reverse else (EMSP, CPO)
    market.reserve(payer, payee, 100)
    voucher = market.voucher(payer, payee, 60)

    assert net(market, *((NOTHING, voucher) if reverse else (voucher, NOTHING))) == 60

    assert market.exposure(payer, payee) == (40, 40, 0, 60, 0, 0)


def test_stale_voucher_needs_no_signature(market: Market) -> None:
    market.fund(EMSP, 100)
    market.claim(CPO, market.item(EMSP, CPO, 60))
    market.fund(CPO, 50)

    stale = (60, bytes(32), bytes(32), bytes(32))
    assert net(market, stale, market.voucher(CPO, EMSP, 10)) == 10


def test_net_up_to_the_greatest_amounts_fills_counters_and_nothing_beside_them(market: Market) -> None:
    market.reserve(EMSP, CPO, 7)
    market.reserve(CPO, EMSP, 9)

    vouchers = market.voucher(EMSP, CPO, GREATEST), market.voucher(CPO, EMSP, GREATEST)
    assert net(market, *vouchers) == 0

    assert market.exposure(EMSP, CPO) == (7, 7, 0, GREATEST, 0, 0)
    assert market.exposure(CPO, EMSP) == (9, 9, 0, GREATEST, 0, 0)


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"signer": STRANGER}, "Voucher not signed by its payer."),
        ({"chainId": 246}, "Voucher not signed by its payer."),
        ({"verifyingContract": STRANGER.address}, "Voucher not signed by its payer."),
        ({"cumulative": GREATEST + 1}, "Cumulative too large."),
    ],
    ids=["stranger", "chain", "contract", "amount"],
)
def test_net_with_a_bad_voucher_is_refused(
    market: Market, side: int, changed: dict[str, Any], reason: str
) -> None:
    market.fund(EMSP, 100)
    market.fund(CPO, 100)
    pairs = [(EMSP, CPO), (CPO, EMSP)]
    vouchers = [market.voucher(*pair, 60) for pair in pairs]
    vouchers[side] = market.voucher(*pairs[side], **({"cumulative": 70} | changed))

    with refused(reason):
        net(market, *vouchers)


def test_net_with_vouchers_of_other_pairs_and_tokens_is_refused(market: Market) -> None:
    market.fund(EMSP, 100)
    good = market.voucher(CPO, EMSP, 60)

    for bad in (
        market.voucher(EMSP, OTHER, 60),
        market.voucher(EMSP, CPO, 60, token=market.franc),
        market.voucher(CPO, EMSP, 60),
    ):
        with refused("Voucher not signed by its payer."):
            net(market, bad, good)


def test_net_of_a_party_with_itself_or_with_nobody_is_refused(market: Market) -> None:
    voucher = market.voucher(EMSP, EMSP, 60)

    with refused("Two parties needed."):
        market.send(KEEPER, "net", EMSP, EMSP, market.euro, voucher, voucher)
    for pair in ((EMSP, NOBODY), (NOBODY, EMSP)):
        with refused("Two parties needed."):
            market.send(KEEPER, "net", *pair, market.euro, NOTHING, NOTHING)


def test_net_takes_vouchers_of_a_key_until_it_is_removed(market: Market) -> None:
    market.reserve(EMSP, CPO, 1000)
    market.send(EMSP, "setSigner", KEY, VOUCHERS)

    assert net(market, market.voucher(EMSP, CPO, 60, signer=KEY), NOTHING) == 60
    market.send(EMSP, "setSigner", KEY, 0)
    with refused("Voucher not signed by its payer."):
        net(market, market.voucher(EMSP, CPO, 70, signer=KEY), NOTHING)
