"""Replicas share one log in PostgreSQL: each serves the chain, whoever of them has read it first."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from tests.integration.settlement_lanes.arena import STEPS, Arena

from ocn.chain.errors import ChainUnavailable
from ocn.chain.following import StoreUnusable
from ocn.chain.following.log import EventLog, Layout, OpenLog
from ocn.settlement.lanes import LaneIndex, calls
from ocn.settlement.lanes.records import Key, Record

Ground = Any  # the class of conftest
MakeLog = Callable[[], OpenLog[Key, Record]]
A, B, C = 0, 1, 2

pytestmark = pytest.mark.postgres


@pytest.fixture
async def shared(open_shared: MakeLog) -> OpenLog[Key, Record]:
    return await asyncio.to_thread(open_shared)


def reserved(ground: Ground, index: LaneIndex) -> int:
    lane = ground.lane(A, B)
    return index.lane(lane.payer, lane.payee, lane.token).reserved


async def test_what_one_replica_has_read_the_other_takes_over(
    ground: Ground, shared: OpenLog[Key, Record]
) -> None:
    await ground.funded()
    async with ground.index(log=shared) as one, ground.index(log=shared) as other:
        for amount in (100, 250):
            sent = await ground.send(A, calls.reserve(ground.lane(A, B), amount).data)
            await one.caught_up(sent.block_number)
            await other.caught_up(sent.block_number)
            assert reserved(ground, one) == reserved(ground, other)
        assert reserved(ground, one) == 350
        assert set(one.keys()) == set(other.keys())
        await ground.send(C, calls.claim([ground.voucher(A, B, 90)]))
        for _ in range(2):
            await ground.chain.rpc.call("evm_mine")
        for each in (other, one):
            await each.caught_up()
        lane = ground.lane(A, B)
        moves = [await each.settlements(lane.payer, lane.payee, lane.token) for each in (one, other)]
        assert moves[0] == moves[1]
        assert [move.amount for move in moves[0]] == [90]


async def test_block_that_is_replaced_is_taken_back_by_both(
    ground: Ground, shared: OpenLog[Key, Record]
) -> None:
    await ground.funded()
    async with ground.index(log=shared) as one, ground.index(log=shared) as other:
        sent = await ground.send(A, calls.reserve(ground.lane(A, B), 100).data)
        for each in (one, other):
            await each.caught_up(sent.block_number)
        await ground.chain.rpc.call("dev_reorg", "0x1", False)
        await one.caught_up()
        assert reserved(ground, one) == 0
        await ground.send(A, calls.reserve(ground.lane(A, B), 7).data)
        await one.caught_up()
        await other.caught_up()
        assert (reserved(ground, one), reserved(ground, other)) == (7, 7)


async def test_restarted_replica_begins_where_the_others_are(
    ground: Ground, shared: OpenLog[Key, Record]
) -> None:
    await ground.funded()
    await ground.send(A, calls.reserve(ground.lane(A, B), 100).data)
    async with ground.index(log=shared) as index:
        assert not index.complete
        await index.caught_up()
    later = ground.index(log=shared)
    await later._opened()
    assert later.complete
    assert reserved(ground, later) == 100
    await later.close()


async def test_replica_that_starts_while_another_goes_on_begins_where_that_is(
    ground: Ground, shared: OpenLog[Key, Record]
) -> None:
    """Between opening the log and loading it, the other has read more."""
    await ground.funded()
    async with ground.index(log=shared) as one:
        await one.caught_up()
        sent = await ground.send(A, calls.reserve(ground.lane(A, B), 100).data)

        def late(identity: str, layout: Layout[Key, Record]) -> EventLog[Key, Record]:
            log = shared(identity, layout)
            goes_on = asyncio.run_coroutine_threadsafe(one.caught_up(sent.block_number), loop)
            goes_on.result(10)
            return log

        loop = asyncio.get_running_loop()
        async with ground.index(log=late) as other:
            await other.caught_up()
            assert other.standing.rpc_errors == 0
            assert reserved(ground, other) == 100


async def test_replica_serves_while_another_reads_everything_anew(
    ground: Ground, shared: OpenLog[Key, Record]
) -> None:
    await ground.funded()
    await ground.send(A, calls.reserve(ground.lane(A, B), 100).data)
    async with ground.index(log=shared) as index:
        await index.caught_up()
        layout, identity = index._layout, index._source.identity
        log = shared(identity, layout)
        await asyncio.to_thread(log.clear)
        follower = index._follower
        assert follower is not None
        assert await follower.step()
        assert reserved(ground, index) == 100
        with pytest.raises(ChainUnavailable, match="reads everything anew"):
            await index.history(index.keys()[0])
        await index.caught_up()
        assert reserved(ground, index) == 100
        assert log.news() is not None
        log.close()


async def test_database_that_is_away_is_told_and_waited_for(
    ground: Ground, shared: OpenLog[Key, Record]
) -> None:
    await ground.funded()
    index = ground.index(log=shared, longest_retry_s=0.01)
    async with index:
        await index.caught_up()
        log = index._store
        assert log is not None
        news, lost = log.news, asyncio.Semaphore(0)

        def away() -> None:
            lost.release()
            log.news = news  # the database comes back
            raise StoreUnusable("the database is away")

        log.news = away  # the database goes
        sent = await ground.send(A, calls.reserve(ground.lane(A, B), 100).data)
        await index.caught_up(sent.block_number)
        assert not lost.locked()
        assert index.standing.rpc_errors == 1
        assert reserved(ground, index) == 100


@pytest.fixture
def opened(open_shared: MakeLog) -> OpenLog[Key, Record]:
    """As ``shared``, for a test that is no coroutine."""
    return open_shared()


_NUMBERS = count()


@pytest.mark.long
@pytest.mark.timeout(300)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_history_is_the_same_to_two_replicas(
    arena: tuple[asyncio.Runner, Arena],
    opened: OpenLog[Key, Record],
    steps: list[tuple[str, tuple[int, int], int]],
) -> None:
    runner, ground = arena
    number = next(_NUMBERS)

    def log(identity: str, layout: Layout[Key, Record]) -> EventLog[Key, Record]:
        return opened(f"{number} {identity}", layout)

    runner.run(_play(ground, log, [*steps, ("look", (0, 1), 0)]))


async def _play(
    arena: Arena, log: OpenLog[Key, Record], steps: list[tuple[str, tuple[int, int], int]]
) -> None:
    """Both look at odd times, together and apart; one that restarts begins from the log."""
    await arena.restart()
    while steps:
        async with asyncio.timeout(120), AsyncExitStack() as stack:
            both = [await stack.enter_async_context(arena.ground.index(log=log)) for _ in range(2)]
            while steps:
                kind, (a, b), amount = steps.pop(0)
                if kind == "restart":
                    break
                if kind == "look":
                    chosen = both if amount % 3 == 0 else [both[amount % 2]]
                    await asyncio.gather(*(index.caught_up() for index in chosen))
                    for index in chosen:
                        await arena.require_equal(index)
                else:
                    await arena.do(kind, a, b, amount)
