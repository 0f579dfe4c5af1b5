"""Run the benches: ``python -m bench [--quick] [--seconds S] [--rounds N] [--report FILE]``."""

import argparse
import asyncio
import os
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.bodies import PATH
from bench.broadcasts import RECEIVERS, measure_broadcasts
from bench.conversions import shares
from bench.copies import measure_copies
from bench.gas import measure_gas
from bench.lists import measure_lists
from bench.load import Latency, Rate, at_rate, in_flight, request_bytes, wrk
from bench.machine import LOAD_CORE, Machine, allow_many_files, memory_mb, missing_programs, pin
from bench.profile import profile
from bench.report import Results, write_report
from bench.setting import FROM_2_3_0, LOCAL, SENDER, TO_2_3_0, Setting, setting
from bench.settlement import measure_settlement
from bench.smart import smart_charging
from bench.strict import MOST_PER_SECOND, strict_signatures
from bench.tariffs import tariff_times

SIZES = ("2 kB", "20 kB")
FASTEST_OPEN_LOOP = 2_500.0
"""Requests a second at most that the open-loop generator sends: it shares a core with the receiver."""
SLOWEST = 100.0
"""And at least, so that there is something to be told."""


@dataclass(frozen=True)
class Extent:
    """How much is measured."""

    seconds: float
    rounds: int
    in_flight: int
    profile_rounds: int
    locations: int
    deliveries: int
    copies: int
    receivers: tuple[int, ...]
    quick: bool


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="see that it runs; the figures mean little")
    parser.add_argument("--seconds", type=int, default=4, help="length of one measurement")
    parser.add_argument("--rounds", type=int, default=5, help="measurements of each kind, interleaved")
    parser.add_argument("--report", type=Path, default=Path("bench/RESULTS.md"))
    chosen = parser.parse_args()
    if missing := missing_programs():
        raise SystemExit(
            f"the bench needs {', '.join(missing)}; on Debian: apt-get install nginx wrk util-linux"
        )
    extent = (
        Extent(1, 1, 500, 1, 1_000, 500, 100, (100,), quick=True)
        if chosen.quick
        else Extent(chosen.seconds, chosen.rounds, 5_000, 7, 100_000, 10_000, 2_000, RECEIVERS, quick=False)
    )
    allow_many_files()
    with tempfile.TemporaryDirectory(prefix="ocn-bench-") as directory:
        Path(directory).chmod(0o755)
        pin([os.getpid()], LOAD_CORE)
        results = Results(profile=profile(extent.profile_rounds))
        asyncio.run(_run(Path(directory), extent, results))
        broadcasts = measure_broadcasts(
            Path(directory), extent.deliveries, min(extent.seconds, 2), extent.receivers
        )
        results.broadcasts = asyncio.run(broadcasts)
        results.conversions = shares(extent.profile_rounds)
        results.tariffs = tariff_times(extent.profile_rounds)
        results.settlement = measure_settlement(100 if extent.quick else 1000, min(extent.rounds, 5))
        results.smart = smart_charging(quick=extent.quick)
        results.copies = measure_copies(Path(directory), extent.copies, extent.profile_rounds // 2 + 1)
        results.lists = asyncio.run(measure_lists(Path(directory), extent.locations, 20 * extent.rounds))
        results.gas = asyncio.run(measure_gas())
    write_report(chosen.report, Machine.here(), results)
    print(f"written to {chosen.report}")


async def _run(directory: Path, extent: Extent, results: Results) -> None:
    async with setting(directory) as here:
        for size in SIZES:
            await _rates(here, size, extent, results)
            await _latencies(here, size, extent, results)
        await _flight(here, extent, results)


async def _rates(here: Setting, size: str, extent: Extent, results: Results) -> None:
    """Measure each way in turn, round by round, so that a slow moment of the machine meets all of them."""
    turns = asyncio.Semaphore(4 if extent.quick else 1)

    async def measured(name: str) -> Rate:
        async with turns:
            return await asyncio.to_thread(_measure, here, name, extent.seconds)

    for _ in range(extent.rounds):
        for name, measuring in [(name, asyncio.create_task(measured(name))) for name in _names(size)]:
            rate = await measuring
            results.rates.setdefault(name, []).append(rate)
            print(
                f"{name:32} {rate.requests_per_s:9.0f}/s {rate.cpu_us:7.1f} us  {rate.failures} failed",
                flush=True,
            )


async def _latencies(here: Setting, size: str, extent: Extent, results: Results) -> None:
    """Measure at half of what each way can take; nginx at the rate of the one node it is compared with."""
    for name in _names(size):
        if name.endswith(("strict", "2.3.0")):
            continue  # these are compared by rate alone; a strict request cannot be sent twice
        loaded = f"one node, {size}" if name.startswith("nginx") else name
        half = statistics.median(rate.requests_per_s for rate in results.rates[loaded]) / 2
        latency = await _latency(
            here, name, min(max(half, SLOWEST), FASTEST_OPEN_LOOP), 0.2 if extent.quick else extent.seconds
        )
        results.latencies[name] = latency
        print(
            f"{name:32} p50 {latency.p50_ms:.2f} ms, p99 {latency.p99_ms:.2f} ms at {latency.rate:.0f}/s",
            flush=True,
        )


async def _flight(here: Setting, extent: Extent, results: Results) -> None:
    results.idle_mb = memory_mb(here.node_pids[0])
    request = request_bytes(PATH, here.to_slow["2 kB"], here.token)
    results.flight = await in_flight(here.node_ports[0], request, extent.in_flight)
    results.flight_mb = memory_mb(here.node_pids[0], "VmHWM")
    print(
        f"{extent.in_flight} in flight: p50 {results.flight.p50_ms:.0f} ms,"
        f" {results.flight.failures} failed, peak {results.flight_mb:.0f} MB"
    )


def _names(size: str) -> list[str]:
    return [
        f"nginx, {size}",
        *(f"one node, {size}{how}" for how in ("", " signed", " strict")),
        *((TO_2_3_0, FROM_2_3_0) if size == "2 kB" else ()),
        *(f"two nodes, {size}{how}" for how in ("", " signed")),
    ]


def _measure(here: Setting, name: str, seconds: float) -> Rate:
    which, _, size = name.partition(", ")
    if name in here.across:
        crossing = here.across[name]
        url = f"http://127.0.0.1:{here.node_ports[0]}{crossing.path}"
        return wrk(url, crossing.message, crossing.token, seconds, here.node_pids[0], here.directory)
    if which == "nginx":
        url = f"http://127.0.0.1:{here.nginx_port}{PATH}"
        return wrk(url, here.to_local[size], here.token, seconds, [here.nginx_pid], here.directory)
    url = f"http://127.0.0.1:{here.node_ports[0]}{PATH}"
    if size.endswith(" strict"):
        message = here.to_local[size.removesuffix(" strict")]
        count = int(seconds * MOST_PER_SECOND)
        signatures = strict_signatures(message, here.key, SENDER, LOCAL, count)
        return wrk(url, message, here.token, seconds, here.node_pids[0], here.directory, signatures)
    if which == "one node":
        return wrk(url, here.to_local[size], here.token, seconds, here.node_pids[0], here.directory)
    pids = [*here.node_pids[0], *here.node_pids[1]]
    return wrk(url, here.to_remote[size], here.token, seconds, pids, here.directory)


async def _latency(here: Setting, name: str, rate: float, seconds: float) -> Latency:
    which, _, size = name.partition(", ")
    port = here.nginx_port if which == "nginx" else here.node_ports[0]
    message = here.to_remote[size] if which == "two nodes" else here.to_local[size]
    return await at_rate(port, request_bytes(PATH, message, here.token), rate, seconds)


if __name__ == "__main__":
    main()
