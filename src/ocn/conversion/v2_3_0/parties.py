"""ClientInfo: 2.3.0 has no role HUB."""

from ocn.conversion.changes import Report
from ocn.conversion.context import Context
from ocn.conversion.objects import JsonObject


def client_info_from_2_2_1(value: JsonObject, report: Report, _context: Context) -> JsonObject:
    """Show a hub as OTHER, the role that is left for it."""
    if value.get("role") != "HUB":
        return value
    report.dropped("/role", "2.3.0 has no role HUB: OTHER")
    return {**value, "role": "OTHER"}
