"""Lanes of broadcasts: order per object, bounds per receiver, nobody waits for another."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from ocn.node.forwarding.lanes import Lanes


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), max_size=60), st.integers(1, 4))
def test_work_of_one_receiver_and_object_is_done_in_the_order_it_came(
    steps: list[tuple[int, int]], per_receiver: int
) -> None:
    done: list[tuple[int, int, int]] = []

    async def play() -> None:
        lanes = Lanes(per_receiver=per_receiver, most_waiting=1000)
        for number, (receiver, subject) in enumerate(steps):

            async def work(entry: tuple[int, int, int] = (receiver, subject, number)) -> None:
                for _ in range(entry[2] % 3):
                    await asyncio.sleep(0)
                done.append(entry)

            assert lanes.put(receiver, subject, work)
        await lanes.close(grace_s=5)

    asyncio.run(play())
    assert len(done) == len(steps)
    for key in set(steps):
        numbers = [number for receiver, subject, number in done if (receiver, subject) == key]
        assert numbers == sorted(numbers)


async def test_receiver_that_hangs_delays_no_other_and_fills_its_own_lane_alone() -> None:
    lanes = Lanes(per_receiver=1, most_waiting=2)
    forever, done = asyncio.Event(), asyncio.Event()

    async def hang() -> None:
        await forever.wait()

    async def finish() -> None:
        done.set()

    assert lanes.put("dead", "x", hang)
    await asyncio.sleep(0)
    assert [lanes.put("dead", "x", hang) for _ in range(3)] == [True, True, False]
    assert lanes.put("alive", "x", finish)
    await done.wait()
    await lanes.close(grace_s=0.01)


async def test_closing_gives_up_what_does_not_end() -> None:
    lanes = Lanes(most_waiting=5)
    cancelled = asyncio.Event()

    async def hang() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    lanes.put("dead", "x", hang)
    await lanes.close(grace_s=0.01)
    assert cancelled.is_set()


async def test_lane_is_bounded_in_bytes_and_an_empty_one_takes_what_is_larger() -> None:
    lanes = Lanes(per_receiver=1, most_waiting=100, most_bytes=10)
    forever = asyncio.Event()

    async def hang() -> None:
        await forever.wait()

    assert lanes.put("dead", "x", hang, size=50)
    await asyncio.sleep(0)
    assert [lanes.put("dead", "x", hang, size=size) for size in (20, 1, 0)] == [True, False, False]
    forever.set()
    await lanes.close(grace_s=5)
    assert lanes.put("dead", "x", hang, size=20)
    assert [lanes.put("dead", "x", hang, size=size) for size in (6, 5)] == [False, False]
    await lanes.close(grace_s=5)


async def test_work_for_many_receivers_is_begun_one_by_one_and_lets_others_in_between() -> None:
    lanes, rounds, begun = Lanes(most_waiting=5), 0, list[int]()

    async def tick() -> None:
        nonlocal rounds
        while True:
            rounds += 1
            await asyncio.sleep(0)

    async def work() -> None:
        begun.append(rounds)

    ticking = asyncio.create_task(tick())
    for receiver in range(50):
        lanes.put(receiver, "x", work)
    await lanes.close(grace_s=5)
    ticking.cancel()
    assert len(begun) == len(set(begun)) == 50


async def test_source_that_floods_a_receiver_leaves_half_of_its_lane_to_others() -> None:
    lanes = Lanes(per_receiver=1, most_waiting=10, most_bytes=100)
    forever = asyncio.Event()

    async def hang() -> None:
        await forever.wait()

    def taken(source: str, size: int = 0) -> int:
        return [lanes.put("slow", "x", hang, source=source, size=size) for _ in range(20)].count(True)

    assert lanes.put("slow", "x", hang)
    await asyncio.sleep(0)
    assert [taken("flood"), taken("quiet"), taken("late")] == [5, 5, 0]
    forever.set()
    await lanes.close(grace_s=5)
    forever.clear()
    assert lanes.put("slow", "x", hang)
    await asyncio.sleep(0)
    assert [taken("flood", 20), taken("quiet", 20), taken("large", 60), taken("late", 1)] == [2, 2, 0, 5]
    await lanes.close(grace_s=0)
