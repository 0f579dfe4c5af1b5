"""Bills with signed meter values: paid as the meter signed them, and a case otherwise."""

from base64 import b64encode
from typing import Any

from tests.unit.settlement.metering.records import BEGIN, END, payload, public, signed
from tests.unit.settlement.world import CPO, NOON, World

from ocn.settlement import SignedMeters
from ocn.settlement.core.reasons import Reason


def values(kwh: str) -> dict[str, Any]:
    """What a meter signs of a session that begins at noon and has charged so much."""
    at = f"{NOON:%Y-%m-%dT%H:%M:%S},000+0000 S"
    record = signed(payload({**BEGIN, "TM": at, "RV": 7.0}, {**END, "TM": at, "RV": 7.0 + float(kwh)}))
    value = {"nature": "End", "plain_data": "", "signed_data": b64encode(record.encode()).decode()}
    return {"encoding_method": "OCMF", "signed_values": [value]}


async def test_bill_is_paid_as_its_meter_signed_it_and_one_of_more_energy_is_a_case(here: World) -> None:
    here.meters = SignedMeters({(CPO, "E1"): public()})
    here.restart_payer()
    await here.agree()
    await here.bill("S1", "0.5", signed_data=values("0.5"))
    await here.bill("S2", "0.5", signed_data=values("0.25"))
    await here.payee.step()
    assert await here.owed() == 200_000
    (case,) = await here.payer_store.cases()
    assert case.reason is Reason.METER_REFUSED
    assert case.detail == "The meter has signed 0.25 kWh, and the CDR has 0.5 kWh."
