"""The charge points of a simulated CPO: ten locations of two EVSEs, and four tariffs.

Locations 1 to 4 are sold by energy, 5 to 7 by time, 8 and 9 by the session, 10 by energy within limits;
connectors name their tariff.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from ocn.ocpi.objects import Evse, Location, Tariff
from ocn.ocpi.objects.locations import EnergyMix
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import format_datetime
from ocn.simulation.chargers.places import Country, Place, country_of
from ocn.simulation.chargers.tariff_board import tariffs_of

VOLTAGE = 230
"""Volts between line and neutral, as OCPI counts three-phase connectors."""
AMPERAGE = 16
PHASES = 3

_BUILT = datetime(2024, 3, 1, 8, tzinfo=UTC)
_EVSES_PER_LOCATION = 2
_CAPABILITIES = ("CHARGING_PROFILE_CAPABLE", "REMOTE_START_STOP_CAPABLE", "RESERVABLE", "RFID_READER")
_GREY_MIX: EnergyMix = {
    "is_green_energy": False,
    "energy_sources": [
        {"source": "WIND", "percentage": Decimal("31.5")},
        {"source": "SOLAR", "percentage": Decimal("14.5")},
        {"source": "GAS", "percentage": Decimal("29.0")},
        {"source": "COAL", "percentage": Decimal("25.0")},
    ],
    "environ_impact": [
        {"category": "CARBON_DIOXIDE", "amount": Decimal("342.5")},
        {"category": "NUCLEAR_WASTE", "amount": Decimal(0)},
    ],
    "supplier_name": "Stadtwerk Muster",
}
_GREEN_MIX: EnergyMix = {"is_green_energy": True}


@dataclass(frozen=True, slots=True)
class Fleet:
    """What a CPO starts with; the objects are fresh and belong to the caller."""

    locations: tuple[Location, ...]
    tariffs: tuple[Tariff, ...]
    currency: str


def build_fleet(party: PartyId) -> Fleet:
    """Build the fleet of a CPO: the same party always gets the same one."""
    country = country_of(party.country_code)
    return Fleet(
        tuple(_location(party, country, n, place) for n, place in enumerate(country.places, start=1)),
        tariffs_of(party, country, _BUILT),
        country.currency,
    )


def _tariff_id(location_number: int) -> str:
    last_of = {"1": 4, "2": 7, "3": 9, "4": 10}
    return next(tariff_id for tariff_id, last in last_of.items() if location_number <= last)


def location_at(
    place: Place,
    country: Country,
    party: PartyId,
    location_id: str,
    evses: list[Evse],
    *,
    parking_type: str,
    built: datetime,
) -> Location:
    """List a place as a location that is always open."""
    return {
        "country_code": party.country_code,
        "party_id": party.party_id,
        "id": location_id,
        "publish": True,
        "name": place.name,
        "address": place.address,
        "city": place.city,
        "postal_code": place.postal_code,
        "country": country.alpha_3,
        "coordinates": {"latitude": place.latitude, "longitude": place.longitude},
        "parking_type": parking_type,
        "evses": evses,
        "operator": {"name": f"Simulated CPO {party}"},
        "time_zone": country.time_zone,
        "opening_times": {"twentyfourseven": True},
        "last_updated": format_datetime(built),
    }


def _location(party: PartyId, country: Country, n: int, place: Place) -> Location:
    evses = [_evse(party, n, k) for k in range(1, _EVSES_PER_LOCATION + 1)]
    location = location_at(place, country, party, f"LOC{n}", evses, parking_type="PARKING_LOT", built=_BUILT)
    return {**location, "energy_mix": _GREY_MIX if n <= 4 else _GREEN_MIX}


def _evse(party: PartyId, n: int, k: int) -> Evse:
    return {
        "uid": f"{party.country_code}-{party.party_id}-E{n:02}{k:02}",
        "evse_id": f"{party.country_code}*{party.party_id}*E{n:02}{k:02}",
        "status": "AVAILABLE",
        "capabilities": list(_CAPABILITIES),
        "connectors": [
            {
                "id": "1",
                "standard": "IEC_62196_T2",
                "format": "SOCKET",
                "power_type": "AC_3_PHASE",
                "max_voltage": VOLTAGE,
                "max_amperage": AMPERAGE,
                "max_electric_power": VOLTAGE * AMPERAGE * PHASES,
                "tariff_ids": [_tariff_id(n)],
                "last_updated": format_datetime(_BUILT),
            }
        ],
        "physical_reference": str(k),
        "last_updated": format_datetime(_BUILT),
    }
