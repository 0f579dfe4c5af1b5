"""The day waits for every copy, and for nothing else."""

import asyncio
from typing import Any

import pytest
from tests.unit.simulation.smart.conftest import CPO, MSP, PLANNER

from ocn.ocpi.modules import ModuleID
from ocn.ocpi.party_id import PartyId
from ocn.party.traffic import Direction, Exchange
from ocn.simulation.errors import StepFailed
from ocn.simulation.smart.copies import Copies

_PERMITTED = {CPO: frozenset({ModuleID.SESSIONS, ModuleID.CDRS}), MSP: frozenset({ModuleID.SESSIONS})}


def exchange(direction: Direction, receiver: PartyId, **more: Any) -> Exchange:
    known: dict[str, Any] = {
        "method": "PUT",
        "url": "http://x/sessions/1",
        "module": "sessions",
        "sender": CPO,
        "request_id": "r",
        "correlation_id": "c",
        "http_status": 200,
        "status_code": 1000,
        "latency_s": 0.0,
    }
    return Exchange(direction=direction, receiver=receiver, **(known | more))


def sent(**more: Any) -> Exchange:
    return exchange(Direction.SENT, MSP, **more)


def copied(**more: Any) -> Exchange:
    return exchange(Direction.SERVED, PLANNER, **more)


async def is_settled(copies: Copies) -> bool:
    waiting = asyncio.ensure_future(copies.settled())
    for _ in range(5):
        await asyncio.sleep(0)
    done = waiting.done()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    return done


async def test_copies_settle_when_as_many_came_as_were_made_in_whatever_order() -> None:
    copies = Copies(PLANNER, _PERMITTED)
    assert await is_settled(copies)
    copies.watch(copied())
    copies.watch(sent())
    copies.watch(sent())
    assert not await is_settled(copies)
    copies.watch(copied())
    assert await is_settled(copies)
    assert copies.arrived == 2


@pytest.mark.parametrize(
    "more",
    [
        {"method": "GET"},
        {"module": "tariffs"},
        {"sender": PLANNER},
        {"sender": MSP, "module": "cdrs"},
        {"http_status": None},
        {"receiver": PLANNER},
    ],
)
async def test_copies_are_not_awaited_of_what_is_not_copied(more: dict[str, Any]) -> None:
    copies = Copies(PLANNER, _PERMITTED)
    receiver = more.pop("receiver", MSP)
    copies.watch(exchange(Direction.SENT, receiver, **more))
    assert await is_settled(copies)


async def test_copy_that_does_not_come_is_named() -> None:
    copies = Copies(PLANNER, _PERMITTED, wait_s=0.01)
    copies.watch(sent())
    with pytest.raises(StepFailed, match=r"1 copies did not reach NL PLN .* PUT sessions"):
        await copies.settled()
