"""Tariff: whether its prices include taxes, and its limits."""

from ocn.conversion.changes import Report
from ocn.conversion.context import Context
from ocn.conversion.exact import number_at, without_percentage
from ocn.conversion.objects import JsonObject, JsonValue
from ocn.conversion.refusals import ConversionRefused
from ocn.conversion.shapes import drop, each, member, synthesise
from ocn.conversion.v2_3_0.prices import limit_from_2_2_1, limit_to_2_2_1

_LIMITS = ("min_price", "max_price")


def from_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Say that taxes are not included: 2.2.1 defines its prices so."""
    result = dict(value)
    for name in _LIMITS:
        member(result, report, context, name, limit_from_2_2_1)
    synthesise(result, report, "tax_included", "NO", "prices of 2.2.1 are without VAT")
    return result


def to_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Make prices exclude taxes, as 2.2.1 reads them.

    Raises:
        ConversionRefused: prices include taxes whose rate is not given, or no element is left.
    """
    result = dict(value)
    for name in _LIMITS:
        member(result, report, context, name, limit_to_2_2_1)
    drop(result, report, "preauthorize_amount", "2.2.1 does not say what to preauthorise")
    said = result.pop("tax_included", None)
    each(result, report, context, "elements", _element_without_taxes if said == "YES" else _element)
    if value.get("elements") and not result.get("elements"):
        raise ConversionRefused("all of it is for bookings, which 2.2.1 does not have", "/elements")
    _report_taxes(said, report)
    return result


def embedded_to_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject | None:
    """Do the same for a tariff inside a CDR; one that cannot be expressed is left out of it."""
    mark = len(report.changes)
    try:
        return to_2_2_1(value, report, context)
    except ConversionRefused as refused:
        del report.changes[mark:]
        report.meaning_changed("", f"tariff left out: {refused.reason}")
        return None


def _element(value: JsonObject, report: Report, _context: Context) -> JsonObject | None:
    restrictions = value.get("restrictions")
    if type(restrictions) is dict and restrictions.get("booking") is not None:
        report.meaning_changed("", "price of a booking: without its restriction it would price charging")
        return None
    return value


def _element_without_taxes(value: JsonObject, report: Report, context: Context) -> JsonObject | None:
    element = _element(value, report, context)
    if element is None:
        return None
    result = dict(element)
    each(result, report, context, "price_components", _component_without_tax)
    return result


def _report_taxes(said: JsonValue, report: Report) -> None:
    if said is None:
        if not report.partial:
            report.synthesised("/tax_included", "not said; 2.2.1 reads prices as without VAT")
    elif said == "N/A":
        report.dropped("/tax_included", "N/A: 2.2.1 says so by giving no vat")
    elif said not in ("NO", "YES"):
        report.meaning_changed("/tax_included", "an unknown value; 2.2.1 reads prices as without VAT")


def _component_without_tax(value: JsonObject, report: Report, _context: Context) -> JsonObject:
    if value.get("vat") is None:
        raise ConversionRefused("the price includes taxes, and their rate is not given", "/price")
    net = without_percentage(
        number_at(value.get("price"), "/price"), number_at(value["vat"], "/vat"), "/price"
    )
    report.meaning_changed("/price", f"included taxes; without them it is {net}, rounded")
    return {**value, "price": net}
