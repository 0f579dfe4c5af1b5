"""OCPI 2.1.1 has no custom modules: nothing is settled there, and that is said."""

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.settlement.world import EMSP, World, world

from ocn.ocpi.versions import VersionNumber
from ocn.party.errors import ModuleNotOffered
from ocn.settlement.core.asks import AskInvalid

SESSION: dict[str, Any] = {
    "id": "S1",
    "start_datetime": "2026-11-20T12:00:00Z",
    "kwh": Decimal("0.3"),
    "auth_id": "NL-MSP-C1",
    "auth_method": "WHITELIST",
    "location": {"id": "LOC1"},
    "currency": "EUR",
    "total_cost": Decimal("0.12"),
    "status": "ACTIVE",
    "last_updated": "2026-11-20T12:00:10Z",
}


async def test_terms_cannot_be_proposed_in_2_1_1() -> None:
    async with world(versions=[VersionNumber.V2_1_1]) as here:
        with pytest.raises(ModuleNotOffered, match="ocn-settlement"):
            await here.agree()


@pytest.mark.parametrize("payer", [None, EMSP])
async def test_documents_of_2_1_1_are_refused_by_name(here: World, payer: Any) -> None:
    await here.agree()
    for tell in (here.collect.report, here.collect.finish):
        with pytest.raises(AskInvalid, match=r"OCPI 2\.1\.1 cannot be settled"):
            await tell(SESSION, payer)
