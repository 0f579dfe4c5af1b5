"""Where it was charged: the local time of the place, and what its connector can deliver.

A CdrLocation of 2.2.1 and 2.3.0 has no time zone, so a CDR alone seldom says what its local times are. The
order: given by the caller, the location as it was stored, the location in the document, a country that has
one zone. Nobody's default is ever taken.
"""

import re
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from ocn.ocpi.zones import ZONE_OF_COUNTRY
from ocn.tariffs.errors import TimeZoneUnknown
from ocn.tariffs.findings import Code, Effect
from ocn.tariffs.json_values import JsonObject, JsonValue
from ocn.tariffs.model import Zone, ZoneSource
from ocn.tariffs.reading.members import Reading, shown

_NAME = re.compile(r"[A-Za-z0-9_+/-]{1,60}")
_OF_THE_MACHINE: Final = frozenset({"localtime", "posixrules", "Factory", "posix", "right"})
"""Files and folders beside the database: what they mean differs from machine to machine."""
_MAX_LOOKED_AT: Final = 10_000
_PHASES: Final = {"AC_3_PHASE": 3, "AC_2_PHASE": 2, "AC_2_PHASE_SPLIT": 2}


def zone(
    given: str | None, stored: JsonObject | None, inside: JsonObject, country: str | None, reading: Reading
) -> Zone | None:
    """Find the local time of the place; None when nobody says.

    Raises:
        TimeZoneUnknown: the caller gave one that the time zone database does not have.
    """
    if given is not None:
        return zone_named(given, ZoneSource.GIVEN)
    for place, source in ((stored or {}, ZoneSource.STORED), (inside, ZoneSource.DOCUMENT)):
        name = place.get("time_zone")
        if name is None:
            continue
        info = _info(name)
        if info is not None:
            return Zone(str(name), source, info)
        message = f"The time zone {shown(name)} of the {source} does not exist; it was ignored."
        reading.note(Code.TIME_ZONE_INVALID, "", message, Effect.WARNING)
    name = ZONE_OF_COUNTRY.get(country or "")
    info = _info(name)
    if name is None or info is None:
        return None
    return Zone(name, ZoneSource.COUNTRY, info)


def zone_named(name: str, source: ZoneSource = ZoneSource.GIVEN) -> Zone:
    """Return a zone of the time zone database; raises TimeZoneUnknown."""
    info = _info(name)
    if info is None:
        raise TimeZoneUnknown(f"there is no time zone {shown(name)}", hint="Name it as Europe/Amsterdam.")
    return Zone(name, source, info)


def max_power(document: JsonObject, stored: JsonObject | None) -> Decimal | None:
    """Return what the connector of the document can deliver, in kW, where the stored location says so."""
    place = document.get("cdr_location")
    evse_uid, connector_id = (
        (place if isinstance(place, dict) else document).get(name) for name in ("evse_uid", "connector_id")
    )
    for evse in _objects((stored or {}).get("evses")):
        if _same(evse.get("uid"), evse_uid):
            for connector in _objects(evse.get("connectors")):
                if _same(connector.get("id"), connector_id):
                    return _power(connector)
    return None


def _power(connector: JsonObject) -> Decimal | None:
    """Watts as stated, or volts (line to neutral) times amperes times phases."""
    watts = _positive(connector.get("max_electric_power"))
    if watts is None:
        volts = _positive(connector.get("max_voltage", connector.get("voltage")))
        amperes = _positive(connector.get("max_amperage", connector.get("amperage")))
        if volts is None or amperes is None:
            return None
        watts = volts * amperes * _PHASES.get(str(connector.get("power_type")), 1)
    return watts / 1000


def _positive(value: JsonValue) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 0 < value < 10**9:
        return None
    return Decimal(value)


def _objects(value: JsonValue) -> list[JsonObject]:
    if not isinstance(value, list):
        return []
    return [item for item in value[:_MAX_LOOKED_AT] if isinstance(item, dict)]


def _same(left: JsonValue, right: JsonValue) -> bool:
    return isinstance(left, str) and isinstance(right, str) and left.casefold() == right.casefold()


def _info(name: JsonValue) -> ZoneInfo | None:
    if not isinstance(name, str) or _NAME.fullmatch(name) is None:
        return None
    if name.partition("/")[0] in _OF_THE_MACHINE:
        return None
    try:
        return ZoneInfo(name)
    except (ValueError, OSError):  # a path that leaves the database, a folder of it
        return None
    except KeyError:  # ZoneInfoNotFoundError
        return None
