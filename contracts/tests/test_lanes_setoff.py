"""Set-off: what a peer pays becomes a reserve for that peer, and leaving it takes notice."""

from typing import Any

import pytest
from contracts.tests.contract import NOBODY
from contracts.tests.evm import refused
from contracts.tests.market import CPO, DAY, EMSP, KEEPER, OTHER, STRANGER, Market


def setoff(market: Market) -> tuple[bool, int]:
    return market.lanes.read("setoff", CPO.address, EMSP.address, market.euro.address)  # type: ignore[no-any-return]  # decoded by the ABI


def parties(market: Market, **more: int) -> dict[str, Any]:
    return {"payee": CPO.address, "peer": EMSP.address, "token": market.euro.address, **more}


@pytest.mark.parametrize("how", ["claim", "claimOne", "net"])
def test_income_from_the_peer_becomes_a_reserve_for_it(market: Market, how: str) -> None:
    market.reserve(EMSP, CPO, 100)
    receipt = market.send(CPO, "enableSetoff", EMSP, market.euro)
    voucher = market.voucher(EMSP, CPO, 60)

    if how == "net":
        market.send(KEEPER, "net", EMSP, CPO, market.euro, voucher, (0, *[bytes(32)] * 3))
    elif how == "claim":
        market.claim(CPO, (EMSP.address, *voucher))
    else:
        market.claim_one(EMSP, CPO, voucher)

    assert market.events(receipt) == [("SetoffEnabled", parties(market))]
    assert setoff(market) == (True, 0)
    assert market.exposure(CPO, EMSP) == (60, 60, 0, 0, 0, 0)
    assert market.exposure(EMSP, CPO) == (40, 40, 0, 60, 0, 0)


def test_income_from_others_and_in_other_tokens_stays_free(market: Market) -> None:
    market.send(CPO, "enableSetoff", EMSP, market.euro)
    market.fund(OTHER, 100)
    market.fund(EMSP, 100, market.franc)

    market.claim(CPO, market.item(OTHER, CPO, 60))
    market.claim(CPO, market.item(EMSP, CPO, 50, token=market.franc), token=market.franc)

    assert (market.free(CPO), market.free(CPO, market.franc)) == (60, 50)
    assert market.reserved(CPO, EMSP) == 0


def test_setoff_of_one_side_says_nothing_of_the_other(market: Market) -> None:
    market.send(CPO, "enableSetoff", EMSP, market.euro)
    market.fund(CPO, 100)

    market.claim(EMSP, market.item(CPO, EMSP, 60))

    assert (market.free(EMSP), market.reserved(EMSP, CPO)) == (60, 0)


def test_enabling_leaves_a_lane_that_is_in_use_as_it_is(market: Market) -> None:
    market.reserve(EMSP, CPO, 100)
    market.fund(EMSP, 7)
    market.claim(CPO, market.item(EMSP, CPO, 30))
    market.send(EMSP, "requestRelease", CPO, market.euro, 20)
    before = market.exposure(EMSP, CPO)

    market.send(CPO, "enableSetoff", EMSP, market.euro)
    assert market.exposure(EMSP, CPO) == before

    market.claim(CPO, market.item(EMSP, CPO, 100))
    assert market.exposure(EMSP, CPO) == (7, 0, 7, 100, 0, 0)
    assert (market.reserved(CPO, EMSP), market.free(CPO)) == (70, 30)


def test_income_backs_the_debt_to_the_peer(market: Market) -> None:
    market.fund(EMSP, 100)
    market.send(CPO, "enableSetoff", EMSP, market.euro)
    market.claim(CPO, market.item(EMSP, CPO, 100))

    with refused("Not enough free money."):
        market.send(CPO, "withdraw", market.euro, 1, CPO)
    assert market.claim(EMSP, market.item(CPO, EMSP, 80)) == 80


