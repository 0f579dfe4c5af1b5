"""Where a session was: a whole Location in 2.1.1; ids in a Session of 2.2.1, a copy of them in a CDR."""

from ocn.conversion.changes import Report
from ocn.conversion.context import Context
from ocn.conversion.objects import JsonObject, JsonValue, ObjectKind
from ocn.conversion.v2_1_1.identity import shortened
from ocn.conversion.v2_1_1.locations import location_from_2_2_1
from ocn.conversion.v2_1_1.words import NOT_AVAILABLE
from ocn.ocpi.versions import VersionNumber


def only(values: JsonValue) -> JsonObject | None:
    """Return the object of a list of one: which of several was used, or of none, nobody can say."""
    if type(values) is list and len(values) == 1 and type(values[0]) is dict:
        return values[0]
    return None


def used_evse(location: JsonObject) -> tuple[JsonObject | None, JsonObject | None]:
    """Return the EVSE and the connector that a location of 2.1.1 embedded in a session names."""
    evse = only(location.get("evses"))
    return evse, only(evse.get("connectors")) if evse is not None else None


def session_place(location: JsonObject, result: JsonObject, report: Report, context: Context) -> None:
    """Write the ids of an embedded location, its EVSE and its connector, or ``#NA``, into a session."""
    evse, connector = used_evse(location)
    write_id(result, report, context, "location_id", location.get("id"), ObjectKind.LOCATION)
    write_id(result, report, context, "evse_uid", evse and evse.get("uid"), ObjectKind.EVSE)
    write_id(result, report, context, "connector_id", connector and connector.get("id"))


def write_id(
    result: JsonObject,
    report: Report,
    context: Context,
    name: str,
    identifier: JsonValue,
    kind: ObjectKind | None = None,
) -> None:
    """Write the short form of an identifier, or ``#NA`` where there is none."""
    if type(identifier) is not str:
        result[name] = NOT_AVAILABLE
        report.synthesised(f"/{name}", "2.1.1 does not name exactly one")
        return
    result[name] = short = identifier if kind is None else shortened(context, kind, identifier)
    if short != identifier:
        report.synthesised(f"/{name}", f"stands for {identifier[:60]}")


def place_of_session(session: JsonObject, report: Report, context: Context) -> JsonObject | None:
    """Return the location of a session of 2.2.1 as 2.1.1 embeds it; None where it is not known.

    Whether the location is published does not matter here: the driver was there.
    """
    location = known_location(session.get("location_id"), context)
    if location is None:
        return None
    narrowed = {**location, "publish": True}
    narrowed.pop("evses", None)
    evse = find(location.get("evses"), "uid", session.get("evse_uid"))
    connector = find(evse.get("connectors"), "id", session.get("connector_id")) if evse else None
    if evse and connector:
        narrowed["evses"] = [{**evse, "connectors": [_with_a_certain_tariff(connector)]}]
    unheard = Report(VersionNumber.V2_2_1, VersionNumber.V2_1_1)
    converted = location_from_2_2_1(narrowed, unheard, context)
    if not converted.get("evses") and session.get("evse_uid") != NOT_AVAILABLE:
        report.dropped("/evse_uid", "this EVSE of the location is not known here, or cannot be named")
        report.dropped("/connector_id", "as its EVSE")
    return converted


def known_location(identifier: JsonValue, context: Context) -> JsonObject | None:
    """Look a location up by its id in 2.2.1."""
    if context.location_by_id is None or type(identifier) is not str:
        return None
    return context.location_by_id(identifier)


def find(values: JsonValue, name: str, identifier: JsonValue) -> JsonObject | None:
    """Return the object of a list that has this identifier; case does not matter (CiString)."""
    if type(values) is not list or type(identifier) is not str:
        return None
    wanted = identifier.upper()
    for value in values:
        if type(value) is dict and type(found := value.get(name)) is str and found.upper() == wanted:
            return value
    return None


def _with_a_certain_tariff(connector: JsonObject) -> JsonObject:
    """Leave out the tariffs of a connector unless there is one: what the session costs is said elsewhere."""
    tariffs = connector.get("tariff_ids")
    if type(tariffs) is list and len(tariffs) != 1:
        return {name: value for name, value in connector.items() if name != "tariff_ids"}
    return connector
