"""EnergyMix: an environmental impact has a ``source`` in 2.1.1 and a ``category`` in its successors."""

from ocn.conversion.changes import Report
from ocn.conversion.context import Context
from ocn.conversion.objects import JsonObject
from ocn.conversion.shapes import each, rename


def mix_to_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Rename in every impact."""
    result = dict(value)
    each(result, report, context, "environ_impact", _impact_to_2_2_1)
    return result


def mix_from_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Rename it back."""
    result = dict(value)
    each(result, report, context, "environ_impact", _impact_from_2_2_1)
    return result


def _impact_to_2_2_1(value: JsonObject, report: Report, _context: Context) -> JsonObject:
    result = dict(value)
    rename(result, report, "source", "category")
    return result


def _impact_from_2_2_1(value: JsonObject, report: Report, _context: Context) -> JsonObject:
    result = dict(value)
    rename(result, report, "category", "source")
    return result
