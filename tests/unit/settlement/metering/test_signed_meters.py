"""CDRs against what their meters have signed."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from tests.unit.settlement.metering.records import BEGIN, CPO, END, EVSE, cdr, payload, public, signed

from ocn.ocpi.party_id import PartyId
from ocn.party.json_text import JsonObject
from ocn.settlement.metering.keys import MeterKeyUnreadable
from ocn.settlement.metering.signed_meters import SignedMeters

STRANGER = ec.derive_private_key(7, ec.SECP256R1())
WHOLE = signed(payload())
START_ALONE = signed(payload(BEGIN, PG="T32"))
END_AFTER_IT = signed(payload(BEGIN, END, PG="T33"))
METERS = SignedMeters({(CPO, EVSE): public()})


async def objection(document: JsonObject, meters: SignedMeters = METERS, owner: PartyId = CPO) -> str:
    return await meters.objection(owner, document)


@pytest.mark.parametrize("records", [(WHOLE,), (START_ALONE, END_AFTER_IT), (END_AFTER_IT, START_ALONE)])
async def test_cdr_that_says_what_the_meter_signed_is_not_objected_to(records: tuple[str, ...]) -> None:
    assert await objection(cdr(*records)) == ""


@pytest.mark.parametrize("energy", ["20.25", "20.26", "20.24", "20.2512"])
async def test_energy_may_differ_by_the_last_digit_that_the_meter_writes(energy: str) -> None:
    assert await objection(cdr(WHOLE, energy=energy)) == ""


@pytest.mark.parametrize("energy", ["20.2", "20.27", "21", "-20.25", "1e3", "1e999"])
async def test_other_energy_than_the_meter_signed_is_objected_to(energy: str) -> None:
    assert "has signed 20.25 kWh" in await objection(cdr(WHOLE, energy=energy))


@pytest.mark.parametrize("energy", ['"20.25"', "null", "true"])
async def test_energy_that_is_no_number_is_objected_to(energy: str) -> None:
    assert "does not say how much" in await objection(cdr(WHOLE, energy=energy))


MIDDLE = {**END, "TM": "2026-03-11T11:00:00,000+0000 S", "TX": "C", "RV": 110.0}


@pytest.mark.parametrize(
    ("records", "said"),
    [
        ((signed(payload(), STRANGER),), "not signed by the key"),
        ((WHOLE.replace("120.5", "130.5"),), "not signed by the key"),
        ((signed(payload(), SA="ECDSA-secp256k1-SHA256"),), "another method"),
        ((signed(payload(), SA="RSA"),), "another method"),
        ((START_ALONE,), "one begin and one end"),
        ((START_ALONE, signed(payload(BEGIN, END, PG="T35"))), "missing"),
        ((START_ALONE, signed(payload(BEGIN, END, PG="T33", GS="2"))), "several meters"),
        ((WHOLE, signed(payload(BEGIN, {**END, "RV": 121.0}, PG="T33"))), "one begin and one end"),
        ((signed(payload(BEGIN, {**END, "ST": "M"})),), "must not be billed"),
        ((signed(payload(BEGIN, {**END, "EF": "E"})),), "must not be billed"),
        ((signed(payload(BEGIN, {**MIDDLE, "TX": "X"}, END)),), "must not be billed"),
        ((signed(payload(BEGIN, {**END, "RI": "1-b:2.8.0"})),), "one register"),
        ((signed(payload(BEGIN, END, {**MIDDLE, "TM": "2026-03-11T11:59:40,000+0000 S"})),), "one register"),
        ((signed(payload(BEGIN, {**MIDDLE, "RV": 121.0}, END)),), "below an earlier"),
        ((signed(payload(IT="ISO14443", ID="OTHER")),), "another user"),
        ((signed(payload({**BEGIN, "TM": "2026-03-11T09:54:00,000+0000 S"}, END)),), "another time"),
        ((signed(payload(BEGIN, {**END, "TM": "2026-03-11T13:04:00,000+0100 S"})),), ""),
        ((signed(payload(BEGIN, {**END, "TM": "2026-03-11T12:06:00,000+0000 S"})),), "another time"),
        (("EDL|{}|{}",), "cannot be used"),
        ((), "1 to 200"),
    ],
)
async def test_records_that_do_not_bear_out_the_cdr_are_objected_to(
    records: tuple[str, ...], said: str
) -> None:
    found = await objection(cdr(*records))
    assert said in found
    assert bool(found) is bool(said)


async def test_card_that_the_meter_read_may_be_the_uid_or_the_contract() -> None:
    for identification in ("1f2d3a4f", "NL-MSP-1"):
        assert await objection(cdr(signed(payload(IT="EMAID", ID=identification)))) == ""


@pytest.mark.parametrize(
    "change",
    [
        {"signed_data": {"encoding_method": "EDL"}},
        {"signed_data": {"encoding_method": 7}},
        {"signed_data": "OCMF"},
        {"signed_data": {"encoding_method": "OCMF", "signed_values": [{"signed_data": None}]}},
        {"signed_data": {"encoding_method": "OCMF", "signed_values": [7]}},
        {"end_date_time": "soon"},
        {"cdr_location": None},
        {"cdr_location": {"evse_id": ["x"]}},
        {"cdr_token": 7},
    ],
)
async def test_cdr_with_anything_else_in_it_is_objected_to_and_breaks_nothing(change: dict[str, Any]) -> None:
    document = cdr(signed(payload(IT="ISO14443", ID="1F2D3A4F")))
    assert await objection(document) == ""
    assert await objection({**document, **change})


async def test_key_goes_by_cpo_and_evse_and_one_in_the_cdr_counts_only_where_it_is_trusted() -> None:
    by_uid = SignedMeters({(CPO, "3256"): public()})
    unknown = SignedMeters({(CPO, "DE*CPO*E2"): public(STRANGER)})
    trusting = SignedMeters({(CPO, "DE*CPO*E2"): public(STRANGER)}, trust_cdr_keys=True)
    elsewhere = {"evse_uid": "1", "evse_id": "de*cpo*e2"}
    assert await objection(cdr(WHOLE), by_uid) == ""
    assert "not known" in await objection(cdr(WHOLE), METERS, PartyId("NL", "CPO"))
    assert "not known" in await objection(cdr(WHOLE), unknown)
    assert await objection(cdr(WHOLE), trusting) == ""
    assert "not signed" in await objection(cdr(WHOLE, cdr_location=elsewhere), trusting)


async def test_cdr_without_signed_values_is_objected_to_where_they_are_demanded() -> None:
    bare = {name: value for name, value in cdr(WHOLE).items() if name != "signed_data"}
    assert "no signed meter values" in await objection(bare)
    assert await objection(bare, SignedMeters({}, demanded=False)) == ""


async def test_clock_of_a_meter_may_be_off_by_what_is_allowed() -> None:
    early = cdr(signed(payload({**BEGIN, "TM": "2026-03-11T09:50:00,000+0000 U"}, END)))
    lenient = SignedMeters({(CPO, EVSE): public()}, clock_slack=timedelta(minutes=15))
    assert await objection(early)
    assert await objection(early, lenient) == ""


def test_key_that_cannot_be_used_is_told_at_the_start_and_none_is_shown() -> None:
    with pytest.raises(MeterKeyUnreadable):
        SignedMeters({(CPO, EVSE): "nonsense"})
    assert public()[60:100] not in repr(METERS)
