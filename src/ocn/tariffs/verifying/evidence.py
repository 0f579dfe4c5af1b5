"""The evidence document: all that a check rests on, in bytes that two parties can compare by one hash.

It holds no sentence and nothing of the machine it was made on, so the same inputs give the same bytes on both
sides, whatever language they are shown in. It does not hold the CDR and the tariffs themselves but their
hashes: who has them can say that these are meant.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from fractions import Fraction
from typing import Final

from ocn.tariffs.findings import Effect, Finding
from ocn.tariffs.json_values import JsonObject, JsonValue
from ocn.tariffs.model import Claim, Record, Tariff
from ocn.tariffs.policy import Policy
from ocn.tariffs.result import Priced
from ocn.tariffs.verifying.deviations import asks_local_time
from ocn.tariffs.writing.amount_texts import Json, amount_json, amounts_json, money_text, number_text
from ocn.tariffs.writing.canonical import canonical_hash
from ocn.tariffs.writing.result_json import line_json

ENGINE: Final = "3"
"""Changes when the same inputs can give another result; not with every release."""
KIND: Final = "ocn-tariff-evidence"
FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Inputs:
    """Hashes (SHA-256 of canonical JSON) of the CDR and of every tariff of the record, in its order."""

    document: bytes
    tariffs: tuple[bytes, ...]


def inputs_of(record: Record, document: JsonObject, tariffs: Sequence[JsonValue]) -> Inputs:
    """Hash what was read, so that nothing that happens to it later matters."""
    return Inputs(
        canonical_hash(document),
        tuple(canonical_hash(_source(tariff, document, tariffs)) for tariff in record.tariffs),
    )


def evidence_json(
    priced: Priced,
    inputs: Inputs,
    *,
    total: Mapping[str, Json],
    verdict: str,
    causes: Iterable[str],
    findings: Iterable[Finding],
) -> dict[str, Json]:
    """Return the document; what only one side can know is left out: where the time zone was found."""
    record = priced.record
    session = record.session
    used = _used(priced)
    zone = record.zone if any(asks_local_time(record.tariffs[index]) for index in used) else None
    return {
        "kind": KIND,
        "format": FORMAT,
        "engine": ENGINE,
        "inputs": {
            "document": inputs.document.hex(),
            "tariffs": [{"id": record.tariffs[i].id, "hash": inputs.tariffs[i].hex()} for i in used],
            "time_zone": None if zone is None else zone.name,
            "version": session.version,
        },
        "policy": _policy(priced.policy),
        "currency": session.currency,
        "claimed": {name: claim_json(claim) for name, claim in session.claimed.costs.items()},
        "total_cost": total,
        "parts": amounts_json(priced.parts),
        "bounds": {"low": amount_json(priced.low), "high": amount_json(priced.high)},
        "lines": [line_json(line, priced) for line in priced.lines],
        "findings": _findings(findings, record),
        "causes": list(causes),
        "verdict": verdict,
    }


def claim_json(claim: Claim) -> dict[str, Json]:
    """Write what a document claims, as it claims it."""
    return {"excl": _money(claim.excl), "incl": _money(claim.incl)}


def _source(tariff: Tariff, document: JsonObject, tariffs: Sequence[JsonValue]) -> JsonValue:
    """Return the JSON that a tariff was read from; its pointer ends with its place in the list."""
    place = int(tariff.pointer.rpartition("/")[2])
    if tariff.document == "tariff":
        return tariffs[place]
    embedded = document["tariffs"]
    return embedded[place] if isinstance(embedded, list) else None


def _used(priced: Priced) -> list[int]:
    """Return the places of the tariffs that price something, in the order in which they first do."""
    return list(dict.fromkeys(line.tariff for line in priced.lines))


def _policy(policy: Policy) -> dict[str, Json]:
    return {field.name: _plain(getattr(policy, field.name)) for field in fields(policy)}


def _plain(value: object) -> Json:
    if value is None or isinstance(value, bool | int):
        return value
    return number_text(value) if isinstance(value, Decimal) else str(value)


def _findings(findings: Iterable[Finding], record: Record) -> list[Json]:
    """Write what weighs, without sentences; a place in a tariff begins at the tariff, wherever that is."""
    written: list[Json] = []
    for finding in findings:
        if finding.effect is not Effect.NOTE:
            home = _home(finding, record.tariffs)
            pointer = finding.pointer.removeprefix(home.pointer) if home else finding.pointer
            tariff = home.id if home else None
            written.append({"code": str(finding.code), "tariff": tariff, "pointer": pointer})
    return written


def _home(finding: Finding, tariffs: Sequence[Tariff]) -> Tariff | None:
    for tariff in tariffs:
        inside = finding.pointer == tariff.pointer or finding.pointer.startswith(tariff.pointer + "/")
        if finding.document == tariff.document and inside:
            return tariff
    return None


def _money(value: Decimal | None) -> str | None:
    return None if value is None else money_text(Fraction(value))
