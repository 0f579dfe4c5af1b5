"""Nothing can be stored: what relieves goes out all the same, as far as it raises nobody at any time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from tests.unit.smart_charging_dispatch.play import Play, play
from tests.unit.smart_charging_dispatch.sites import SLOT


@contextmanager
def full(it: Play) -> Iterator[None]:
    """While it is, a follow says so in the end."""

    def fails() -> None:
        raise OSError("no space left on device")

    it.stored.on_store = fails
    with pytest.raises(OSError, match="no space left"):
        yield
    it.stored.on_store = lambda: None


def later(it: Play, slots: int = 5) -> list[float]:
    """What the car may draw from now on, slot by slot, by what its charge point holds."""
    return [it.world.amps_of("a", it.clock() + i * SLOT) for i in range(slots)]


async def test_follow_raise_that_cannot_be_stored_is_not_sent_and_goes_the_next_time() -> None:
    async with play("a") as it:
        await it.begin({"a": 6}, limit=16)
        with full(it):
            await it.follow({"a": 16}, limit=16)
        assert it.in_force() == {"a": 6}
        assert (await it.follow({"a": 16}, limit=16)).confirmed == {"a"}


async def test_follow_relief_that_cannot_be_stored_is_sent_without_what_it_raises_later() -> None:
    async with play("a") as it:
        await it.begin({"a": [16, 6, 6, 6, 6]}, limit=16)
        with full(it):
            await it.follow({"a": [10, 16, 6, 6, 4 + 6]}, limit=[10, *[16] * 11])
        assert later(it) == [10, 6, 6, 6, 6]
        it.restart()  # by what was stored it counts with at least as much
        await it.follow({"a": [10, 16, 6, 6, 10]}, limit=[10, *[16] * 11])
        assert later(it) == [10, 16, 6, 6, 10]


async def test_follow_relief_that_cannot_be_stored_counts_as_it_was_sent() -> None:
    async with play("a", "b") as it:
        await it.begin({"a": [16, 6], "b": 6}, limit=22)
        with full(it):
            await it.follow({"a": [10, 16], "b": 6}, limit=[16, *[22] * 11])
        await it.move(1)
        assert (await it.follow({"a": None, "b": [6, 16]}, limit=[16, *[22] * 11])).confirmed == {"b"}
        assert it.world.amps(it.clock() + timedelta(minutes=15)) == 22


async def test_follow_first_course_that_cannot_be_stored_is_sent_for_the_car_may_draw_all() -> None:
    async with play("a", "b") as it:
        await it.begin({"b": 10}, limit=20)
        with full(it):
            await it.follow({"a": [10, 16], "b": 10}, limit=[20, *[26] * 11])
        assert it.in_force() == {"a": 10, "b": 10}
