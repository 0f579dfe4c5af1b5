"""The location of a CDR: Location in 2.1.1, CdrLocation in 2.2.1."""

from ocn.conversion.changes import Loss, Report
from ocn.conversion.context import Context
from ocn.conversion.objects import JsonObject, JsonValue, ObjectKind
from ocn.conversion.shapes import drop, member, synthesise
from ocn.conversion.v2_1_1.coordinates import six_decimals
from ocn.conversion.v2_1_1.identity import restore, shortened
from ocn.conversion.v2_1_1.locations import NO_POSTAL_CODE, replace_power_type
from ocn.conversion.v2_1_1.places import find, known_location, used_evse, write_id
from ocn.conversion.v2_1_1.words import LOCATION_TYPES, NOT_AVAILABLE

_SHARED = ("name", "address", "city", "postal_code", "country", "coordinates")
_ANY_CONNECTOR: JsonObject = {"standard": "IEC_62196_T2", "format": "SOCKET", "power_type": "AC_3_PHASE"}
"""What a CdrLocation says of a connector that is not named: 2.2.1 lets it say anything then."""


def cdr_location_of(location: JsonObject, report: Report, context: Context) -> JsonObject:
    """Copy from an embedded location what a CdrLocation holds; reports under the members of the CDR."""
    evse, connector = used_evse(location)
    result: JsonObject = {}
    mark = len(report.changes)
    write_id(result, report, context, "id", location.get("id"), ObjectKind.LOCATION)
    result |= {name: location[name] for name in _SHARED if location.get(name) is not None}
    write_id(result, report, context, "evse_uid", evse and evse.get("uid"), ObjectKind.EVSE)
    _add_evse_id(result, evse, report, context)
    write_id(result, report, context, "connector_id", connector and connector.get("id"))
    for name, anything in _ANY_CONNECTOR.items():
        told = connector.get(name) if connector is not None else None
        result[f"connector_{name}"] = anything if told is None else told
        if told is None:
            report.synthesised(f"/connector_{name}", "any value: 2.1.1 does not name one connector")
    _place(report, mark, source="/location", target="/cdr_location")
    report.dropped("/location", "a CdrLocation holds address, EVSE and connector, and no more")
    return result


def _add_evse_id(result: JsonObject, evse: JsonObject | None, report: Report, context: Context) -> None:
    told = evse.get("evse_id") if evse is not None else None
    if told is not None:
        result["evse_id"] = told
        return
    location = known_location(result["id"], context)
    known = find(location.get("evses"), "uid", result["evse_uid"]) if location else None
    synthesise(
        result,
        report,
        "evse_id",
        (known or {}).get("evse_id") or NOT_AVAILABLE,
        "2.2.1 demands one and none is given",
    )


def location_of(
    cdr_location: JsonObject, last_updated: JsonValue, report: Report, context: Context
) -> JsonObject:
    """Make of a CdrLocation the location that 2.1.1 embeds; reports under the members of the CDR.

    Of the kind of location, and of the volts and amperes of its connector, a CDR of 2.2.1 says nothing.
    They are taken from the location as last known, else they are UNKNOWN and 0.
    """
    known = known_location(cdr_location.get("id"), context) or {}
    evse = find(known.get("evses"), "uid", cdr_location.get("evse_uid")) or {}
    connector = find(evse.get("connectors"), "id", cdr_location.get("connector_id")) or {}
    mark = len(report.changes)
    result = dict(cdr_location)
    restore(result, context, "id", ObjectKind.LOCATION)
    synthesise(result, report, "type", _type_of(known), "as last known, if it is")
    synthesise(result, report, "postal_code", NO_POSTAL_CODE, "2.1.1 demands one and none is given")
    drop(result, report, "state", "not in 2.1.1")
    member(result, report, context, "coordinates", six_decimals)
    synthesise(result, report, "last_updated", last_updated, "of the CDR")
    _add_evse(result, evse, connector, report, context)
    _place(report, mark, source="/cdr_location", target="/location")
    return result


def _type_of(location: JsonObject) -> str:
    kind = location.get("parking_type")
    if type(kind) is not str:
        return "UNKNOWN"
    return kind if kind in LOCATION_TYPES else "OTHER"


def _add_evse(
    result: JsonObject, known_evse: JsonObject, known: JsonObject, report: Report, context: Context
) -> None:
    """Move the EVSE and connector of a CdrLocation to where a Location has them."""
    replace_power_type(result, report, "connector_power_type")
    connector: JsonObject = {}
    for name in ("id", "standard", "format", "power_type"):
        connector[name] = result.pop(f"connector_{name}", None)
    uid, evse_id = result.pop("evse_uid", None), result.pop("evse_id", None)
    if uid == NOT_AVAILABLE:
        connector["evse_id"] = evse_id
        for name, told in connector.items():
            if told not in (None, NOT_AVAILABLE):
                member_name = name if name == "evse_id" else f"connector_{name}"
                report.dropped(f"/{member_name}", "the CDR names no EVSE, so this means nothing")
        return
    for old, new in (("max_voltage", "voltage"), ("max_amperage", "amperage")):
        connector[new] = known.get(old) or 0
        report.synthesised(f"/evses/0/connectors/0/{new}", "as last known; 0 if it is not")
    connector["last_updated"] = result.get("last_updated")
    short = shortened(context, ObjectKind.EVSE, uid) if type(uid) is str else uid
    evse: JsonObject = {"uid": short}
    if evse_id is not None and evse_id != NOT_AVAILABLE:
        evse["evse_id"] = evse_id
    evse["status"] = known_evse.get("status") or "UNKNOWN"
    report.synthesised("/evses/0/status", "as last known, if it is")
    evse["connectors"] = [connector]
    evse["last_updated"] = result.get("last_updated")
    if result.get("evses") is not None:
        report.dropped("/evses", "no member of 2.2.1; the EVSE of the CDR takes its name")
    result["evses"] = [evse]


def _place(report: Report, mark: int, *, source: str, target: str) -> None:
    """Say of the changes since ``mark`` in which member of the CDR they are, before and after."""
    for index in range(mark, len(report.changes)):
        change = report.changes[index]
        prefix = target if change.loss is Loss.SYNTHESISED else source
        report.changes[index] = change._replace(pointer=prefix + change.pointer)
