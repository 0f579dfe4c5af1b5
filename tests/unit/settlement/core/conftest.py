"""A pair with terms, and a session of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import format_datetime
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.terms import Side, Terms, Tick
from ocn.signing.keys import PrivateKey

CPO, EMSP = PartyId("DE", "CPO"), PartyId("NL", "MSP")
PAYER_KEY, PAYEE_KEY = PrivateKey(b"\x01" * 32), PrivateKey(b"\x02" * 32)
CONTRACT, TOKEN = "0x" + "c0" * 20, "0x" + "e0" * 20
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def lane() -> Lane:
    return Lane(31337, CONTRACT, TOKEN, PAYER_KEY.address, PAYEE_KEY.address)


@pytest.fixture
def terms() -> Terms:
    return Terms(
        payer=Side(EMSP, PAYER_KEY.address, PAYER_KEY.address, PAYER_KEY.address),
        payee=Side(CPO, PAYEE_KEY.address, PAYEE_KEY.address, PAYEE_KEY.address),
        chain_id=31337,
        contract=CONTRACT,
        token=TOKEN,
        decimals=6,
        currency="EUR",
        tick=Tick(wh=500, s=10),
        grace_s=20,
        reserve=10_000_000,
        unsecured=2_000_000,
        vat_included=False,
        accepted_causes=("ROUNDING_PER_PERIOD",),
    )


@pytest.fixture
def session() -> Callable[..., dict[str, Any]]:
    def make(kwh: str = "1.5", minutes: int = 30, **changes: Any) -> dict[str, Any]:
        return {
            "country_code": "DE",
            "party_id": "CPO",
            "id": "S1",
            "start_date_time": format_datetime(NOON),
            "kwh": Decimal(kwh),
            "cdr_token": {
                "country_code": "NL",
                "party_id": "MSP",
                "uid": "04A2",
                "type": "RFID",
                "contract_id": "NL-MSP-C1",
            },
            "auth_method": "COMMAND",
            "location_id": "LOC1",
            "evse_uid": "E1",
            "connector_id": "1",
            "currency": "EUR",
            "total_cost": {"excl_vat": Decimal(kwh) * Decimal("0.4")},
            "status": "ACTIVE",
            "last_updated": format_datetime(NOON + timedelta(minutes=minutes)),
        } | changes

    return make


@pytest.fixture
def cdr() -> Callable[..., dict[str, Any]]:
    def make(kwh: str = "1.5", cost: str | None = None, **changes: Any) -> dict[str, Any]:
        return {
            "country_code": "DE",
            "party_id": "CPO",
            "id": "CDR1",
            "session_id": "S1",
            "start_date_time": format_datetime(NOON),
            "end_date_time": format_datetime(NOON + timedelta(minutes=30)),
            "cdr_token": {
                "country_code": "NL",
                "party_id": "MSP",
                "uid": "04A2",
                "type": "RFID",
                "contract_id": "NL-MSP-C1",
            },
            "cdr_location": {"id": "LOC1", "evse_uid": "E1", "connector_id": "1"},
            "currency": "EUR",
            "total_energy": Decimal(kwh),
            "total_cost": {"excl_vat": Decimal(cost) if cost else Decimal(kwh) * Decimal("0.4")},
            "last_updated": format_datetime(NOON + timedelta(minutes=31)),
        } | changes

    return make
