"""Documents for tests of pricing: whole ones, built from what a test is about."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

import pytest

from ocn.tariffs import Policy, Priced, price
from ocn.tariffs.pricing.compute import DEFAULT

Json: TypeAlias = dict[str, Any]

MONDAY = datetime(2024, 3, 11, 12, tzinfo=UTC)


class Making:
    """Builds tariffs and CDRs of 2.2.1. Numbers may be given as texts: "0.25"."""

    monday = MONDAY

    def component(self, kind: str, amount: str, *, step: int = 1, vat: str | None = "20") -> Json:
        made: Json = {"type": kind, "price": Decimal(amount), "step_size": step}
        if vat is not None:
            made["vat"] = Decimal(vat)
        return made

    def element(self, *components: Json, **restrictions: Any) -> Json:
        made: Json = {"price_components": list(components)}
        if restrictions:
            made["restrictions"] = {
                name: Decimal(value) if name[3:] in ("_kwh", "_power", "_current") else value
                for name, value in restrictions.items()
            }
        return made

    def tariff(self, *elements: Json, **members: Any) -> Json:
        return {
            "country_code": "DE",
            "party_id": "CPO",
            "id": "T1",
            "currency": "EUR",
            "elements": list(elements),
            "last_updated": "2024-01-01T00:00:00Z",
            **members,
        }

    def simple(
        self, kind: str, amount: str, *, step: int = 1, vat: str | None = "20", **members: Any
    ) -> Json:
        """A tariff with one price."""
        return self.tariff(self.element(self.component(kind, amount, step=step, vat=vat)), **members)

    def period(self, start: datetime, tariff_id: str | None = None, **volumes: Any) -> Json:
        """A period with dimensions by lower-case name: energy="1.5", time="0.25", max_power="11"."""
        made: Json = {
            "start_date_time": start.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "dimensions": [
                {"type": name.upper(), "volume": Decimal(volume)} for name, volume in volumes.items()
            ],
        }
        if tariff_id is not None:
            made["tariff_id"] = tariff_id
        return made

    def cdr(self, *periods: Json, end: datetime, **members: Any) -> Json:
        """A CDR that starts with its first period and ends at ``end``."""
        return {
            "country_code": "DE",
            "party_id": "CPO",
            "id": "C1",
            "start_date_time": periods[0]["start_date_time"] if periods else "2024-03-11T12:00:00Z",
            "end_date_time": end.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "session_id": "S1",
            "cdr_token": {
                "country_code": "DE",
                "party_id": "MSP",
                "uid": "1",
                "type": "RFID",
                "contract_id": "C",
            },
            "auth_method": "WHITELIST",
            "cdr_location": {"id": "L1", "country": "USA"},
            "currency": "EUR",
            "charging_periods": list(periods),
            "total_cost": {"excl_vat": Decimal("1.00")},
            "total_energy": 0,
            "total_time": 0,
            "last_updated": "2024-03-12T00:00:00Z",
            **members,
        }

    def one(self, hours: float = 1, start: datetime = MONDAY, **volumes: Any) -> Json:
        """A CDR of one period of so many hours."""
        return self.cdr(self.period(start, **volumes), end=start + timedelta(hours=hours))

    def price(
        self,
        cdr: Json,
        *tariffs: Json,
        policy: Policy = DEFAULT,
        zone: str | None = "UTC",
        **more: Any,
    ) -> Priced:
        return price(cdr, tariffs, time_zone=zone, policy=policy, **more)

    def costs(self, cdr: Json, *tariffs: Json, **more: Any) -> str:
        """The net total with four decimals."""
        excl = self.price(cdr, *tariffs, **more).total.excl
        assert excl is not None
        return f"{Decimal(excl.numerator) / excl.denominator:.4f}"

    def codes(self, priced: Priced) -> set[str]:
        return {str(finding.code) for finding in priced.findings}

    def elements_of(self, priced: Priced) -> Sequence[int | None]:
        """Which element priced each line."""
        return [line.element for line in priced.lines]


@pytest.fixture(scope="session")
def make() -> Making:
    return Making()
