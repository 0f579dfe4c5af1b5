"""Broadcasts: how fast a push reaches 10, 100 and 1,000 receivers, and that a dead one delays nobody.

``python -m bench.broadcasts``. Every receiver is a platform of its own; this process takes what all of them
get. The same push relayed to one party by the same node is what a delivery is compared with.
"""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.backend import SlowReceiver
from bench.bodies import ANSWER, Message, location
from bench.hub import FIRST, SENDER, TOKEN
from bench.load import Connection, connect, request_bytes, wrk
from bench.machine import (
    LOAD_CORE,
    PROXY_CORE,
    allow_many_files,
    cpu_seconds,
    memory_mb,
    pin,
    pinned,
)
from ocn.node.config import Hub as HubSettings
from ocn.ocpi.party_id import PartyId

HUB = PartyId(HubSettings().country_code, HubSettings().party_id)
RECEIVERS = (10, 100, 1_000)
DEAD_AMONG = 100
_ALONE = 5
_SENDERS = 4
_LONGEST_S = 60.0


@dataclass(frozen=True)
class Broadcast:
    """What one node did; times of a broadcast that is alone are medians."""

    receivers: int
    dead: bool
    answer_ms: float
    spread_ms: float
    """From the sender's answer to the last delivery."""
    deliveries_per_s: float
    delivery_us: float
    """CPU of the node, its share of accepting the broadcast included."""
    direct_per_s: float
    direct_us: float
    peak_mb: float


class Sink:
    """Takes what all receivers get, and tells when it has taken so many."""

    def __init__(self) -> None:
        self._taken = 0
        self._awaited = 0
        self._reached = asyncio.Event()

    def receiver(self) -> "_Receiver":
        return _Receiver(self)

    def take(self) -> None:
        self._taken += 1
        if self._taken == self._awaited:
            self._reached.set()

    def expect(self, deliveries: int) -> None:
        self._awaited = self._taken + deliveries
        self._reached.clear()

    async def reached(self) -> None:
        async with asyncio.timeout(_LONGEST_S):
            await self._reached.wait()


