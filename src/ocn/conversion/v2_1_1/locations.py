"""Location, EVSE and Connector (mod_locations of 2.1.1 and 2.2.1)."""

from ocn.conversion.changes import Report
from ocn.conversion.context import Context
from ocn.conversion.objects import JsonObject, ObjectKind
from ocn.conversion.refusals import ConversionRefused
from ocn.conversion.shapes import (
    drop,
    each,
    keep_values,
    member,
    rename,
    synthesise,
    truncate,
)
from ocn.conversion.v2_1_1 import words
from ocn.conversion.v2_1_1.connector_tariffs import choose_tariff
from ocn.conversion.v2_1_1.coordinates import six_decimals
from ocn.conversion.v2_1_1.energy import mix_from_2_2_1, mix_to_2_2_1
from ocn.conversion.v2_1_1.identity import add_owner, drop_owner, restore, shorten
from ocn.ocpi.zones import ZONE_OF_COUNTRY

_ADDRESS_LENGTH = 45
NO_POSTAL_CODE = "-"
UNKNOWN_ZONE = "Etc/UTC"
"""What is written where the zone is not known, and reported as a change of meaning."""


def location_to_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Add owner, publication and time zone; type becomes parking_type where both have the word."""
    result = dict(value)
    add_owner(result, report, context.owner)
    shorten(result, report, context, "id", ObjectKind.LOCATION)
    synthesise(result, report, "publish", True, "a location of 2.1.1 is a published one")
    if value.get("type") in ("OTHER", "UNKNOWN"):
        drop(result, report, "type", "no parking_type of 2.2.1 says so")
    else:
        rename(result, report, "type", "parking_type")
    _add_time_zone(result, report, context)
    member(result, report, context, "opening_times", _hours_to_2_2_1)
    member(result, report, context, "energy_mix", mix_to_2_2_1)
    each(result, report, context, "evses", evse_to_2_2_1)
    return result


def evse_to_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Convert what lies within; the EVSE itself is written alike."""
    result = dict(value)
    shorten(result, report, context, "uid", ObjectKind.EVSE)
    each(result, report, context, "connectors", connector_to_2_2_1)
    return result


def connector_to_2_2_1(value: JsonObject, report: Report, _context: Context) -> JsonObject:
    """Rename volts and amperes; the one tariff becomes a list of one."""
    result = dict(value)
    rename(result, report, "voltage", "max_voltage")
    rename(result, report, "amperage", "max_amperage")
    if "tariff_id" in result:
        rename(result, report, "tariff_id", "tariff_ids")
        if result["tariff_ids"] is not None:
            result["tariff_ids"] = [result["tariff_ids"]]
    return result


def location_from_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Convert a location that everybody may see.

    Raises:
        ConversionRefused: it does not say ``publish: true``; 2.1.1 could not keep it to those it is for.
    """
    if value.get("publish") is not True and ("publish" in value or not report.partial):
        raise ConversionRefused(
            "only a published location can be sent: 2.1.1 cannot say that one is not", "/publish"
        )
    result = dict(value)
    result.pop("publish", None)
    drop_owner(result, report, context.owner)
    restore(result, context, "id", ObjectKind.LOCATION)
    drop(result, report, "publish_allowed_to", "2.1.1 does not restrict who may see a location")
    _add_type(result, report)
    truncate(result, report, "address", _ADDRESS_LENGTH)
    synthesise(result, report, "postal_code", NO_POSTAL_CODE, "2.1.1 demands one and none is given")
    drop(result, report, "state", "not in 2.1.1")
    member(result, report, context, "coordinates", six_decimals)
    each(result, report, context, "related_locations", six_decimals)
    keep_values(result, report, "facilities", _no_facility, "no facility of 2.1.1")
    member(result, report, context, "energy_mix", mix_from_2_2_1)
    each(result, report, context, "evses", _evse_if_sayable)
    return result


def evse_from_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Convert one EVSE that is sent alone.

    Raises:
        ConversionRefused: the receiver knows none of its connectors.
    """
    result = dict(value)
    restore(result, context, "uid", ObjectKind.EVSE)
    keep_values(result, report, "capabilities", _no_capability, "no capability of 2.1.1")
    keep_values(result, report, "parking_restrictions", _no_restriction, "no restriction of 2.1.1")
    member(result, report, context, "coordinates", six_decimals)
    each(result, report, context, "connectors", _connector_if_sayable)
    if value.get("connectors") and not result["connectors"]:
        raise ConversionRefused("2.1.1 has no word for any of its connectors", "/connectors")
    return result


