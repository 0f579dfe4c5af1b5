"""Run the benches: ``python -m bench [--seconds S] [--rounds N] [--only rate|latency|flight]``."""

import argparse
import asyncio
import statistics
import tempfile
from pathlib import Path

from bench.bodies import PATH
from bench.load import Latency, Rate, at_rate, in_flight, request_bytes, wrk
from bench.machine import LOAD_CORE, Machine, allow_many_files, memory_mb, missing_programs, pin
from bench.report import Results, write_report
from bench.setting import Setting, setting

SIZES = ("2 kB", "20 kB")
IN_FLIGHT = 5000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="length of one measurement")
    parser.add_argument("--rounds", type=int, default=5, help="measurements of each kind, interleaved")
    parser.add_argument("--report", type=Path, default=Path("bench/RESULTS.md"))
    chosen = parser.parse_args()
    if missing := missing_programs():
        raise SystemExit(
            f"the bench needs {', '.join(missing)}; on Debian: apt-get install nginx wrk util-linux"
        )
    allow_many_files()
    with tempfile.TemporaryDirectory(prefix="ocn-bench-") as directory:
        Path(directory).chmod(0o755)
        results = asyncio.run(_run(Path(directory), chosen.seconds, chosen.rounds))
    write_report(chosen.report, Machine.here(), results)
    print(f"written to {chosen.report}")


async def _run(directory: Path, seconds: float, rounds: int) -> Results:
    pin(_own_pid(), LOAD_CORE)
    results = Results()
    async with setting(directory) as here:
        for size in SIZES:
            for _ in range(rounds):
                for name in _names(size):
                    rate = await asyncio.to_thread(_measure, here, name, seconds)
                    results.rates.setdefault(name, []).append(rate)
                    print(
                        f"{name:32} {rate.requests_per_s:9.0f}/s {rate.cpu_us:7.1f} us  {rate.failures} failed"
                    )
            for name in _names(size):
                half = statistics.median(rate.requests_per_s for rate in results.rates[name]) / 2
                latency = await _latency(here, name, min(half, 2500.0), seconds)
                results.latencies[name] = latency
                print(
                    f"{name:32} p50 {latency.p50_ms:.2f} ms, p99 {latency.p99_ms:.2f} ms at {latency.rate:.0f}/s"
                )
        results.idle_mb = memory_mb(here.node_pids[0])
        results.flight = await in_flight(
            here.node_ports[0], request_bytes(PATH, here.to_slow["2 kB"], here.token), IN_FLIGHT
        )
        results.flight_mb = memory_mb(here.node_pids[0], "VmHWM")
        print(
            f"{IN_FLIGHT} in flight: p50 {results.flight.p50_ms:.0f} ms, {results.flight.failures} failed,"
            f" peak {results.flight_mb:.0f} MB"
        )
    return results


def _names(size: str) -> list[str]:
    return [
        f"nginx, {size}",
        f"one node, {size}",
        f"one node, {size} signed",
        f"two nodes, {size}",
        f"two nodes, {size} signed",
    ]


def _measure(here: Setting, name: str, seconds: float) -> Rate:
    which, _, size = name.partition(", ")
    if which == "nginx":
        url = f"http://127.0.0.1:{here.nginx_port}{PATH}"
        return wrk(url, here.to_local[size], here.token, seconds, [here.nginx_pid], here.directory)
    url = f"http://127.0.0.1:{here.node_ports[0]}{PATH}"
    if which == "one node":
        return wrk(url, here.to_local[size], here.token, seconds, here.node_pids[0], here.directory)
    pids = [*here.node_pids[0], *here.node_pids[1]]
    return wrk(url, here.to_remote[size], here.token, seconds, pids, here.directory)


async def _latency(here: Setting, name: str, rate: float, seconds: float) -> Latency:
    which, _, size = name.partition(", ")
    port = here.nginx_port if which == "nginx" else here.node_ports[0]
    message = here.to_remote[size] if which == "two nodes" else here.to_local[size]
    return await at_rate(port, request_bytes(PATH, message, here.token), rate, seconds)


def _own_pid() -> list[int]:
    import os

    return [os.getpid()]


if __name__ == "__main__":
    main()
