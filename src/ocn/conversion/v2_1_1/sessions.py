"""Session (mod_sessions of 2.1.1 and 2.2.1)."""

from ocn.conversion.changes import Report
from ocn.conversion.context import Context
from ocn.conversion.objects import JsonObject
from ocn.conversion.refusals import ConversionRefused
from ocn.conversion.shapes import drop, rename
from ocn.conversion.v2_1_1.charging import (
    add_authorization_reference,
    ask_for_auth_method,
    auth_id_to_cdr_token,
    cdr_token_to_auth_id,
    number_to_price,
    periods_from_2_2_1,
    periods_to_2_2_1,
    price_to_number,
)
from ocn.conversion.v2_1_1.identity import add_owner, drop_owner
from ocn.conversion.v2_1_1.places import place_of_session, session_place

_PLACE = ("location_id", "evse_uid", "connector_id")


def session_to_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Rename the times, find the token, and name the place by its ids."""
    _refuse_periods_alone(value, report)
    result = dict(value)
    add_owner(result, report, context.owner)
    rename(result, report, "start_datetime", "start_date_time")
    rename(result, report, "end_datetime", "end_date_time")
    auth_id_to_cdr_token(result, report, context)
    location = value.get("location")
    if type(location) is dict:
        for name in ("location", *_PLACE):
            drop(result, report, name, "a Session of 2.2.1 names its location by ids")
        session_place(location, result, report, context)
    number_to_price(result, "total_cost")
    periods_to_2_2_1(result, report, context)
    add_authorization_reference(result, report, context)
    return result


def session_from_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Rename the times, keep the contract, and fetch the location from what is known.

    Raises:
        ConversionRefused: the location is not known; 2.1.1 wants it whole.
    """
    _refuse_periods_alone(value, report)
    result = dict(value)
    drop_owner(result, report, context.owner)
    rename(result, report, "start_date_time", "start_datetime")
    rename(result, report, "end_date_time", "end_datetime")
    cdr_token_to_auth_id(result, report)
    ask_for_auth_method(result, report)
    drop(result, report, "authorization_reference", "not in 2.1.1")
    if value.get("status") == "RESERVATION":
        result["status"] = "PENDING"
        report.dropped("/status", "RESERVATION: no SessionStatus of 2.1.1")
    price_to_number(result, report, "total_cost")
    periods_from_2_2_1(result, report, context)
    if report.partial:
        _refuse_place_alone(value)
    elif type(value.get("location_id")) is str:
        _embed_location(value, result, report, context)
    return result


def _embed_location(value: JsonObject, result: JsonObject, report: Report, context: Context) -> None:
    location = place_of_session(value, report, context)
    if location is None:
        raise ConversionRefused(
            "a Session of 2.1.1 holds its location, and this one is not known here",
            "/location_id",
            hint="the CPO pushes its locations (PUT) before the sessions there",
        )
    drop(result, report, "location", "no member of 2.2.1; the location of location_id takes its name")
    for name in _PLACE:
        result.pop(name, None)
    result["location"] = location
    report.synthesised("/location", "the location as last known, with the EVSE and connector of the session")


def _refuse_periods_alone(value: JsonObject, report: Report) -> None:
    """Refuse charging periods in a PATCH: 2.2.1 appends them, 2.1.1 does not say that it would."""
    if report.partial and value.get("charging_periods"):
        raise ConversionRefused(
            "a PATCH of 2.2.1 appends periods, one of 2.1.1 does not", "/charging_periods"
        )


def _refuse_place_alone(value: JsonObject) -> None:
    for name in _PLACE:
        if value.get(name) is not None:
            raise ConversionRefused("2.1.1 has the whole location in its place", f"/{name}")
