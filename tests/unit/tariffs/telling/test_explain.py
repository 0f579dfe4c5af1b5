"""Prices, verdicts and tariffs in words."""

from decimal import Decimal

from tests.unit.tariffs.cases import ENERGY, ZONE, cdr, charging, component, element, parking, tariff
from tests.unit.tariffs.cases import price as money

from ocn.tariffs import explain, explain_tariff, price, verify
from ocn.tariffs.reading.record import tariff_alone

DEAR = tariff(
    element(component("FLAT", "0.50", None)),
    element(
        component("ENERGY", "0.45", "19", 100),
        start_time="07:00",
        end_time="18:00",
        day_of_week=["MONDAY", "TUESDAY", "WEDNESDAY", "SATURDAY"],
        min_kwh=Decimal(1),
    ),
    element(component("ENERGY", "0.30", "19"), max_power=Decimal(11)),
    max_price=money("20.00"),
)


def test_explain_a_price_says_for_every_line_what_why_and_how_much() -> None:
    explained = explain(price(cdr(charging("0.55"), charging("5.05"), parking(9)), [DEAR], time_zone=ZONE))
    by_title = {line.title: dict(line.facts) for line in explained.lines}
    second = by_title["Period 2, 2025-03-11 12:00:00 to 2025-03-11 13:00:00: energy"]
    assert second["volume"] == "5.05 kWh"
    assert second["price"] == "0.30 EUR per kWh without 19 % tax"
    assert second["why"] == "Element 3 of tariff t1 is the first that applies: below 11 kW."
    assert "tax" in second["cost"]
    assert "free" in by_title["Period 3, 2025-03-11 13:00:00 to 2025-03-11 13:09:00: parking"]["why"]
    assert explained.sentences[0].startswith("It costs ")


def test_explain_a_verdict_begins_with_it_and_its_causes() -> None:
    explained = explain(verify(cdr(charging("20"), claim=("9.99", "11.99")), [ENERGY], time_zone=ZONE))
    assert explained.sentences[0] == "The CDR is wrong:"
    assert explained.sentences[1].startswith("UNEXPLAINED: ")
    assert "Claimed: 9.99 without taxes, 11.99 with taxes." in explained.sentences[2]


def test_explain_what_cannot_be_decided_says_why() -> None:
    document = cdr((60, {"ENERGY": "5", "SESSION_TIME": "1"}), claim=("1.00", "1.20"))
    explained = explain(verify(document, [ENERGY], time_zone=ZONE))
    assert any("no dimension of OCPI" in sentence for sentence in explained.sentences)
    assert "There is no price." in explained.sentences


def test_explain_a_document_that_claims_nothing_is_its_price() -> None:
    explained = explain(verify(cdr(charging("20")), [ENERGY], time_zone=ZONE))
    assert explained.sentences[0] == "It costs 5.00 without taxes, 6.00 with taxes, in EUR."


def test_explain_a_tariff_puts_every_price_into_a_sentence() -> None:
    read, _ = tariff_alone(DEAR)
    assert explain_tariff(read) == (
        "A fee, always: 0.50 EUR once without taxes.",
        (
            "Energy, from 07:00 to 18:00, on Monday to Wednesday, Saturday, from 1 kWh: 0.45 EUR per kWh"
            " without 19 % tax, in steps of 100 Wh."
        ),
        "Energy, below 11 kW: 0.30 EUR per kWh without 19 % tax.",
        "At most 20 without taxes.",
    )
