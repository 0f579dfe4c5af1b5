"""The table of zones by country, held against the time zone database."""

from datetime import UTC, datetime, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

from ocn.ocpi.countries import ALPHA_3_OF
from ocn.ocpi.zones import ZONE_OF_COUNTRY

_MOMENTS = [datetime(2018, 1, 1, tzinfo=UTC) + timedelta(days=5, hours=7) * step for step in range(700)]


def _zones_by_country() -> dict[str, list[str]]:
    lines = (files("tzdata") / "zoneinfo" / "zone.tab").read_text().splitlines()
    zones: dict[str, list[str]] = {}
    for line in lines:
        if not line.startswith("#"):
            country, _coordinates, zone = line.split("\t")[:3]
            zones.setdefault(country, []).append(zone)
    return zones


def test_zones_of_countries_agree_with_all_zones_of_the_country() -> None:
    zones_by_country = _zones_by_country()
    country_by_zone = {zone: country for country, zones in zones_by_country.items() for zone in zones}
    for alpha_3, name in ZONE_OF_COUNTRY.items():
        offsets = {
            tuple(moment.astimezone(ZoneInfo(zone)).utcoffset() for moment in _MOMENTS)
            for zone in zones_by_country[country_by_zone[name]]
        }
        assert len(offsets) == 1, alpha_3


def test_zones_are_each_of_one_country() -> None:
    assert len(set(ZONE_OF_COUNTRY.values())) == len(ZONE_OF_COUNTRY)


def test_codes_of_parties_lead_to_the_zone_of_their_country() -> None:
    zones_by_country = _zones_by_country()
    assert set(ALPHA_3_OF.values()) == set(ZONE_OF_COUNTRY)
    for alpha_2, alpha_3 in ALPHA_3_OF.items():
        assert ZONE_OF_COUNTRY[alpha_3] in zones_by_country[alpha_2]
