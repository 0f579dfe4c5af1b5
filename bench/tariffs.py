"""What pricing and verifying CDRs costs: ``python -m bench.tariffs [--rounds N]``.

CDRs of 20 periods, decoded, by a tariff with a start fee, energy and time by the hour of day, and parking.
CPU time of one process, best of several rounds: read and price without a search for causes, and verify with
the whole search, where the claim is right, a few cents off, and far off.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from ocn.tariffs import compute, price, record, verify, write

PERIODS = 20
PRICED_GOAL = 2_000
"""CDRs a second and core."""
VERIFIED_GOAL_MS = 20.0
ZONE = "Europe/Berlin"
_START = datetime(2025, 3, 11, 14, tzinfo=UTC)
_QUARTER = timedelta(minutes=15)


@dataclass(frozen=True)
class TariffTimes:
    """CDRs priced per second, and milliseconds for each verification by what is claimed."""

    priced_per_s: float
    again_per_s: float
    verified_ms: dict[str, float]
    evidence_ms: float


def tariff_times(rounds: int = 7, repetitions: int = 40) -> TariffTimes:
    by, session = _tariff(), _cdr()
    right = {**session, **write(price(session, [by], time_zone=ZONE), "2.2.1")}
    claims = {
        "right": right,
        "3 cents off": _off(right, Decimal("0.03")),
        "12 euro off": _off(right, Decimal(12)),
    }
    verified = {
        name: _best_ms(rounds, repetitions, lambda cdr=cdr: verify(cdr, [by], time_zone=ZONE))  # type: ignore[misc]  # bound now
        for name, cdr in claims.items()
    }
    result = verify(right, [by], time_zone=ZONE)
    once_read = record(right, [by], time_zone=ZONE)
    return TariffTimes(
        priced_per_s=1e3 / _best_ms(rounds, 5 * repetitions, lambda: price(right, [by], time_zone=ZONE)),
        again_per_s=1e3 / _best_ms(rounds, 5 * repetitions, lambda: compute(once_read)),
        verified_ms=verified,
        evidence_ms=_best_ms(rounds, repetitions, result.evidence),
    )


def tariffs_section(found: TariffTimes) -> list[str]:
    """The same as Markdown."""
    return [
        "## Tariffs",
        "",
        f"CDRs of {PERIODS} periods with energy and time, a tariff with four elements; CPU time of one core.",
        "",
        "| | | goal |",
        "|---|---|---|",
        f"| read, priced, with bounds | {found.priced_per_s:,.0f}/s | {PRICED_GOAL:,} |",
        f"| priced again under another policy | {found.again_per_s:,.0f}/s | |",
        *(
            f"| verified, the claim {name} | {taken:.1f} ms | {VERIFIED_GOAL_MS:.0f} |"
            for name, taken in found.verified_ms.items()
        ),
        f"| evidence written and hashed | {found.evidence_ms:.1f} ms | |",
    ]


def _best_ms(rounds: int, repetitions: int, run: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(rounds):
        started = time.process_time()
        for _ in range(repetitions):
            run()
        best = min(best, (time.process_time() - started) / repetitions)
    return best * 1e3


def _tariff() -> dict[str, Any]:
    def component(kind: str, amount: str, step_size: int) -> dict[str, Any]:
        return {"type": kind, "price": Decimal(amount), "vat": Decimal(19), "step_size": step_size}

    day = {"start_time": "07:00", "end_time": "18:00"}
    return {
        "country_code": "DE",
        "party_id": "CPO",
        "id": "T1",
        "currency": "EUR",
        "elements": [
            {"price_components": [component("FLAT", "0.50", 1)]},
            {
                "price_components": [component("ENERGY", "0.45", 100), component("TIME", "1.20", 60)],
                "restrictions": day,
            },
            {"price_components": [component("ENERGY", "0.33", 100), component("TIME", "0.60", 60)]},
            {"price_components": [component("PARKING_TIME", "3.00", 300)]},
        ],
        "last_updated": "2025-01-01T00:00:00Z",
    }


def _cdr() -> dict[str, Any]:
    """17 quarters of an hour of charging and 3 of parking, across the change of price at 18:00."""
    energies = [Decimal("1.2345") + place for place in range(PERIODS - 3)]
    quarter = Decimal("0.25")
    dimensions = [
        [{"type": "ENERGY", "volume": energy}, {"type": "TIME", "volume": quarter}] for energy in energies
    ]
    dimensions += [[{"type": "PARKING_TIME", "volume": quarter}]] * 3
    moments = [_START + place * _QUARTER for place in range(PERIODS + 1)]
    return {
        "country_code": "DE",
        "party_id": "CPO",
        "id": "1",
        "start_date_time": f"{moments[0]:%Y-%m-%dT%H:%M:%SZ}",
        "end_date_time": f"{moments[-1]:%Y-%m-%dT%H:%M:%SZ}",
        "cdr_location": {"id": "L1", "country": "DEU"},
        "currency": "EUR",
        "charging_periods": [
            {"start_date_time": f"{moment:%Y-%m-%dT%H:%M:%SZ}", "dimensions": found}
            for moment, found in zip(moments, dimensions, strict=False)
        ],
        "total_energy": sum(energies),
        "total_time": PERIODS * quarter,
        "total_parking_time": 3 * quarter,
        "last_updated": "2025-03-12T00:00:00Z",
    }


def _off(cdr: dict[str, Any], amount: Decimal) -> dict[str, Any]:
    total = {side: claimed + amount for side, claimed in cdr["total_cost"].items()}
    return {**cdr, "total_cost": total}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.tariffs", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    print("\n".join(tariffs_section(tariff_times(parser.parse_args().rounds))))


if __name__ == "__main__":
    main()
