"""START_SESSION: since 2.2.1 it can name a connector, and some EVSEs demand it."""

from ocn.conversion.changes import Report
from ocn.conversion.context import Context
from ocn.conversion.objects import JsonObject, JsonValue
from ocn.conversion.shapes import drop, synthesise


def start_session_from_2_2_1(value: JsonObject, report: Report, _context: Context) -> JsonObject:
    """Leave the connector out; an EVSE of a 2.2 system cannot demand it."""
    result = dict(value)
    drop(result, report, "connector_id", "new in 2.2.1")
    return result


def start_session_to_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Name the connector if the EVSE demands it and has only one."""
    connector = _only_connector_of_one_that_demands_it(value, context)
    if connector is None:
        return value
    result = dict(value)
    synthesise(result, report, "connector_id", connector, "the EVSE demands it and has this one")
    return result


def _only_connector_of_one_that_demands_it(value: JsonObject, context: Context) -> JsonValue:
    identifier, uid = value.get("location_id"), value.get("evse_uid")
    if context.location_by_id is None or type(identifier) is not str or uid is None:
        return None
    evses = (context.location_by_id(identifier) or {}).get("evses")
    for evse in evses if type(evses) is list else ():
        if type(evse) is not dict or evse.get("uid") != uid:
            continue
        capabilities, connectors = evse.get("capabilities"), evse.get("connectors")
        if (
            type(capabilities) is list
            and "START_SESSION_CONNECTOR_REQUIRED" in capabilities
            and type(connectors) is list
            and len(connectors) == 1
            and type(connectors[0]) is dict
        ):
            return connectors[0].get("id")
    return None
