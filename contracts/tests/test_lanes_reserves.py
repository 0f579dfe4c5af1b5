"""A reserve falls by claims of its payee, by an announced release, or because the payee gives it back."""

import pytest
from contracts.tests.contract import NOBODY
from contracts.tests.evm import refused
from contracts.tests.market import CPO, DAY, EMSP, GREATEST, KEEPER, OTHER, STRANGER, Market


def lane(market: Market, amount: int, **more: int) -> dict[str, object]:
    parties = {"payer": EMSP.address, "payee": CPO.address, "token": market.euro.address}
    return {**parties, "amount": amount, **more}


def test_reserve_moves_free_money_to_one_payee(market: Market) -> None:
    market.fund(EMSP, 100)

    receipt = market.send(EMSP, "reserve", CPO, market.euro, 60)

    assert market.exposure(EMSP, CPO) == (100, 60, 40, 0, 0, 0)
    assert market.exposure(EMSP, OTHER) == (40, 0, 40, 0, 0, 0)
    assert market.exposure(CPO, EMSP) == (0, 0, 0, 0, 0, 0)
    assert market.events(receipt) == [("Reserved", lane(market, 60))]


def test_reserves_add_up_to_the_greatest_amount(market: Market) -> None:
    market.fund(EMSP, GREATEST)
    market.send(EMSP, "reserve", CPO, market.euro, GREATEST - 1)
    market.send(EMSP, "reserve", CPO, market.euro, 1)

    assert market.exposure(EMSP, CPO) == (GREATEST, GREATEST, 0, 0, 0, 0)


def test_reserve_beyond_free_money_is_refused(market: Market) -> None:
    market.fund(EMSP, 100)

    with refused("Not enough free money."):
        market.send(EMSP, "reserve", CPO, market.euro, 101)


@pytest.mark.parametrize("payee", [NOBODY, EMSP.address])
def test_reserve_for_nobody_or_oneself_is_refused(market: Market, payee: str) -> None:
    market.fund(EMSP, 100)

    with refused("Two parties needed."):
        market.send(EMSP, "reserve", payee, market.euro, 1)


def test_release_comes_after_the_delay_and_not_a_second_earlier(market: Market) -> None:
    market.reserve(EMSP, CPO, 100)
    ready_at = market.evm.now + DAY

    requested = market.send(EMSP, "requestRelease", CPO, market.euro, 60)
    assert market.exposure(EMSP, CPO) == (100, 100, 0, 0, 60, ready_at)
    market.pass_time(DAY - 1)
    with refused("Too early."):
        market.send(EMSP, "release", EMSP, CPO, market.euro)
    market.pass_time(1)
    released = market.send(KEEPER, "release", EMSP, CPO, market.euro)

    assert market.exposure(EMSP, CPO) == (100, 40, 60, 0, 0, 0)
    assert market.events(requested) == [("ReleaseRequested", lane(market, 60, readyAt=ready_at))]
    assert market.events(released) == [("Released", lane(market, 60))]


def test_release_serves_once(market: Market) -> None:
    market.reserve(EMSP, CPO, 100)
    market.send(EMSP, "requestRelease", CPO, market.euro, 60)
    market.pass_time(DAY)
    market.send(EMSP, "release", EMSP, CPO, market.euro)

    with refused("Nothing announced."):
        market.send(EMSP, "release", EMSP, CPO, market.euro)


def test_release_without_a_request_is_refused(market: Market) -> None:
    market.reserve(EMSP, CPO, 100)

    with refused("Nothing announced."):
        market.send(EMSP, "release", EMSP, CPO, market.euro)


def test_request_for_more_than_is_reserved_is_refused(market: Market) -> None:
    market.reserve(EMSP, CPO, 100)
    market.fund(EMSP, 50)

    with refused("Not enough reserved money."):
        market.send(EMSP, "requestRelease", CPO, market.euro, 101)
    market.send(EMSP, "requestRelease", CPO, market.euro, 100)


def test_request_again_replaces_the_first_and_its_clock(market: Market) -> None:
    market.reserve(EMSP, CPO, 100)
    market.send(EMSP, "requestRelease", CPO, market.euro, 60)
    market.pass_time(DAY)
    market.send(EMSP, "requestRelease", CPO, market.euro, 90)

    with refused("Too early."):
        market.send(EMSP, "release", EMSP, CPO, market.euro)
    assert market.exposure(EMSP, CPO)[4:] == (90, market.evm.now + DAY)
    market.pass_time(DAY)
    market.send(EMSP, "release", EMSP, CPO, market.euro)
    assert market.free(EMSP) == 90


