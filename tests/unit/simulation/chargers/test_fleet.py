"""The fleet is OCPI-valid in the ways that matter, and consistent."""

import re
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from ocn.ocpi.party_id import PartyId
from ocn.simulation.chargers.fleet import build_fleet
from ocn.simulation.emsp.drivers import build_tokens

EVSE_ID = re.compile(r"[A-Z]{2}\*?[A-Z0-9]{3}\*?E[A-Z0-9*]{1,30}")


@pytest.mark.parametrize("code", ["DE", "NL", "CH", "FR"])
def test_fleet_has_ten_locations_of_two_evses_and_four_tariffs(code: str) -> None:
    fleet = build_fleet(PartyId(code, "CPO"))
    assert len(fleet.locations) == 10
    assert all(len(location["evses"]) == 2 for location in fleet.locations)
    assert len(fleet.tariffs) == 4
    uids = [evse["uid"] for location in fleet.locations for evse in location["evses"]]
    assert len(set(uids)) == 20


@pytest.mark.parametrize("code", ["DE", "NL", "CH", "FR"])
def test_fleet_location_fields_are_within_the_limits_of_ocpi(code: str) -> None:
    for location in build_fleet(PartyId(code, "CPO")).locations:
        ZoneInfo(location["time_zone"])
        assert re.fullmatch("[A-Z]{3}", location["country"])
        assert len(location["address"]) <= 45
        assert re.fullmatch(r"-?[0-9]{1,2}\.[0-9]{5,7}", location["coordinates"]["latitude"])
        assert re.fullmatch(r"-?[0-9]{1,3}\.[0-9]{5,7}", location["coordinates"]["longitude"])
        assert all(EVSE_ID.fullmatch(evse["evse_id"]) for evse in location["evses"])
        assert all(evse["last_updated"] <= location["last_updated"] for evse in location["evses"])


def test_fleet_connectors_name_tariffs_that_exist() -> None:
    fleet = build_fleet(PartyId("NL", "CPX"))
    tariffs = {tariff["id"] for tariff in fleet.tariffs}
    named = {
        tariff_id
        for location in fleet.locations
        for evse in location["evses"]
        for connector in evse["connectors"]
        for tariff_id in connector["tariff_ids"]
    }
    assert named == tariffs


def test_fleet_energy_sources_sum_to_a_hundred() -> None:
    mix = build_fleet(PartyId("DE", "CPO")).locations[0]["energy_mix"]
    assert sum((source["percentage"] for source in mix["energy_sources"]), Decimal(0)) == 100


def test_fleet_built_twice_is_equal_and_not_shared() -> None:
    first, second = build_fleet(PartyId("DE", "CPO")), build_fleet(PartyId("DE", "CPO"))
    assert first == second
    first.locations[0]["evses"][0]["status"] = "CHARGING"
    assert first != second


def test_tokens_of_one_party_are_the_same_each_time_and_the_last_is_blocked() -> None:
    tokens = build_tokens(PartyId("DE", "MSP"))
    assert tokens == build_tokens(PartyId("DE", "MSP"))
    assert tokens != build_tokens(PartyId("NL", "MSP"))
    assert [token["valid"] for token in tokens] == [True] * 9 + [False]
    assert all(re.fullmatch("[0-9]{8}", token["uid"]) for token in tokens)
