"""Prices, lines and findings as programs read them; a public contract (docs/reference/tariff-verdicts.md)."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Final

from ocn.tariffs.findings import Effect, Finding
from ocn.tariffs.model import Dimension
from ocn.tariffs.result import Line, Priced
from ocn.tariffs.writing.amount_texts import Json, amount_json, amounts_json, number_text

UNITS: Final[Mapping[Dimension, str]] = {
    Dimension.FLAT: "1",
    Dimension.ENERGY: "kWh",
    Dimension.TIME: "s",
    Dimension.PARKING_TIME: "s",
    Dimension.RESERVATION_TIME: "s",
}


def price_json(priced: Priced, findings: Iterable[Finding]) -> dict[str, Json]:
    """Write a price with all that belongs to it."""
    found = list(findings)
    zone = priced.record.zone
    return {
        "total_cost": amount_json(priced.total),
        "warnings": warnings_of(found),
        "parts": amounts_json(priced.parts),
        "lines": [line_json(line, priced) for line in priced.lines],
        "currency": priced.currency,
        "bounds": {"low": amount_json(priced.low), "high": amount_json(priced.high)},
        "findings": [finding_json(finding) for finding in found],
        "time_zone": None if zone is None else zone.name,
        "version": priced.record.session.version,
    }


def warnings_of(findings: Iterable[Finding]) -> list[str]:
    """Return the codes of the findings that are more than a note, each once."""
    return list(dict.fromkeys(str(one.code) for one in findings if one.effect is not Effect.NOTE))


def line_json(line: Line, priced: Priced) -> dict[str, Json]:
    """Write one line; ``price`` and ``vat`` are the tariff's, per kWh, hour or once."""
    component = line.component
    return {
        "period": line.period,
        "dimension": str(line.dimension),
        "part": str(line.part),
        "tariff": priced.record.tariffs[line.tariff].id,
        "element": line.element,
        "component": None if component is None else component.index,
        "volume": number_text(line.volume),
        "billed": number_text(line.billed),
        "unit": UNITS[line.dimension],
        "price": None if component is None else number_text(component.price),
        "vat": _text(None if component is None else component.vat),
        **amount_json(line.amount),
        "reason": reason(line),
    }


def reason(line: Line) -> str:
    """Say in a word why a line costs what it costs."""
    if line.component is None:
        return "NO_PRICE"
    return "PRICED" if line.billed == line.volume else "STEP_SIZE"


def finding_json(finding: Finding) -> dict[str, Json]:
    """Write one finding."""
    return {
        "code": str(finding.code),
        "effect": str(finding.effect),
        "document": finding.document,
        "pointer": finding.pointer,
        "message": finding.message,
    }


def _text(value: Decimal | Fraction | None) -> str | None:
    return None if value is None else number_text(value)