def test_request_for_nothing_calls_a_release_off(market: Market) -> None:
    market.reserve(EMSP, CPO, 100)
    market.send(EMSP, "requestRelease", CPO, market.euro, 60)
    market.send(EMSP, "requestRelease", CPO, market.euro, 0)
    market.pass_time(DAY)

    assert market.exposure(EMSP, CPO) == (100, 100, 0, 0, 0, 0)
    with refused("Nothing announced."):
        market.send(EMSP, "release", EMSP, CPO, market.euro)
    assert market.claim(CPO, market.item(EMSP, CPO, 70)) == 70
    assert market.exposure(EMSP, CPO) == (30, 30, 0, 70, 0, 0)


def test_claim_takes_the_announced_part_first(market: Market) -> None:
    market.reserve(EMSP, CPO, 100)
    market.send(EMSP, "requestRelease", CPO, market.euro, 60)
    ready_at = market.evm.now + DAY

    market.claim(CPO, market.item(EMSP, CPO, 25))
    assert market.exposure(EMSP, CPO) == (75, 75, 0, 25, 35, ready_at)
    market.claim(CPO, market.item(EMSP, CPO, 60))
    assert market.exposure(EMSP, CPO) == (40, 40, 0, 60, 0, 0)
    market.pass_time(DAY)
    with refused("Nothing announced."):
        market.send(EMSP, "release", EMSP, CPO, market.euro)


def test_claim_beyond_the_announced_part_ends_it(market: Market) -> None:
    market.reserve(EMSP, CPO, 100)
    market.send(EMSP, "requestRelease", CPO, market.euro, 60)

    market.claim(CPO, market.item(EMSP, CPO, 61))

    assert market.exposure(EMSP, CPO) == (39, 39, 0, 61, 0, 0)


def test_money_that_came_after_the_announcement_does_not_leave_by_it(market: Market) -> None:
    market.reserve(EMSP, CPO, 100)
    market.send(EMSP, "requestRelease", CPO, market.euro, 100)
    market.pass_time(DAY)
    market.claim(CPO, market.item(EMSP, CPO, 70))
    market.reserve(EMSP, CPO, 500)

    market.send(EMSP, "release", EMSP, CPO, market.euro)

    assert market.exposure(EMSP, CPO) == (530, 500, 30, 70, 0, 0)


def test_payee_gives_a_reserve_back_at_once(market: Market) -> None:
    market.reserve(EMSP, CPO, 100)

    receipt = market.send(CPO, "returnReserve", EMSP, market.euro, 60)

    assert market.exposure(EMSP, CPO) == (100, 40, 60, 0, 0, 0)
    assert market.events(receipt) == [("ReserveReturned", lane(market, 60))]
    market.send(CPO, "returnReserve", EMSP, market.euro, 40)
    assert market.exposure(EMSP, CPO) == (100, 0, 100, 0, 0, 0)


def test_return_takes_the_announced_part_first(market: Market) -> None:
    market.reserve(EMSP, CPO, 100)
    market.send(EMSP, "requestRelease", CPO, market.euro, 60)
    ready_at = market.evm.now + DAY

    market.send(CPO, "returnReserve", EMSP, market.euro, 59)
    assert market.exposure(EMSP, CPO)[1:] == (41, 59, 0, 1, ready_at)
    market.send(CPO, "returnReserve", EMSP, market.euro, 41)
    assert market.exposure(EMSP, CPO)[1:] == (0, 100, 0, 0, 0)


def test_return_of_more_than_is_reserved_is_refused(market: Market) -> None:
    market.reserve(EMSP, CPO, 100)

    with refused("Not enough reserved money."):
        market.send(CPO, "returnReserve", EMSP, market.euro, 101)


def test_nobody_else_touches_a_reserve(market: Market) -> None:
    market.reserve(EMSP, CPO, 100)

    for somebody in (EMSP, OTHER, STRANGER):
        with refused("Not enough reserved money."):
            market.send(somebody, "returnReserve", EMSP, market.euro, 1)
    for somebody in (CPO, OTHER, STRANGER):
        with refused("Not enough reserved money."):
            market.send(somebody, "requestRelease", CPO, market.euro, 1)
