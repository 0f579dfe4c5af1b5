"""What else a CDR may have been priced by: other versions of its tariff, the zone of the CPO's country."""

from collections.abc import Sequence

from ocn.ocpi.countries import ALPHA_3_OF
from ocn.ocpi.zones import ZONE_OF_COUNTRY
from ocn.tariffs.findings import Code
from ocn.tariffs.json_values import JsonObject
from ocn.tariffs.model import Record, Zone, ZoneSource
from ocn.tariffs.reading.places import zone_named
from ocn.tariffs.reading.record import record
from ocn.tariffs.verifying.causes import MOST_VERSIONS
from ocn.tariffs.verifying.deviations import Alternatives


def alternatives_of(
    read: Record,
    document: JsonObject,
    tariffs: Sequence[JsonObject],
    stored: Sequence[JsonObject],
    version: str | None,
) -> Alternatives:
    """Read the alternatives; arguments as of :func:`ocn.tariffs.verify`."""
    differs = any(finding.code == Code.TARIFF_NOT_AS_PUBLISHED for finding in read.findings)
    embedded = _with_tariffs(read, document, [], version) if differs else None
    tried = stored[:MOST_VERSIONS]
    versions = [_with_tariffs(read, document, _exchanged(tariffs, one), version) for one in tried]
    return Alternatives(embedded, versions, _party_zone(document))


def _with_tariffs(
    read: Record, document: JsonObject, tariffs: Sequence[JsonObject], version: str | None
) -> Record:
    zone = None if read.zone is None else read.zone.name
    return record(document, tariffs, time_zone=zone, version=version)


def _exchanged(tariffs: Sequence[JsonObject], one: JsonObject) -> list[JsonObject]:
    """Put another version of a tariff into its place."""
    return [one, *(other for other in tariffs if _id(other) != _id(one))]


def _id(tariff: JsonObject) -> str:
    return str(tariff.get("id")).casefold()


def _party_zone(document: JsonObject) -> Zone | None:
    code = document.get("country_code")
    name = ZONE_OF_COUNTRY.get(ALPHA_3_OF.get(code.upper(), "")) if isinstance(code, str) else None
    return None if name is None else zone_named(name, ZoneSource.COUNTRY)
