"""The dispatcher with whatever becomes of its messages: never over a fuse, and in the end as planned."""

import asyncio

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.smart_charging_dispatch.play import Play, play
from tests.unit.smart_charging_dispatch.world import ANSWER_LOST, GOOD, LATE, LOST, OVERDUE, Fate, refused

_CARS = ("a", "b", "c")
_LIMIT = 28
_FATES = st.sampled_from(
    [
        GOOD,
        LOST,
        ANSWER_LOST,
        LATE,
        OVERDUE,
        Fate(result="REJECTED"),
        refused("REJECTED"),
        refused("TOO_OFTEN"),
        refused("NO WORD"),
    ]
)
_SHARES = st.sampled_from(
    [(16, 6, 6), (6, 16, 6), (6, 6, 16), (0, 12, 16), (16, 12, 0), (8, 8, 12), (6, 0, 6)]
)


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(
    plans=st.lists(_SHARES, min_size=1, max_size=6),
    fates=st.lists(st.tuples(st.sampled_from(_CARS), _FATES), max_size=14),
    waits=st.lists(st.sampled_from([0.0, 0.6, 3, 7, 16]), min_size=6, max_size=6),
    kills=st.sets(st.integers(0, 5), max_size=1),
)
def test_follow_with_any_fates_keeps_the_fuse_and_ends_as_planned(
    plans: list[tuple[float, ...]], fates: list[tuple[str, Fate]], waits: list[float], kills: set[int]
) -> None:
    asyncio.run(_played(plans, fates, waits, kills))


async def _played(
    plans: list[tuple[float, ...]], fates: list[tuple[str, Fate]], waits: list[float], kills: set[int]
) -> None:
    async with play(*_CARS) as it:
        await it.begin(dict.fromkeys(_CARS, 8.0), limit=_LIMIT)
        it.world.before_answer = lambda: _assert_within(it)
        for session, fate in fates:
            it.world.fare(session, fate)
        for number, plan in enumerate(plans):
            if number in kills:
                it.restart()
            before = len(it.world.puts)
            await it.follow(dict(zip(_CARS, plan, strict=True)), limit=_LIMIT)
            for put in reversed(it.world.puts[before:]):
                if put.fate is LATE:
                    it.world.arrive(put)
                if put.fate.held:
                    put.tell()
            await it.move(waits[number])
            _assert_within(it)

        it.world.fates.clear()
        last = dict(zip(_CARS, plans[-1], strict=True))
        for _ in range(4):
            await it.move(61)
            await it.follow(last, limit=_LIMIT)
            _assert_within(it)
        assert all(abs(it.in_force()[car] - amps) <= 0.5 for car, amps in last.items())


def _assert_within(it: Play) -> None:
    assert it.world.amps() <= _LIMIT
