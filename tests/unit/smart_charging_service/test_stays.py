"""What is kept of a session, whatever is sent."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import format_datetime
from ocn.party.json_text import decode_object, encode_json
from ocn.smart_charging.service.heard.session_reading import told
from ocn.smart_charging.service.known.preferences import (
    preferences_from_json,
    read_preferences,
)
from ocn.smart_charging.service.known.stays import SessionUnusable, stay_from_json

CPO = PartyId("DE", "CPO")
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SESSION: dict[str, Any] = {
    "id": "S1",
    "start_date_time": "2026-03-02T07:30:00Z",
    "kwh": Decimal("1.5"),
    "cdr_token": {"country_code": "NL", "party_id": "MSP", "uid": "CARD", "contract_id": "SECRET"},
    "authorization_reference": "SECRET",
    "location_id": "LOC1",
    "evse_uid": "E1",
    "status": "ACTIVE",
    "total_cost": {"excl_vat": 3},
    "last_updated": "2026-03-02T07:55:00Z",
    "charging_periods": [
        {
            "start_date_time": "2026-03-02T07:45:00Z",
            "dimensions": [{"type": "POWER", "volume": 11}, {"type": "CURRENT", "volume": Decimal("15.9")}],
            "tariff_id": "T1",
        }
    ],
}


def test_stay_keeps_nothing_of_who_charges_but_the_emsp() -> None:
    stay = told(CPO, SESSION, NOW).stay
    kept = encode_json(stay.as_json()).decode()
    assert "CARD" not in kept
    assert "SECRET" not in kept
    assert stay.emsp == "NLMSP"
    assert (stay.power_kw, stay.current_a, stay.tariff_id) == (Decimal(11), Decimal("15.9"), "T1")


def test_stay_that_is_stored_is_read_as_it_was() -> None:
    stay = told(CPO, SESSION, NOW).stay
    assert stay_from_json(decode_object(encode_json(stay.as_json()))) == stay


def test_patch_changes_what_it_names() -> None:
    before = told(CPO, SESSION, NOW).stay
    patch = {"kwh": Decimal("2.5"), "status": "COMPLETED", "last_updated": "2026-03-02T08:00:00Z"}
    after = told(CPO, patch, NOW, before).stay
    assert (after.kwh, after.status, after.evse_uid) == (Decimal("2.5"), "COMPLETED", "E1")
    assert after.power_kw == Decimal(11)
    assert [reading.kwh for reading in after.readings] == [Decimal("1.5"), Decimal("2.5")]


def test_meter_that_is_told_every_few_seconds_is_kept_for_hours() -> None:
    stay = told(CPO, SESSION, NOW).stay
    for second in range(5, 3600, 5):
        at = NOW + timedelta(seconds=second)
        patch = {"kwh": Decimal(2) + Decimal(second) / 500, "last_updated": format_datetime(at)}
        stay = told(CPO, patch, at, stay).stay
    gaps = [after.at - one.at for one, after in pairwise(stay.readings)]
    assert min(gaps[:-1]) >= timedelta(minutes=2)
    assert max(gaps) < timedelta(minutes=6)
    assert (stay.readings[-1].at, stay.readings[-1].kwh) == (stay.updated, stay.kwh)


def test_update_that_is_older_changes_nothing() -> None:
    before = told(CPO, SESSION, NOW).stay
    patch = {"kwh": 9, "last_updated": "2026-03-02T07:50:00Z"}
    assert told(CPO, patch, NOW, before).stay is before


def test_last_updated_far_ahead_does_not_silence_what_comes_after() -> None:
    before = told(CPO, SESSION | {"last_updated": "2999-01-01T00:00:00Z"}, NOW)
    assert before.faults
    later = {"kwh": 2, "last_updated": "2026-03-02T08:05:00Z"}
    assert told(CPO, later, NOW + timedelta(minutes=5), before.stay).stay.kwh == 2


@pytest.mark.parametrize(
    "kwh", [Decimal("-1"), Decimal("1e999999"), Decimal("NaN"), 10**40, "12", True, None, float("inf")]
)
def test_kwh_that_cannot_be_meant_is_told_and_the_last_is_kept(kwh: Any) -> None:
    before = told(CPO, SESSION, NOW).stay
    update = told(CPO, {"kwh": kwh, "last_updated": "2026-03-02T08:00:00Z"}, NOW, before)
    assert update.stay.kwh == Decimal("1.5")
    assert "kwh" in update.faults[0]


@pytest.mark.parametrize(("member", "value"), [("location_id", 5), ("id", "x" * 300)])
def test_session_without_what_planning_needs_is_refused_by_name(member: str, value: Any) -> None:
    with pytest.raises(SessionUnusable, match=f"{member} .* is no id"):
        told(CPO, SESSION | {member: value}, NOW)


@pytest.mark.parametrize("value", ["", None, 5, "x" * 300, "#na"])
def test_session_of_which_no_evse_can_be_told_is_kept_without_one(value: Any) -> None:
    assert not told(CPO, SESSION | {"evse_uid": value}, NOW).stay.names_evse


@pytest.mark.parametrize("value", ["yesterday", None])
def test_session_that_began_nobody_can_tell_when_is_taken_to_begin_now(value: Any) -> None:
    update = told(CPO, SESSION | {"start_date_time": value}, NOW)
    assert update.stay.begin == NOW
    assert "start_date_time" in update.faults[0]


_SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.decimals(), st.text(max_size=30), st.floats()
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


@given(st.dictionaries(st.sampled_from(sorted(SESSION)), _VALUES))
def test_session_of_any_content_is_kept_or_refused(members: dict[str, Any]) -> None:
    try:
        stay = told(CPO, SESSION | members, NOW).stay
    except SessionUnusable:
        return
    assert 0 <= stay.kwh <= 10_000
    assert stay.updated <= NOW + timedelta(hours=1)
    assert stay_from_json(decode_object(encode_json(stay.as_json()))).key == stay.key


@pytest.mark.parametrize("departure", ["2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "soon", 5])
def test_departure_that_cannot_be_meant_is_told_and_left_open(departure: Any) -> None:
    wish, faults = read_preferences({"profile_type": "FAST", "departure_time": departure}, "NLMSP", NOW)
    assert (wish.profile, wish.departure) == ("FAST", None)
    assert "departure_time" in faults[0]


@pytest.mark.parametrize("need", [0, -5, Decimal("1e9"), Decimal("1e999999"), "30", True])
def test_need_that_cannot_be_meant_is_told_and_left_open(need: Any) -> None:
    wish, faults = read_preferences({"profile_type": "CHEAP", "energy_need": need}, "NLMSP", NOW)
    assert wish.need_kwh is None
    assert "energy_need" in faults[0]


def test_preferences_that_are_stored_are_read_as_they_were() -> None:
    asked = {
        "profile_type": "GREEN",
        "departure_time": "2026-03-02T17:00:00Z",
        "energy_need": Decimal("12.5"),
    }
    wish, faults = read_preferences(asked, "NLMSP", NOW)
    assert not faults
    assert preferences_from_json(json.loads(encode_json(wish.as_json()), parse_float=Decimal)) == wish
