"""A site of smart charging as a CPO lists it: one Location with all its EVSEs, sold by the kWh."""

from datetime import UTC, datetime

from ocn.ocpi.objects import Connector, Evse
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import format_datetime
from ocn.simulation.chargers.fleet import Fleet, location_at
from ocn.simulation.chargers.places import country_of
from ocn.simulation.chargers.tariff_board import tariffs_of
from ocn.smart_charging.site.model import Evse as SiteEvse
from ocn.smart_charging.site.model import Site

_BUILT = datetime(2025, 9, 1, 8, tzinfo=UTC)
_CAPABILITIES = (
    "CHARGING_PREFERENCES_CAPABLE",
    "CHARGING_PROFILE_CAPABLE",
    "REMOTE_START_STOP_CAPABLE",
    "RFID_READER",
)
_ONE_PHASE = 1


def premises(party: PartyId, location_id: str, site: Site) -> Fleet:
    """List a site; the uid of an EVSE is its id in the site."""
    country = country_of(party.country_code)
    tariffs = tariffs_of(party, country, _BUILT)[:1]
    evses = [_evse(party, site, evse, tariffs[0]["id"]) for evse in site.evses]
    place = country.places[0]
    location = location_at(
        place, country, party, location_id, evses, parking_type="PARKING_GARAGE", built=_BUILT
    )
    return Fleet((location,), tariffs, country.currency)


def _evse(party: PartyId, site: Site, evse: SiteEvse, tariff_id: str) -> Evse:
    return {
        "uid": evse.id,
        "evse_id": f"{party.country_code}*{party.party_id}*{evse.id}",
        "status": "AVAILABLE",
        "capabilities": list(_CAPABILITIES),
        "connectors": [_connector(site, evse, tariff_id)],
        "physical_reference": evse.id[-2:],
        "last_updated": format_datetime(_BUILT),
    }


def _connector(site: Site, evse: SiteEvse, tariff_id: str) -> Connector:
    volts, amps, phases = int(site.voltage), int(evse.max_amps), len(evse.phases)
    return {
        "id": "1",
        "standard": "IEC_62196_T2",
        "format": "SOCKET",
        "power_type": "AC_1_PHASE" if phases == _ONE_PHASE else "AC_3_PHASE",
        "max_voltage": volts,
        "max_amperage": amps,
        "max_electric_power": volts * amps * phases,
        "tariff_ids": [tariff_id],
        "last_updated": format_datetime(_BUILT),
    }
