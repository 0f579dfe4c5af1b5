"""Parties on their way to the network give back what they opened when they are stopped."""

import asyncio
import threading
from pathlib import Path
from typing import cast

import pytest

from ocn.simulation.network.network import LocalNetwork, LocalNode
from ocn.simulation.play.cast import PLAY_PACE, on_the_network
from ocn.simulation.play.traffic import Traffic


class StoppedNetwork:
    """A network whose operator presses Ctrl-C while the first invitation is asked for."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.nodes = [LocalNode(name, "http://node.test", "0x", "key") for name in ("one", "two")]

    async def invite(self, *_: object) -> str:
        raise asyncio.CancelledError


async def test_stop_before_a_party_is_made_leaves_no_storage_open(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    network = cast("LocalNetwork", StoppedNetwork(tmp_path))
    with pytest.raises(asyncio.CancelledError):
        async with on_the_network(network, Traffic(), pace=PLAY_PACE, signatures_required=True):
            raise AssertionError("nobody can have come")
    left = set(threading.enumerate()) - before
    for thread in left:
        await asyncio.to_thread(thread.join, 1)
    assert not [thread for thread in left if thread.is_alive()]