def test_income_does_not_leave_by_a_release_announced_before_it_came(market: Market) -> None:
    market.reserve(CPO, EMSP, 10)
    market.send(CPO, "enableSetoff", EMSP, market.euro)
    market.send(CPO, "requestRelease", EMSP, market.euro, 10)
    market.pass_time(DAY)
    market.claim(EMSP, market.item(CPO, EMSP, 10))
    market.reserve(EMSP, CPO, 100)
    market.claim(CPO, market.item(EMSP, CPO, 100))

    with refused("Nothing announced."):
        market.send(CPO, "release", CPO, EMSP, market.euro)


def test_leaving_takes_notice(market: Market) -> None:
    market.fund(EMSP, 100)
    market.send(CPO, "enableSetoff", EMSP, market.euro)
    leaves_at = market.evm.now + DAY

    asked = market.send(CPO, "requestLeaveSetoff", EMSP, market.euro)
    assert setoff(market) == (True, leaves_at)
    market.pass_time(DAY - 1)
    with refused("Too early."):
        market.send(CPO, "leaveSetoff", CPO, EMSP, market.euro)
    market.claim(CPO, market.item(EMSP, CPO, 60))
    market.pass_time(1)
    left = market.send(KEEPER, "leaveSetoff", CPO, EMSP, market.euro)
    market.claim(CPO, market.item(EMSP, CPO, 100))

    assert setoff(market) == (False, 0)
    assert (market.reserved(CPO, EMSP), market.free(CPO)) == (60, 40)
    assert market.events(asked) == [("SetoffLeaving", parties(market, leavesAt=leaves_at))]
    assert market.events(left) == [("SetoffLeft", parties(market))]
    with refused("Nothing announced."):
        market.send(CPO, "leaveSetoff", CPO, EMSP, market.euro)


def test_leaving_keeps_what_the_lane_holds(market: Market) -> None:
    market.reserve(EMSP, CPO, 100)
    market.send(CPO, "enableSetoff", EMSP, market.euro)
    market.claim(CPO, market.item(EMSP, CPO, 30))
    market.send(EMSP, "requestRelease", CPO, market.euro, 20)
    before = market.exposure(EMSP, CPO)
    market.send(CPO, "requestLeaveSetoff", EMSP, market.euro)
    market.pass_time(DAY)

    market.send(CPO, "leaveSetoff", CPO, EMSP, market.euro)

    assert market.exposure(EMSP, CPO) == before
    market.send(EMSP, "release", EMSP, CPO, market.euro)
    assert market.exposure(EMSP, CPO) == (70, 50, 20, 30, 0, 0)


def test_enabling_again_calls_a_leaving_off(market: Market) -> None:
    market.send(CPO, "enableSetoff", EMSP, market.euro)
    market.send(CPO, "requestLeaveSetoff", EMSP, market.euro)
    market.send(CPO, "enableSetoff", EMSP, market.euro)
    market.pass_time(DAY)

    assert setoff(market) == (True, 0)
    with refused("Nothing announced."):
        market.send(CPO, "leaveSetoff", CPO, EMSP, market.euro)


def test_leaving_without_setoff_is_refused(market: Market) -> None:
    with refused("Set-off is not enabled."):
        market.send(CPO, "requestLeaveSetoff", EMSP, market.euro)
    with refused("Nothing announced."):
        market.send(CPO, "leaveSetoff", CPO, EMSP, market.euro)


def test_nobody_else_leaves_for_a_payee(market: Market) -> None:
    market.send(CPO, "enableSetoff", EMSP, market.euro)

    for somebody in (EMSP, STRANGER):
        with refused("Set-off is not enabled."):
            market.send(somebody, "requestLeaveSetoff", EMSP, market.euro)


@pytest.mark.parametrize("peer", [NOBODY, CPO.address])
def test_setoff_with_nobody_or_oneself_is_refused(market: Market, peer: str) -> None:
    with refused("Two parties needed."):
        market.send(CPO, "enableSetoff", peer, market.euro)
