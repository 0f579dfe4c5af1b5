"""Writes that wait for the end of a turn of the loop."""

import asyncio
from typing import cast

import pytest

from ocn.node.turn import Turn


class Wire:
    """Notes what reaches one transport of several, in the order of all."""

    def __init__(self, name: str, log: list[tuple[str, bytes]]) -> None:
        self.name, self.log, self.closing = name, log, False

    def write(self, data: bytes) -> None:
        self.log.append((self.name, data))

    def is_closing(self) -> bool:
        return self.closing

    @property
    def transport(self) -> asyncio.Transport:
        return cast("asyncio.Transport", self)


@pytest.fixture
def log() -> list[tuple[str, bytes]]:
    return []


async def test_writes_of_a_turn_are_made_at_its_end_in_their_order(log: list[tuple[str, bytes]]) -> None:
    turn, one, other = Turn(asyncio.get_running_loop()), Wire("one", log), Wire("other", log)
    turn.write(one.transport, b"1")
    turn.write(other.transport, b"2")
    turn.write(one.transport, b"3")
    assert log == []
    await asyncio.sleep(0)
    assert log == [("one", b"1"), ("other", b"2"), ("one", b"3")]
    turn.write(one.transport, b"4")
    await asyncio.sleep(0)
    assert log[3:] == [("one", b"4")]


async def test_large_write_is_made_at_once_behind_those_that_wait(log: list[tuple[str, bytes]]) -> None:
    turn, one, other = Turn(asyncio.get_running_loop()), Wire("one", log), Wire("other", log)
    turn.write(other.transport, b"1")
    turn.write(one.transport, bytes(100_000))
    assert log == [("other", b"1"), ("one", bytes(100_000))]
    await asyncio.sleep(0)
    assert len(log) == 2


async def test_write_to_what_is_closing_by_then_is_left_out(log: list[tuple[str, bytes]]) -> None:
    turn, one, other = Turn(asyncio.get_running_loop()), Wire("one", log), Wire("other", log)
    turn.write(one.transport, b"1")
    turn.write(other.transport, b"2")
    one.closing = True
    turn.end()
    assert log == [("other", b"2")]
