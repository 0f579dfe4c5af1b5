"""Location, EVSE and Connector: 2.2 has shorter addresses and fewer plugs, phases and capabilities."""

from ocn.conversion.changes import Report
from ocn.conversion.closed_enums import connector_alone_in, evse_alone_in, location_in
from ocn.conversion.context import Context
from ocn.conversion.objects import JsonObject
from ocn.conversion.shapes import truncate
from ocn.conversion.vocabulary import WORDS_2_2

ADDRESS_LENGTH = 45
STATE_LENGTH = 20

_closed_location = location_in(WORDS_2_2)
_evse_alone = evse_alone_in(WORDS_2_2)
_connector_alone = connector_alone_in(WORDS_2_2)


def location_from_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Cut what is too long."""
    result = dict(value)
    truncate(result, report, "address", ADDRESS_LENGTH)
    truncate(result, report, "state", STATE_LENGTH)
    return _closed_location(result, report, context) if context.strict.closed_enums else result


def evse_from_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Leave it as it is; refuses an EVSE of which a strict peer could name no plug."""
    return _evse_alone(value, report, context)


def connector_from_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Leave it as it is; refuses a plug that a strict peer could not name."""
    return _connector_alone(value, report, context)
