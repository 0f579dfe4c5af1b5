"""What the README says of Lanes is what the contract is."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contracts.gas import SNAPSHOT

from ocn.chain.artifacts import load

CONTRACTS = Path(__file__).resolve().parents[1]
README = (CONTRACTS / "README.md").read_text(encoding="utf-8")
SOURCES = [CONTRACTS / "Lanes.vy", *sorted((CONTRACTS / "lanes").glob("*.vy"))]
SOURCES.append(CONTRACTS / "parts/typed_signatures.vy")


def section(name: str) -> list[str]:
    found = re.search(f"<!-- {name}: begin -->\n(.*?)<!-- {name}: end -->", README, re.DOTALL)
    assert found is not None, name
    return [line for line in found[1].splitlines() if line and line != "```"]


def parameter(entry: dict[str, Any], kind: str = "") -> str:
    kind = kind or str(entry["type"])
    if kind.startswith("tuple"):
        kind = f"({', '.join(parameter(member) for member in entry['components'])}){kind[5:]}"
    indexed = " indexed" if entry.get("indexed") else ""
    return f"{kind}{indexed} {entry['name']}".rstrip()


def function(entry: dict[str, Any]) -> str:
    view = " view" if entry["stateMutability"] == "view" else ""
    returned = ", ".join(parameter(output) for output in entry["outputs"])
    results = f" returns ({returned})" if returned else ""
    return f"{entry['name']}({', '.join(parameter(p) for p in entry['inputs'])}){view}{results}"


def test_functions_of_lanes_are_all_in_the_readme() -> None:
    expected = {function(entry) for entry in load("Lanes").abi if entry["type"] == "function"}

    assert set(section("functions")) == expected


def test_events_of_lanes_are_all_in_the_readme() -> None:
    declared = {
        f"{entry['name']}({', '.join(parameter(p) for p in entry['inputs'])})"
        for entry in load("Lanes").abi
        if entry["type"] == "event"
    }

    assert {row.split("`")[1] for row in section("events")[2:]} == declared


def test_types_that_are_signed_are_all_in_the_readme() -> None:
    in_sources = set(_texts(r"\b[A-Z][A-Z_]+: constant\(bytes32\) = keccak256\(\s*\"([^\"]+)\""))

    assert set(section("types")) == {text for text in in_sources if not text.startswith("EIP712Domain")}


def test_refusals_of_lanes_are_all_in_the_readme() -> None:
    in_sources = set(_texts(r"(?:_unless\(|assert ).*?\"([^\"]+)\"\s*,?\s*\)?\n"))

    assert set(re.findall("`([^`]+)`", "\n".join(section("refusals")))) == in_sources
    assert all(len(text) <= 32 for text in in_sources if not text.startswith(("Signer", "Delay")))


def test_gas_in_the_readme_is_as_written_down() -> None:
    cells = [cell.strip() for row in section("gas")[2:] for cell in row.strip("|").split("|")]
    told = {act: int(gas.replace(",", "")) for act, gas in zip(cells[::2], cells[1::2], strict=True) if act}

    assert told == json.loads(SNAPSHOT.read_text(encoding="utf-8"))


def test_size_in_the_readme_is_that_of_the_code() -> None:
    assert f"Lanes {len(load('Lanes').deployed_bytecode):,} (limit" in README


def _texts(pattern: str) -> Iterator[str]:
    for path in SOURCES:
        yield from re.findall(pattern, path.read_text(encoding="utf-8"), re.DOTALL)
