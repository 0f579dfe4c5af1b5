"""Tariff (mod_tariffs of 2.1.1 and 2.2.1): 2.1.1 says less, and what it cannot say is money."""

from ocn.conversion.changes import Loss, Report
from ocn.conversion.context import Context
from ocn.conversion.objects import JsonObject
from ocn.conversion.refusals import ConversionRefused
from ocn.conversion.shapes import drop, each, member
from ocn.conversion.v2_1_1.energy import mix_from_2_2_1, mix_to_2_2_1
from ocn.conversion.v2_1_1.identity import add_owner, drop_owner

_NO_CURRENT = "the element holds for some currents only, and 2.1.1 cannot say that"


def tariff_to_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Add the owner; prices exclude VAT in both versions."""
    result = dict(value)
    add_owner(result, report, context.owner)
    member(result, report, context, "energy_mix", mix_to_2_2_1)
    return result


def tariff_from_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Convert a tariff for any session.

    Raises:
        ConversionRefused: it is for some sessions only (its type), an element depends on the current, or
            nothing is left without what is for reservations.
    """
    kind = value.get("type")
    if kind is not None and kind != "REGULAR":
        raise ConversionRefused(
            f"a tariff of type {str(kind)[:40]} would hold for every session in 2.1.1", "/type"
        )
    result = dict(value)
    drop_owner(result, report, context.owner)
    drop(result, report, "type", "not in 2.1.1, where every tariff is a regular one")
    for name in ("min_price", "max_price"):
        if result.pop(name, None) is not None:
            report.meaning_changed(f"/{name}", "2.1.1 has no bound on the price of a session")
    drop(result, report, "start_date_time", "not in 2.1.1")
    drop(result, report, "end_date_time", "not in 2.1.1")
    each(result, report, context, "elements", _element_from_2_2_1)
    if value.get("elements") and not result["elements"]:
        raise ConversionRefused("it has prices for reservations only, and 2.1.1 has none", "/elements")
    member(result, report, context, "energy_mix", mix_from_2_2_1)
    return result


def told_truthfully(value: JsonObject, report: Report, context: Context) -> JsonObject | None:
    """Convert a tariff within a CDR, or leave it out where it would say another price.

    The CDR stands without it: what the session costs is in its totals.
    """
    mark = len(report.changes)
    try:
        result = tariff_from_2_2_1(value, report, context)
        reason = next((c.note for c in report.changes[mark:] if c.loss is Loss.MEANING_CHANGED), None)
    except ConversionRefused as refused:
        result, reason = {}, refused.reason
    if reason is None:
        return result
    del report.changes[mark:]
    report.dropped("", f"tariff left out: {reason}")
    return None


def _element_from_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject | None:
    restrictions = value.get("restrictions")
    if type(restrictions) is dict:
        if restrictions.get("reservation") is not None:
            report.dropped("", "element left out: it is the price of a reservation, not of charging")
            return None
        for name in ("min_current", "max_current"):
            if restrictions.get(name) is not None:
                raise ConversionRefused(_NO_CURRENT, f"/restrictions/{name}")
    result = dict(value)
    each(result, report, context, "price_components", _without_vat)
    return result


def _without_vat(value: JsonObject, report: Report, _context: Context) -> JsonObject:
    result = dict(value)
    drop(result, report, "vat", "not in 2.1.1, whose prices exclude it")
    return result
