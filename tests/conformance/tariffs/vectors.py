"""The worked examples of the texts as data: add a file, get a test.

A vector has a ``tariff`` and a ``cdr`` without costs, in the form of 2.2.1; ``versions`` are those in which
it is told to the engine. ``expect`` has one entry for each rule that some edition has for step_size, with
what is exact by it, and what the editions print: rounded, or ``wrong``. ``session`` says which of it is the
text's and which is ours.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
COSTS = ("total_cost", "total_fixed_cost", "total_energy_cost", "total_time_cost", "total_parking_cost")
_FRAME = {
    "country_code": "DE",
    "party_id": "CPO",
    "id": "C1",
    "session_id": "S1",
    "cdr_token": {"country_code": "DE", "party_id": "MSP", "uid": "0123", "type": "RFID", "contract_id": "C"},
    "auth_method": "WHITELIST",
    "cdr_location": {"id": "L1", "address": "Street 1", "city": "Gent", "country": "BEL"},
    "last_updated": "2024-12-31T00:00:00Z",
}


@dataclass(frozen=True)
class Vector:
    """One expectation of one file, in one version."""

    name: str
    version: str
    time_zone: str
    tariff: dict[str, Any]
    cdr: dict[str, Any]
    expect: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.name}-{self.version}-{self.expect['step_size']}"


def vectors() -> Iterator[Vector]:
    for file in sorted(HERE.glob("*.json")):
        data = json.loads(file.read_text("utf-8"), parse_float=Decimal)
        for version in data["versions"]:
            for expect in data["expect"]:
                tariff, cdr = data["tariff"], {**_FRAME, **data["cdr"]}
                yield Vector(
                    file.stem,
                    version,
                    data["time_zone"],
                    _as_2_3_0(tariff) if version == "2.3.0" else _as_2_1_1(tariff, version),
                    cdr if version != "2.1.1" else _cdr_2_1_1(cdr),
                    expect,
                )


def _as_2_3_0(tariff: dict[str, Any]) -> dict[str, Any]:
    turned = {"tax_included": "NO", **tariff}
    for name in ("min_price", "max_price"):
        if name in tariff:
            limit = tariff[name]
            turned[name] = {"before_taxes": limit["excl_vat"], "after_taxes": limit["incl_vat"]}
    return turned


def _as_2_1_1(tariff: dict[str, Any], version: str) -> dict[str, Any]:
    if version != "2.1.1":
        return tariff
    return {name: value for name, value in tariff.items() if name not in ("country_code", "party_id")}


def _cdr_2_1_1(cdr: dict[str, Any]) -> dict[str, Any]:
    location = cdr["cdr_location"]
    gone = ("end_date_time", "cdr_token", "cdr_location", "session_id", "country_code", "party_id")
    kept = {name: value for name, value in cdr.items() if name not in gone}
    return {**kept, "stop_date_time": cdr["end_date_time"], "auth_id": "C", "location": location}
