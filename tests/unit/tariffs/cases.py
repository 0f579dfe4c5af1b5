"""CDRs and tariffs of 2.2.1, small: what the tests of verification vary."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

START = datetime.fromisoformat("2025-03-11T10:00:00+00:00")
ZONE = "Europe/Berlin"


def component(kind: str, price: str, vat: str | None = "20", step_size: int = 1) -> dict[str, Any]:
    made: dict[str, Any] = {"type": kind, "price": Decimal(price), "step_size": step_size}
    return made if vat is None else {**made, "vat": Decimal(vat)}


def element(*components: dict[str, Any], **restrictions: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"price_components": list(components)}
    return {**made, "restrictions": restrictions} if restrictions else made


def tariff(*elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "country_code": "DE",
        "party_id": "CPO",
        "id": "T1",
        "currency": "EUR",
        "elements": list(elements),
        "last_updated": "2025-01-01T00:00:00Z",
        **more,
    }


ENERGY = tariff(element(component("ENERGY", "0.25")))
"""0.25 a kWh."""


def period(minutes: int, start: datetime, **volumes: str) -> dict[str, Any]:
    """A period; ``time``, ``parking`` and the like are volumes by their name in lower case."""
    dimensions = [{"type": kind, "volume": Decimal(volume)} for kind, volume in volumes.items()]
    return {"start_date_time": _written(start), "dimensions": dimensions}


def cdr(
    *periods: tuple[int, dict[str, str]], start: datetime = START, claim: Any = None, **more: Any
) -> dict[str, Any]:
    """A CDR of periods given as minutes and volumes; ``claim`` is net and gross, as texts."""
    written, at = [], start
    for minutes, volumes in periods:
        written.append(period(minutes, at, **volumes))
        at += timedelta(minutes=minutes)
    energy = sum((Decimal(volumes.get("ENERGY", 0)) for _, volumes in periods), Decimal(0))
    made: dict[str, Any] = {
        "country_code": "DE",
        "party_id": "CPO",
        "id": "C1",
        "start_date_time": _written(start),
        "end_date_time": _written(at),
        "cdr_location": {"id": "L1", "country": "DEU"},
        "currency": "EUR",
        "charging_periods": written,
        "total_energy": energy,
        "total_time": (Decimal(sum(minutes for minutes, _ in periods)) / 60).quantize(Decimal("0.0001")),
        "last_updated": "2025-03-12T00:00:00Z",
        **more,
    }
    return made if claim is None else {**made, "total_cost": price(*claim)}


def price(excl: str, incl: str | None = None) -> dict[str, Decimal]:
    made = {"excl_vat": Decimal(excl)}
    return made if incl is None else {**made, "incl_vat": Decimal(incl)}


def charging(kwh: str, minutes: int = 60) -> tuple[int, dict[str, str]]:
    return minutes, {"ENERGY": kwh, "TIME": _hours(minutes)}


def parking(minutes: int) -> tuple[int, dict[str, str]]:
    return minutes, {"PARKING_TIME": _hours(minutes)}


def codes(found: Sequence[Any]) -> list[str]:
    return [str(one.code) for one in found]


def _hours(minutes: int) -> str:
    return str((Decimal(minutes) / 60).quantize(Decimal("0.0001")))


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
