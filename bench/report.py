"""Write the results as ratios to nginx in the same run."""

import statistics
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bench.broadcasts import Broadcast, broadcasts_section
from bench.conversions import conversions_section
from bench.copies import CopyRate, copies_section
from bench.gas import Way, gas_section
from bench.lists import ListPages, lists_section
from bench.load import Latency, Rate
from bench.machine import Machine
from bench.profile import table
from bench.settlement import SettlementCost, settlement_section
from bench.smart import SmartCharging, smart_section
from bench.tariffs import TariffTimes, tariffs_section

GOALS = {"one node, 2 kB": 0.20, "one node, 2 kB signed": 0.12}


@dataclass
class Results:
    profile: dict[str, dict[str, float]]
    rates: dict[str, list[Rate]] = field(default_factory=dict)
    latencies: dict[str, Latency] = field(default_factory=dict)
    flight: Latency | None = None
    flight_mb: float = 0.0
    idle_mb: float = 0.0
    broadcasts: list[Broadcast] = field(default_factory=list)
    conversions: dict[str, float] = field(default_factory=dict)
    copies: dict[str, CopyRate] = field(default_factory=dict)
    lists: ListPages | None = None
    gas: list[Way] = field(default_factory=list)
    tariffs: TariffTimes | None = None
    settlement: SettlementCost | None = None
    smart: SmartCharging | None = None


def write_report(file: Path, machine: Machine, results: Results) -> None:
    file.write_text("\n".join(_lines(machine, results)) + "\n")


def _lines(machine: Machine, results: Results) -> list[str]:
    lines = [
        "# Results of `make bench`",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, {machine.cores} cores of {machine.model}, Python {machine.python}.",
        "The proxy has one core, the load and the receiver the other.",
        "`PUT` of a session with a body of the size named; medians of interleaved runs. CPU is that of the",
        "proxy's processes per request; with two nodes, of both, which share the one core. *signed* is the",
        "notary's signature over every value of the body, *strict* the one over its bytes and the whole",
        "request.",
        "",
        "| | requests/s | ratio to nginx | CPU µs | ratio | p50 ms | p99 ms | at /s | failed | goal |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, rates in results.rates.items():
        size = " ".join(name.partition(", ")[2].split()[:2])
        reference = results.rates[f"nginx, {size}"]
        rate, cpu = _median(rates)
        base_rate, base_cpu = _median(reference)
        latency = results.latencies.get(name)
        goal = f"{GOALS[name]:.2f}" if name in GOALS else ""
        failed = sum(each.failures for each in rates) + (latency.failures if latency else 0)
        delay = f"{latency.p50_ms:.2f} | {latency.p99_ms:.2f} | {latency.rate:,.0f}" if latency else " | | "
        lines.append(
            f"| {name} | {rate:,.0f} | {rate / base_rate:.2f} | {cpu:.0f} | {base_cpu / cpu:.2f} |"
            f" {delay} | {failed} | {goal} |"
        )
    sections = [
        _added(results),
        broadcasts_section(results.broadcasts) if results.broadcasts else [],
        lists_section(results.lists) if results.lists is not None else [],
        _conversions(results),
        copies_section(results.copies) if results.copies else [],
        gas_section(results.gas) if results.gas else [],
        tariffs_section(results.tariffs) if results.tariffs is not None else [],
        settlement_section(results.settlement) if results.settlement is not None else [],
        smart_section(results.smart) if results.smart is not None else [],
        _profile(results),
    ]
    return [*lines, *(line for section in sections if section for line in ("", *section))]


def _profile(results: Results) -> list[str]:
    _, measured = _median(results.rates["one node, 2 kB"])
    _, signed = _median(results.rates["one node, 2 kB signed"])
    steps = {kind: sum(found.values()) for kind, found in results.profile.items()}
    return [
        "## Where a request's time goes",
        "",
        "Each step of the relay alone, without sockets (`python -m bench.profile`), best of several rounds:",
        "",
        *table(results.profile),
        "",
        (
            f"A node takes {measured:.0f} µs for 2 kB, {signed:.0f} µs signed. What is beyond the steps'"
            f" {steps['2 kB']:.0f} and {steps['2 kB signed']:.0f} µs is the event loop, one task a request,"
            " and the kernel's part of two reads, two writes and the waiting for them."
        ),
        (
            "Of a signed message's authentication, recovering the signer's key takes 35 to 50 µs; the rest"
            " reads the envelope and the body and picks the signed values."
        ),
    ]


def _conversions(results: Results) -> list[str]:
    without, _ = _median(results.rates["one node, 2 kB"])
    there, back = (_median(results.rates[f"one node, 2 kB {way} 2.3.0"])[0] for way in ("to", "from"))
    return [
        *conversions_section(results.conversions),
        "",
        (
            f"On sockets, with the kernel's part, {there / without:.2f} of the unconverted relay's rate to"
            f" 2.3.0 and {back / without:.2f} from there (goal: 0.60)."
        ),
    ]


def _median(rates: list[Rate]) -> tuple[float, float]:
    return (
        statistics.median(rate.requests_per_s for rate in rates),
        statistics.median(rate.cpu_us for rate in rates),
    )


def _added(results: Results) -> list[str]:
    relay, nginx = results.latencies["one node, 2 kB"], results.latencies["nginx, 2 kB"]
    lines = [
        "Latency that the relay adds to nginx's at the same rate, 2 kB unsigned, p50:",
        f"{relay.p50_ms - nginx.p50_ms:.2f} ms (goal: under 1 ms).",
    ]
    if results.flight is not None:
        lines.append(
            f"{results.flight.rate:,.0f} requests in flight to a receiver that takes 2 s:"
            f" p50 {results.flight.p50_ms:,.0f} ms, p99 {results.flight.p99_ms:,.0f} ms,"
            f" {results.flight.failures} failed, peak memory of the node {results.flight_mb:.0f} MB,"
            f" {results.idle_mb:.0f} MB before (goal: no error, under 300 MB)."
        )
    return lines