def connector_from_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Convert one connector that is sent alone.

    Raises:
        ConversionRefused: the receiver takes only connector types that 2.1.1 lists, and this is another.
    """
    standard = value.get("standard")
    if context.strict.closed_enums and type(standard) is str and standard not in words.CONNECTOR_TYPES:
        raise ConversionRefused(f"2.1.1 has no connector type {standard[:40]}", "/standard")
    result = dict(value)
    rename(result, report, "max_voltage", "voltage")
    rename(result, report, "max_amperage", "amperage")
    drop(result, report, "max_electric_power", "not in 2.1.1")
    replace_power_type(result, report, "power_type")
    choose_tariff(result, report, context)
    return result


def replace_power_type(result: JsonObject, report: Report, name: str) -> None:
    """Call two phases one, as 2.1.1 has no two."""
    if result.get(name) in ("AC_2_PHASE", "AC_2_PHASE_SPLIT"):
        report.dropped(f"/{name}", f"{result[name]}: 2.1.1 knows one phase or three")
        result[name] = "AC_1_PHASE"


def _evse_if_sayable(value: JsonObject, report: Report, context: Context) -> JsonObject | None:
    mark = len(report.changes)
    try:
        return evse_from_2_2_1(value, report, context)
    except ConversionRefused as refused:
        del report.changes[mark:]
        report.dropped("", f"EVSE left out: {refused.reason}")
        return None


def _connector_if_sayable(value: JsonObject, report: Report, context: Context) -> JsonObject | None:
    try:
        return connector_from_2_2_1(value, report, context)
    except ConversionRefused as refused:
        report.dropped("", f"connector left out: {refused.reason}")
        return None


def _add_time_zone(result: JsonObject, report: Report, context: Context) -> None:
    if result.get("time_zone") is not None or report.partial:
        return
    country = result.get("country")
    zone = context.time_zone(result) if context.time_zone is not None else None
    if zone is None and type(country) is str:
        zone = ZONE_OF_COUNTRY.get(country.upper())
    if zone is not None:
        synthesise(result, report, "time_zone", zone, "2.2.1 demands one; taken from where the location is")
        return
    result["time_zone"] = UNKNOWN_ZONE
    report.meaning_changed(
        "/time_zone", f"2.2.1 demands one, none is given and none is known; {UNKNOWN_ZONE} moves tariff times"
    )


def _hours_to_2_2_1(value: JsonObject, report: Report, _context: Context) -> JsonObject:
    if value.get("twentyfourseven") is not None:
        return value
    result = dict(value)
    always = not value.get("regular_hours") and not value.get("exceptional_openings")
    result["twentyfourseven"] = always
    report.synthesised("/twentyfourseven", "2.2.1 demands it; seen by the hours that are given")
    return result


def _add_type(result: JsonObject, report: Report) -> None:
    kind = result.get("parking_type")
    rename(result, report, "parking_type", "type")
    if kind is None:
        synthesise(result, report, "type", "UNKNOWN", "2.1.1 demands one and none is given")
    elif type(kind) is str and kind not in words.LOCATION_TYPES:
        result["type"] = "OTHER"
        report.dropped("/parking_type", f"{kind[:40]}: no type of 2.1.1")


def _no_capability(word: str) -> bool:
    return word not in words.CAPABILITIES


def _no_facility(word: str) -> bool:
    return word not in words.FACILITIES


def _no_restriction(word: str) -> bool:
    return word not in words.PARKING_RESTRICTIONS
