"""Location, EVSE and Connector: 2.3.0 adds what the European regulation on stations (AFIR) asks for.

A 2.2.1 document says nothing of it and is a 2.3.0 document as it stands: what nobody said is not guessed.
"""

from ocn.conversion.changes import Report
from ocn.conversion.closed_enums import connector_alone_in, evse_alone_in, location_in
from ocn.conversion.context import Context
from ocn.conversion.objects import JsonObject
from ocn.conversion.shapes import drop, each
from ocn.conversion.vocabulary import WORDS_2_2_1

_NEW = "new in 2.3.0"

_closed_location = location_in(WORDS_2_2_1)
_evse_alone = evse_alone_in(WORDS_2_2_1)
_connector_alone = connector_alone_in(WORDS_2_2_1)


def location_to_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Leave out parking places and the help line."""
    result = dict(value)
    drop(result, report, "help_phone", _NEW)
    drop(result, report, "parking_places", _NEW)
    each(result, report, context, "evses", _evse)
    return _closed_location(result, report, context) if context.strict.closed_enums else result


def evse_to_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Leave out parking and accepted providers; refuses an EVSE of which a strict peer could name no plug."""
    return _evse_alone(_evse(value, report, context), report, context)


def connector_to_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Leave out capabilities; refuses a plug that a strict peer could not name."""
    return _connector_alone(_connector(value, report, context), report, context)


def _evse(value: JsonObject, report: Report, context: Context) -> JsonObject:
    result = dict(value)
    drop(result, report, "parking", _NEW)
    drop(result, report, "accepted_service_providers", _NEW)
    each(result, report, context, "connectors", _connector)
    return result


def _connector(value: JsonObject, report: Report, _context: Context) -> JsonObject:
    if "capabilities" not in value:
        return value
    result = dict(value)
    drop(result, report, "capabilities", _NEW)
    return result
