"""The evidence document: the same bytes on both sides, and other bytes for anything that weighs."""

import json
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest
from tests.unit.tariffs.cases import ENERGY, ZONE, cdr, charging, component, element, tariff

from ocn.tariffs import Policy, verify
from ocn.tariffs.policy import StepSize
from ocn.tariffs.writing.canonical import canonical_json

DOCUMENT = cdr(charging("20"), claim=("5.00", "6.00"))


def test_evidence_is_canonical_json_and_its_hash_is_that_of_its_bytes() -> None:
    result = verify(DOCUMENT, [ENERGY], time_zone=ZONE)
    written = result.evidence()
    assert canonical_json(json.loads(written)) == written
    assert result.evidence_hash == sha256(written).digest()
    assert result.as_json()["evidence_hash"] == result.evidence_hash.hex()


def test_evidence_holds_what_the_verdict_rests_on() -> None:
    document = json.loads(verify(DOCUMENT, [ENERGY], time_zone=ZONE).evidence())
    assert document["kind"] == "ocn-tariff-evidence"
    assert document["verdict"] == "match"
    assert document["total_cost"] == {"excl": "5.00", "incl": "6.00"}
    assert document["policy"]["step_size"] == "parking_only"
    assert document["inputs"]["document"] == sha256(canonical_json(DOCUMENT)).hexdigest()
    assert document["inputs"]["tariffs"] == [{"id": "t1", "hash": sha256(canonical_json(ENERGY)).hexdigest()}]
    assert [line["dimension"] for line in document["lines"]] == ["ENERGY", "TIME"]


def test_evidence_is_the_same_however_the_numbers_were_written() -> None:
    respelt = {**DOCUMENT, "total_energy": Decimal("20.00"), "total_cost": {"incl_vat": 6, "excl_vat": 5}}
    respelt = dict(reversed(respelt.items()))
    first, second = (verify(document, [ENERGY], time_zone=ZONE) for document in (DOCUMENT, respelt))
    assert first.evidence() == second.evidence()


def test_evidence_is_the_same_whoever_knows_a_time_zone_that_no_price_asks_for() -> None:
    first = verify(DOCUMENT, [ENERGY], time_zone="Europe/Berlin")
    second = verify({**DOCUMENT}, [ENERGY], time_zone="Europe/London")
    assert first.evidence() == second.evidence()


def test_evidence_is_the_same_for_a_tariff_in_the_cdr_and_the_same_one_given() -> None:
    document = {**DOCUMENT, "tariffs": [ENERGY]}
    assert verify(document, [ENERGY]).evidence() == verify(document).evidence()


@pytest.mark.parametrize(
    "change",
    [
        {"cdr": {**DOCUMENT, "remark": "x"}},
        {"tariffs": [{**ENERGY, "last_updated": "2025-02-01T00:00:00Z"}]},
        {"policy": Policy(step_size=StepSize.COMBINED)},
    ],
)
def test_evidence_of_other_inputs_is_another(change: dict[str, Any]) -> None:
    first = verify(DOCUMENT, [ENERGY], time_zone=ZONE)
    second = verify(**{"cdr": DOCUMENT, "tariffs": [ENERGY], "time_zone": ZONE, **change})
    assert first.evidence_hash != second.evidence_hash


def test_evidence_names_the_time_zone_where_a_price_asks_for_it() -> None:
    by = tariff(
        element(component("ENERGY", "0.25"), start_time="07:00"), element(component("ENERGY", "0.25"))
    )
    document = json.loads(verify(DOCUMENT, [by], time_zone=ZONE).evidence())
    assert document["inputs"]["time_zone"] == ZONE


def test_evidence_of_a_check_stays_what_it_was_when_the_document_changes_later() -> None:
    document = {**DOCUMENT}
    result = verify(document, [ENERGY], time_zone=ZONE)
    before = result.evidence_hash
    document["id"] = "C2"
    assert result.evidence_hash == before


def test_evidence_has_no_number_with_decimals_and_no_sentence() -> None:
    document = {**DOCUMENT, "total_energy": Decimal(24)}
    written = verify(document, [ENERGY], time_zone=ZONE).evidence()
    assert "message" not in written.decode()
    json.loads(written, parse_float=lambda digits: pytest.fail(f"a number: {digits}"))