class _Receiver(SlowReceiver):
    """Answers at once."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(ANSWER)
        self._sink = sink

    def _taken(self) -> None:
        self._respond()
        self._sink.take()


class _Dead(asyncio.Protocol):
    """Takes everything and never answers."""


async def measure_broadcasts(
    directory: Path, deliveries: int, seconds: float, receivers_of: Sequence[int] = RECEIVERS
) -> list[Broadcast]:
    """Measure each number of receivers, a hundred once more with one receiver that is dead."""
    found = []
    for receivers, dead in (*((each, False) for each in receivers_of), (DEAD_AMONG, True)):
        found.append(await _measure(directory, receivers, deliveries, seconds, dead=dead))
        print(f"broadcast to {receivers}: {found[-1].deliveries_per_s:.0f} deliveries/s", flush=True)
    return found


async def _measure(
    directory: Path, receivers: int, deliveries: int, seconds: float, *, dead: bool
) -> Broadcast:
    sink = Sink()
    async with AsyncExitStack() as stack:
        address = await stack.enter_async_context(_listening(sink.receiver))
        silent = await stack.enter_async_context(_listening(_Dead)) if dead else "-"
        pid, port = await stack.enter_async_context(_hub(receivers, address, silent))
        alone = [await _one(sink, port, receivers, number) for number in range(_ALONE)]
        broadcasts = max(_SENDERS, deliveries // receivers)
        before = cpu_seconds([pid])
        took = await _many(sink, port, receivers, broadcasts)
        used = cpu_seconds([pid]) - before
        url = f"http://127.0.0.1:{port}{_path(0)}"
        message = _message(0, FIRST)
        sink.expect(0)
        direct = await asyncio.to_thread(wrk, url, message, TOKEN, seconds, [pid], directory)
        if direct.failures:
            raise SystemExit(f"{direct.failures} direct requests failed")
        return Broadcast(
            receivers=receivers,
            dead=dead,
            answer_ms=statistics.median(answered for answered, _ in alone) * 1e3,
            spread_ms=statistics.median(spread for _, spread in alone) * 1e3,
            deliveries_per_s=broadcasts * receivers / took,
            delivery_us=used / (broadcasts * receivers) * 1e6,
            direct_per_s=direct.requests_per_s,
            direct_us=direct.cpu_us,
            peak_mb=memory_mb([pid], "VmHWM"),
        )


async def _one(sink: Sink, port: int, receivers: int, number: int) -> tuple[float, float]:
    """Return the seconds to the answer, and from there to the last delivery."""
    connection = await connect(port)
    sink.expect(receivers)
    begun = time.perf_counter()
    status = await connection.exchange(_request(number))
    answered = time.perf_counter()
    await sink.reached()
    ended = time.perf_counter()
    connection.transport.close()
    if status != 200:
        raise SystemExit(f"a broadcast was answered HTTP {status}")
    return answered - begun, max(0.0, ended - answered)


async def _many(sink: Sink, port: int, receivers: int, broadcasts: int) -> float:
    """Return the seconds from the first request to the last delivery."""
    numbers = iter(range(broadcasts))
    connections = [await connect(port) for _ in range(_SENDERS)]
    sink.expect(receivers * broadcasts)
    begun = time.perf_counter()
    await asyncio.gather(*(_send(connection, numbers) for connection in connections))
    await sink.reached()
    took = time.perf_counter() - begun
    for connection in connections:
        connection.transport.close()
    return took


async def _send(connection: Connection, numbers: Iterator[int]) -> None:
    for number in numbers:
        if await connection.exchange(_request(number)) != 200:
            raise SystemExit("a broadcast was refused")


def _path(number: int) -> str:
    return f"/ocpi/receiver/2.2.1/locations/{SENDER.country_code}/{SENDER.party_id}/LOC{number}"


def _message(number: int, receiver: PartyId) -> Message:
    headers = {
        "content-type": "application/json",
        "x-request-id": "8f4b958b-deeb-4291-8567-acda9a31f8f3",
        "x-correlation-id": "32387c67-cf96-4c9d-83db-0ed9665b2f29",
        "ocpi-from-country-code": SENDER.country_code,
        "ocpi-from-party-id": SENDER.party_id,
        "ocpi-to-country-code": receiver.country_code,
        "ocpi-to-party-id": receiver.party_id,
    }
    return Message("location", location(SENDER, number), headers)


def _request(number: int) -> bytes:
    return request_bytes(_path(number), _message(number, HUB), TOKEN)


@asynccontextmanager
async def _listening(protocol: Callable[[], asyncio.Protocol]) -> AsyncIterator[str]:
    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0, backlog=8192)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@asynccontextmanager
async def _hub(receivers: int, sink: str, silent: str) -> AsyncIterator[tuple[int, int]]:
    """Run a node; the values are its process id and its port."""
    command = pinned(PROXY_CORE, sys.executable, "-m", "bench.hub", str(receivers), sink, silent)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        port = await process.stdout.readline()
        if not port.strip():
            raise SystemExit("the node for broadcasts did not start")
        yield process.pid, int(port)
    finally:
        process.kill()
        await process.wait()


def broadcasts_section(found: list[Broadcast]) -> list[str]:
    whole = next(each for each in found if each.receivers == DEAD_AMONG and not each.dead)
    dead = next(each for each in found if each.dead)
    return [
        "## Broadcasts",
        "",
        "A location of 2 kB, pushed to everyone; every receiver is a platform of its own. The deliveries of",
        "many broadcasts together, beside the direct relay of the same push by the same node in this run.",
        "",
        (
            "| receivers | sender's answer, ms | from there to the last delivery, ms | deliveries/s"
            " | ratio to the direct relay | CPU µs each | ratio | peak MB |"
        ),
        "|---|---|---|---|---|---|---|---|",
        *(_row(each) for each in found),
        "",
        (
            f"With one more receiver that never answers, the {dead.receivers} others get"
            f" {dead.deliveries_per_s / whole.deliveries_per_s:.2f} of the deliveries/s that they"
            " get without it (goal: no fewer)."
        ),
    ]


def _row(each: Broadcast) -> str:
    name = f"{each.receivers:,}{', one more is dead' if each.dead else ''}"
    return (
        f"| {name} | {each.answer_ms:.1f} | {each.spread_ms:.1f} | {each.deliveries_per_s:,.0f} |"
        f" {each.deliveries_per_s / each.direct_per_s:.2f} | {each.delivery_us:.0f} |"
        f" {each.direct_us / each.delivery_us:.2f} | {each.peak_mb:.0f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.broadcasts", description=__doc__)
    parser.add_argument("--deliveries", type=int, default=10_000)
    parser.add_argument("--seconds", type=int, default=2)
    chosen = parser.parse_args()
    allow_many_files()
    pin([os.getpid()], LOAD_CORE)
    with tempfile.TemporaryDirectory(prefix="ocn-bench-") as directory:
        found = asyncio.run(measure_broadcasts(Path(directory), chosen.deliveries, chosen.seconds))
    print("\n".join(broadcasts_section(found)))


if __name__ == "__main__":
    main()
