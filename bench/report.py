"""Write the results as ratios to nginx in the same run."""

import statistics
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bench.load import Latency, Rate
from bench.machine import Machine

GOALS = {"one node, 2 kB": 0.20, "one node, 2 kB signed": 0.12}


@dataclass
class Results:
    rates: dict[str, list[Rate]] = field(default_factory=dict)
    latencies: dict[str, Latency] = field(default_factory=dict)
    flight: Latency | None = None
    flight_mb: float = 0.0
    idle_mb: float = 0.0


def write_report(file: Path, machine: Machine, results: Results) -> None:
    file.write_text("\n".join(_lines(machine, results)) + "\n")


def _lines(machine: Machine, results: Results) -> list[str]:
    lines = [
        "# Results of `make bench`",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, {machine.cores} cores of {machine.model}, Python {machine.python}."
        " The proxy has one core, the load and the receiver the other.",
        "`PUT` of a session with a body of the size named; medians of interleaved runs. CPU is that of the",
        "proxy's processes per request; with two nodes, of both, which share the one core.",
        "",
        "| | requests/s | ratio to nginx | CPU µs | ratio | p50 ms | p99 ms | at /s | failed | goal |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, rates in results.rates.items():
        reference = results.rates["nginx" + name[name.index(",") :].removesuffix(" signed")]
        rate, cpu = _median(rates)
        base_rate, base_cpu = _median(reference)
        latency = results.latencies[name]
        goal = f"{GOALS[name]:.2f}" if name in GOALS else ""
        failed = sum(each.failures for each in rates) + latency.failures
        lines.append(
            f"| {name} | {rate:,.0f} | {rate / base_rate:.2f} | {cpu:.0f} | {base_cpu / cpu:.2f} |"
            f" {latency.p50_ms:.2f} | {latency.p99_ms:.2f} | {latency.rate:,.0f} | {failed} | {goal} |"
        )
    lines += ["", *_added(results)]
    return lines


def _median(rates: list[Rate]) -> tuple[float, float]:
    return (
        statistics.median(rate.requests_per_s for rate in rates),
        statistics.median(rate.cpu_us for rate in rates),
    )


def _added(results: Results) -> list[str]:
    relay, nginx = results.latencies["one node, 2 kB"], results.latencies["nginx, 2 kB"]
    lines = [
        f"Latency that the relay adds to nginx's, 2 kB unsigned, p50: {relay.p50_ms - nginx.p50_ms:.2f} ms"
        " (goal: under 1 ms).",
    ]
    if results.flight is not None:
        lines.append(
            f"{results.flight.rate:,.0f} requests in flight to a receiver that takes 2 s:"
            f" p50 {results.flight.p50_ms:,.0f} ms, p99 {results.flight.p99_ms:,.0f} ms,"
            f" {results.flight.failures} failed, peak memory of the node {results.flight_mb:.0f} MB,"
            f" {results.idle_mb:.0f} MB before (goal: no error, under 300 MB)."
        )
    return lines
