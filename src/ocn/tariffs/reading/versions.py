"""Of which version of OCPI a document is: as the caller says, or by the members that only one has."""

from collections.abc import Sequence
from typing import Final

from ocn.tariffs.errors import CdrUnreadable
from ocn.tariffs.json_values import JsonObject, JsonValue
from ocn.tariffs.model import Version
from ocn.tariffs.reading.members import shown

_READ_AS: Final[dict[str, Version]] = {
    "2.1.1": "2.1.1",
    "2.2": "2.2.1",
    "2.2.1": "2.2.1",
    "2.3.0": "2.3.0",
    "2.3": "2.3.0",
}
_ONLY_2_1_1: Final = frozenset({"stop_date_time", "start_datetime", "auth_id"})
_NEWER: Final = frozenset({"cdr_token", "end_date_time", "cdr_location"})


def named(version: str) -> Version:
    """Return the version that a caller names; 2.2 is read as 2.2.1.

    Raises:
        CdrUnreadable: it is none that can be priced.
    """
    if version not in _READ_AS:
        raise CdrUnreadable(
            f"OCPI {shown(version)} cannot be priced",
            hint="Versions are 2.1.1, 2.2.1 (also for 2.2) and 2.3.0.",
        )
    return _READ_AS[version]


def of_document(document: JsonObject, tariffs: Sequence[JsonValue]) -> Version:
    """Find the version of a CDR or session, with the help of its tariffs where it has no costs."""
    cost = document.get("total_cost")
    if isinstance(cost, dict):
        return "2.3.0" if "before_taxes" in cost else "2.2.1"
    if document.keys() & _ONLY_2_1_1 or (cost is not None and not document.keys() & _NEWER):
        return "2.1.1"
    return of_tariffs(tariffs)


def of_tariffs(tariffs: Sequence[JsonValue]) -> Version:
    """Find the version of tariffs that no CDR accompanies."""
    known = [tariff for tariff in tariffs if isinstance(tariff, dict)]
    if any(is_2_3_0(tariff) for tariff in known):
        return "2.3.0"
    if known and not any(has_owner_or_vat(tariff) for tariff in known):
        return "2.1.1"
    return "2.2.1"


def is_2_3_0(tariff: JsonObject) -> bool:
    """Whether a tariff has what only 2.3.0 has; a hub may have embedded it in a CDR of another version."""
    limits = (tariff.get("min_price"), tariff.get("max_price"))
    return "tax_included" in tariff or any(
        isinstance(limit, dict) and "before_taxes" in limit for limit in limits
    )


def has_owner_or_vat(tariff: JsonObject) -> bool:
    """Whether a tariff has members that came after 2.1.1."""
    if tariff.keys() & {"country_code", "party_id", "type", "min_price", "max_price", "start_date_time"}:
        return True
    elements = tariff.get("elements")
    components = [
        component
        for element in (elements if isinstance(elements, list) else ())
        if isinstance(element, dict) and isinstance(element.get("price_components"), list)
        for component in element["price_components"]  # type: ignore[union-attr]  # a list, by the line above
    ]
    return any(isinstance(component, dict) and "vat" in component for component in components)
