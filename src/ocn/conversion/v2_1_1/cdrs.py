"""CDR (mod_cdrs of 2.1.1 and 2.2.1): what is billed, so nothing that is owed may change silently."""

from ocn.conversion.changes import Report
from ocn.conversion.context import Context
from ocn.conversion.objects import JsonObject, ObjectKind
from ocn.conversion.refusals import ConversionRefused
from ocn.conversion.shapes import drop, each, rename
from ocn.conversion.v2_1_1.cdr_places import cdr_location_of, location_of
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
from ocn.conversion.v2_1_1.identity import add_owner, drop_owner, restore, shorten
from ocn.conversion.v2_1_1.tariffs import tariff_to_2_2_1, told_truthfully

_LATER = (
    "session_id",
    "authorization_reference",
    "total_fixed_cost",
    "total_energy_cost",
    "total_time_cost",
    "total_parking_cost",
    "total_reservation_cost",
    "invoice_reference_id",
    "home_charging_compensation",
    "credit",
)
"""Members that came after 2.1.1 and whose loss leaves what is owed as it is."""


def cdr_to_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Rename the end, find the token, copy the place, make a Price of the cost."""
    result = dict(value)
    add_owner(result, report, context.owner)
    restore(result, context, "id", ObjectKind.CDR)
    rename(result, report, "stop_date_time", "end_date_time")
    auth_id_to_cdr_token(result, report, context)
    location = value.get("location")
    if type(location) is dict:
        del result["location"]
        drop(result, report, "cdr_location", "no member of 2.1.1; its location takes the name")
        result["cdr_location"] = cdr_location_of(location, report, context)
    each(result, report, context, "tariffs", tariff_to_2_2_1)
    periods_to_2_2_1(result, report, context)
    number_to_price(result, "total_cost")
    add_authorization_reference(result, report, context)
    return result


def cdr_from_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Convert a CDR that is not a credit.

    Signed meter values are a change of meaning, not a mere loss: without them the bill cannot be checked
    where calibration law demands that it can.

    Raises:
        ConversionRefused: it is a credit CDR, which in 2.1.1 would be charged instead of refunded.
    """
    if value.get("credit") not in (None, False) or value.get("credit_reference_id") is not None:
        raise ConversionRefused("2.1.1 has no credit CDR: it would be read as one more to pay", "/credit")
    result = dict(value)
    drop_owner(result, report, context.owner)
    shorten(result, report, context, "id", ObjectKind.CDR)
    rename(result, report, "end_date_time", "stop_date_time")
    cdr_token_to_auth_id(result, report)
    ask_for_auth_method(result, report)
    _embed_location(value, result, report, context)
    each(result, report, context, "tariffs", told_truthfully)
    periods_from_2_2_1(result, report, context)
    price_to_number(result, report, "total_cost")
    if result.pop("signed_data", None) is not None:
        report.meaning_changed("/signed_data", "not in 2.1.1; the metering can no longer be verified")
    result.pop("credit_reference_id", None)
    for name in _LATER:
        drop(result, report, name, "not in 2.1.1")
    return result


def _embed_location(value: JsonObject, result: JsonObject, report: Report, context: Context) -> None:
    cdr_location = value.get("cdr_location")
    if type(cdr_location) is not dict:
        return
    del result["cdr_location"]
    drop(result, report, "location", "no member of 2.2.1; cdr_location takes its name")
    result["location"] = location_of(cdr_location, value.get("last_updated"), report, context)
