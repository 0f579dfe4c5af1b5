"""Session and CDR: their amounts, and the tariffs that a CDR carries along."""

from ocn.conversion.changes import Report
from ocn.conversion.closed_enums import token_in
from ocn.conversion.context import Context
from ocn.conversion.objects import JsonObject
from ocn.conversion.shapes import drop, each, member
from ocn.conversion.v2_3_0 import tariffs
from ocn.conversion.v2_3_0.prices import price_from_2_2_1, price_to_2_2_1
from ocn.conversion.vocabulary import WORDS_2_2_1

TOTALS = (
    "total_cost",
    "total_fixed_cost",
    "total_energy_cost",
    "total_time_cost",
    "total_parking_cost",
    "total_reservation_cost",
)
_closed_token = token_in(WORDS_2_2_1)


def session_from_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Say the cost so far with its taxes."""
    result = dict(value)
    member(result, report, context, "total_cost", price_from_2_2_1)
    return result


def session_to_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Say the cost so far with and without VAT."""
    result = dict(value)
    member(result, report, context, "total_cost", price_to_2_2_1)
    _close(result, report, context)
    return result


def cdr_from_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Say every total with its taxes; convert the tariffs."""
    result = dict(value)
    for name in TOTALS:
        member(result, report, context, name, price_from_2_2_1)
    each(result, report, context, "tariffs", tariffs.from_2_2_1)
    return result


def cdr_to_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Say every total with and without VAT; convert the tariffs, leaving out what cannot be expressed."""
    result = dict(value)
    for name in TOTALS:
        member(result, report, context, name, price_to_2_2_1)
    each(result, report, context, "tariffs", tariffs.embedded_to_2_2_1)
    drop(result, report, "booking_id", "2.2.1 has no bookings")
    _close(result, report, context)
    return result


def _close(result: JsonObject, report: Report, context: Context) -> None:
    if context.strict.closed_enums:
        member(result, report, context, "cdr_token", _closed_token)
        each(result, report, context, "charging_periods", _closed_period)


def _closed_period(value: JsonObject, report: Report, context: Context) -> JsonObject:
    result = dict(value)
    each(result, report, context, "dimensions", _closed_dimension)
    return result


def _closed_dimension(value: JsonObject, report: Report, _context: Context) -> JsonObject | None:
    kind = value.get("type")
    if type(kind) is not str or kind in WORDS_2_2_1.dimension:
        return value
    report.meaning_changed("", f"{kind[:40]} is no dimension of 2.2.1, and may be billed")
    return None
