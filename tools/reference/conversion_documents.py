"""Documents that say all that gets lost somewhere: the page on conversion is made by converting them."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from ocn.conversion import Context, ObjectKind
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.versions import VersionNumber

_NOW = "2024-12-05T17:39:09Z"
_OWNER: dict[str, Any] = {"country_code": "BE", "party_id": "BEC"}
_TOKEN: dict[str, Any] = {
    "country_code": "NL",
    "party_id": "TNM",
    "uid": "U1",
    "type": "APP_USER",
    "contract_id": "NL-TNM-C1",
}
_ID_OF_39 = "-" * 39
_GST: Any = [{"name": "GST", "amount": 5, "percentage": 5, "account_number": "123"}]
_TAXES: Any = [{"name": "GST", "amount": 5}, {"name": "QST", "amount": 9}]

_CONNECTOR_2_2_1: dict[str, Any] = {
    "id": "1",
    "standard": "CHADEMO",
    "power_type": "AC_2_PHASE",
    "max_voltage": 400,
    "max_amperage": 32,
    "max_electric_power": 12000,
    "tariff_ids": ["T1", "T2"],
}
_EVSE_2_2_1: dict[str, Any] = {
    "uid": "3256",
    "evse_id": "BE*BEC*E1",
    "status": "AVAILABLE",
    "capabilities": ["RESERVABLE", "START_SESSION_CONNECTOR_REQUIRED"],
    "connectors": [_CONNECTOR_2_2_1],
    "last_updated": _NOW,
}
_LOCATION_2_2_1: dict[str, Any] = {
    **_OWNER,
    "id": "LOC1",
    "publish": True,
    "address": "a street with a name of more than forty-five characters",
    "city": "Gent",
    "postal_code": "9000",
    "state": "a state of more than twenty characters",
    "country": "BEL",
    "coordinates": {"latitude": "51.04759", "longitude": "3.7299441"},
    "parking_type": "ON_DRIVEWAY",
    "facilities": ["HOTEL", "TRAM_STOP"],
    "evses": [_EVSE_2_2_1],
    "time_zone": "Europe/Brussels",
    "last_updated": _NOW,
}
_COST_2_2_1: dict[str, Any] = {"excl_vat": 4, "incl_vat": 5}
_PERIOD_2_2_1: dict[str, Any] = {
    "start_date_time": _NOW,
    "dimensions": [
        {"type": "ENERGY", "volume": 1},
        {"type": "POWER", "volume": 1},
        {"type": "RESERVATION_TIME", "volume": 1},
    ],
    "tariff_id": "T1",
}
_TARIFF_2_2_1: dict[str, Any] = {
    **_OWNER,
    "id": "T1",
    "currency": "EUR",
    "type": "REGULAR",
    "min_price": _COST_2_2_1,
    "start_date_time": _NOW,
    "elements": [
        {"price_components": [{"type": "ENERGY", "price": 1, "vat": 21, "step_size": 1}]},
        {"price_components": [{"type": "TIME", "price": 1}], "restrictions": {"reservation": "RESERVATION"}},
    ],
    "last_updated": _NOW,
}
_SESSION_2_2_1: dict[str, Any] = {
    **_OWNER,
    "id": "101",
    "start_date_time": _NOW,
    "kwh": 1,
    "cdr_token": _TOKEN,
    "auth_method": "COMMAND",
    "authorization_reference": "A1",
    "location_id": "LOC1",
    "evse_uid": "3256",
    "connector_id": "1",
    "currency": "EUR",
    "charging_periods": [_PERIOD_2_2_1],
    "total_cost": _COST_2_2_1,
    "status": "RESERVATION",
    "last_updated": _NOW,
}
_CDR_2_2_1: dict[str, Any] = {
    **_OWNER,
    "id": "12345",
    "start_date_time": _NOW,
    "end_date_time": _NOW,
    "session_id": "101",
    "cdr_token": _TOKEN,
    "auth_method": "COMMAND",
    "authorization_reference": "A1",
    "cdr_location": {
        "id": "LOC1",
        "address": "Street 1",
        "city": "Gent",
        "state": "OV",
        "country": "BEL",
        "coordinates": {"latitude": "51.047599", "longitude": "3.729944"},
        "evse_uid": "3256",
        "evse_id": "BE*BEC*E1",
        "connector_id": "1",
        "connector_standard": "CHADEMO",
        "connector_format": "CABLE",
        "connector_power_type": "AC_2_PHASE",
    },
    "currency": "EUR",
    "tariffs": [_TARIFF_2_2_1],
    "charging_periods": [_PERIOD_2_2_1],
    "signed_data": {"signed_values": [{"nature": "Start", "signed_data": "s" * 513}]},
    "total_cost": _COST_2_2_1,
    "total_energy": 1,
    "total_energy_cost": _COST_2_2_1,
    "total_time": 1,
    "invoice_reference_id": "I1",
    "home_charging_compensation": True,
    "last_updated": _NOW,
}
_TOKEN_2_2_1: dict[str, Any] = {
    **_TOKEN,
    "issuer": "TheNewMotion",
    "valid": True,
    "whitelist": "ALWAYS",
    "group_id": "G",
    "default_profile_type": "GREEN",
    "energy_contract": {"supplier_name": "S"},
    "last_updated": _NOW,
}
_START_2_2_1: dict[str, Any] = {
    "response_url": "https://emsp.example/1",
    "token": _TOKEN_2_2_1,
    "location_id": "LOC1",
    "evse_uid": "3256",
    "connector_id": "1",
    "authorization_reference": "A1",
}
_LOCATION_2_1_1: dict[str, Any] = {
    "id": "LOC1",
    "type": "UNKNOWN",
    "address": "Street 1",
    "city": "Gent",
    "postal_code": "9000",
    "country": "BEL",
    "coordinates": {"latitude": "51.047599", "longitude": "3.729944"},
    "evses": [
        {
            "uid": "3256",
            "evse_id": "BE*BEC*E1",
            "status": "AVAILABLE",
            "connectors": [
                {
                    "id": "1",
                    "standard": "CHADEMO",
                    "format": "CABLE",
                    "power_type": "DC",
                    "voltage": 400,
                    "amperage": 32,
                    "tariff_id": "T1",
                }
            ],
        }
    ],
    "opening_times": {"regular_hours": [{"weekday": 1, "period_begin": "08:00", "period_end": "18:00"}]},
    "last_updated": _NOW,
}
_PERIOD_2_1_1: dict[str, Any] = {
    "start_date_time": _NOW,
    "dimensions": [{"type": "ENERGY", "volume": 1}, {"type": "FLAT", "volume": 1}],
}
_TARIFF_2_1_1: dict[str, Any] = {
    "id": "T1",
    "currency": "EUR",
    "elements": [{"price_components": [{"type": "ENERGY", "price": 1, "step_size": 1}]}],
    "last_updated": _NOW,
}
_TOKEN_2_1_1: dict[str, Any] = {
    "uid": "U1",
    "type": "RFID",
    "auth_id": "NL-TNM-C1",
    "issuer": "T",
    "valid": True,
    "whitelist": "ALWAYS",
}

DOCUMENTS: Mapping[VersionNumber, Mapping[ObjectKind, tuple[dict[str, Any], ...]]] = MappingProxyType(
    {
        VersionNumber.V2_1_1: {
            ObjectKind.LOCATION: (
                _LOCATION_2_1_1,
                {
                    **_LOCATION_2_1_1,
                    "country": "USA",
                    "id": _ID_OF_39,
                    "type": "OTHER",
                    "opening_times": None,
                },
            ),
            ObjectKind.SESSION: (
                {
                    "id": "101",
                    "auth_id": "NL-TNM-C1",
                    "location": _LOCATION_2_1_1,
                    "charging_periods": [_PERIOD_2_1_1],
                },
                {"id": "101", "auth_id": "NL-TNM-UNKNOWN", "location": _LOCATION_2_1_1},
                {"id": "101", "auth_id": "NL-TNM-C2", "location": {"id": "LOC1", "evses": []}},
            ),
            ObjectKind.CDR: (
                {
                    "id": "1",
                    "auth_id": "NL-TNM-C1",
                    "location": {
                        **_LOCATION_2_1_1,
                        "evses": [{**_LOCATION_2_1_1["evses"][0], "evse_id": None}],
                    },
                    "tariffs": [_TARIFF_2_1_1],
                    "charging_periods": [_PERIOD_2_1_1],
                    "total_cost": 4,
                },
                {"id": "1", "location": {"id": "LOC1", "evses": []}},
            ),
            ObjectKind.TARIFF: (_TARIFF_2_1_1,),
            ObjectKind.TOKEN: (_TOKEN_2_1_1,),
            ObjectKind.LOCATION_REFERENCES: ({"location_id": "LOC1", "connector_ids": ["1"]},),
            ObjectKind.AUTHORIZATION_INFO: ({"allowed": "ALLOWED"},),
            ObjectKind.START_SESSION: (
                {"token": _TOKEN_2_1_1, "location_id": "LOC1", "evse_uid": "3256"},
                {"location_id": "LOC2", "evse_uid": "3256"},
            ),
            ObjectKind.COMMAND_RESPONSE: ({"result": "TIMEOUT"},),
            ObjectKind.COMMAND_RESULT: ({"result": "UNKNOWN_SESSION"},),
        },
        VersionNumber.V2_2: {
            ObjectKind.SESSION: ({"cdr_token": {"uid": "U1", "type": "RFID", "contract_id": "NL-TNM-C1"}},),
            ObjectKind.CDR: ({"cdr_token": {"uid": "U1", "type": "RFID", "contract_id": "NL-TNM-C1"}},),
            ObjectKind.START_SESSION: ({"location_id": "LOC1", "evse_uid": "3256"},),
        },
        VersionNumber.V2_2_1: {
            ObjectKind.LOCATION: (
                _LOCATION_2_2_1,
                {"publish": True, "publish_allowed_to": [{"group_id": "G"}]},
                {
                    **_LOCATION_2_2_1,
                    "evses": [
                        {
                            "parking_restrictions": ["TAXIS"],
                            "connectors": [{**_CONNECTOR_2_2_1, "tariff_ids": ["T2"]}],
                        }
                    ],
                },
                {**_LOCATION_2_2_1, "publish": False},
            ),
            ObjectKind.SESSION: (
                _SESSION_2_2_1,
                {**_SESSION_2_2_1, "evse_uid": "UNKNOWN"},
                {**_SESSION_2_2_1, "location_id": "UNKNOWN"},
            ),
            ObjectKind.CDR: (
                _CDR_2_2_1,
                {
                    "id": _ID_OF_39,
                    "total_cost": 4,
                    "cdr_location": {"evse_uid": "#NA", "connector_format": "CABLE"},
                },
                {**_CDR_2_2_1, "credit": True, "credit_reference_id": "1"},
            ),
            ObjectKind.TARIFF: (
                _TARIFF_2_2_1,
                {**_TARIFF_2_2_1, "type": "AD_HOC_PAYMENT"},
                {"id": "T", "elements": [{"restrictions": {"min_current": 1}}]},
                {"id": "T", "elements": [{"restrictions": {"reservation": "RESERVATION"}}]},
            ),
            ObjectKind.TOKEN: (_TOKEN_2_2_1,),
            ObjectKind.AUTHORIZATION_INFO: (
                {"allowed": "ALLOWED", "token": _TOKEN_2_2_1, "authorization_reference": "A1"},
            ),
            ObjectKind.CHARGING_PREFERENCES: ({"profile_type": "GREEN"},),
            ObjectKind.CANCEL_RESERVATION: ({"reservation_id": "R1"},),
            ObjectKind.RESERVE_NOW: ({"token": _TOKEN_2_2_1, "reservation_id": "R1", "location_id": "LOC1"},),
            ObjectKind.START_SESSION: (_START_2_2_1, {**_START_2_2_1, "location_id": "LOC2"}),
            ObjectKind.COMMAND_RESPONSE: ({"result": "ACCEPTED", "timeout": 30, "message": [{"text": "t"}]},),
            ObjectKind.COMMAND_RESULT: ({"result": "EVSE_OCCUPIED", "message": [{"text": "t"}]},),
            ObjectKind.SET_CHARGING_PROFILE: ({"charging_profile": {"charging_rate_unit": "W"}},),
            ObjectKind.CLIENT_INFO: ({**_OWNER, "role": "HUB", "status": "CONNECTED", "last_updated": _NOW},),
        },
        VersionNumber.V2_3_0: {
            ObjectKind.LOCATION: (
                {
                    **_LOCATION_2_2_1,
                    "help_phone": "+32 9 000 00 00",
                    "parking_places": [{"id": "P"}],
                    "evses": [
                        {
                            **_EVSE_2_2_1,
                            "parking": [{"parking_id": "P"}],
                            "accepted_service_providers": ["NL TNM"],
                            "connectors": [
                                {**_CONNECTOR_2_2_1, "capabilities": ["ISO_15118_2_PLUG_AND_CHARGE"]}
                            ],
                        }
                    ],
                },
            ),
            ObjectKind.SESSION: (
                {**_SESSION_2_2_1, "total_cost": {"before_taxes": 4, "taxes": _GST}},
                {**_SESSION_2_2_1, "total_cost": {"before_taxes": 4, "taxes": _TAXES}},
            ),
            ObjectKind.CDR: (
                {
                    "booking_id": "B",
                    "total_cost": {"before_taxes": 4, "taxes": _TAXES},
                    "tariffs": [{"tax_included": "YES", "elements": [{"price_components": [{"price": 1}]}]}],
                },
            ),
            ObjectKind.TARIFF: (
                {"tax_included": "N/A", "preauthorize_amount": 50},
                {"id": "T"},
                {"tax_included": "YES", "elements": [{"price_components": [{"price": 1, "vat": 19}]}]},
                {"tax_included": "YES", "elements": [{"price_components": [{"price": 1}]}]},
                {"tax_included": "NO", "elements": [{}, {"restrictions": {"booking": "BOOKING"}}]},
            ),
        },
    }
)

_PLACES: dict[str, dict[str, Any]] = {
    "LOC1": _LOCATION_2_2_1,
    "LOC2": {"evses": [{**_EVSE_2_2_1, "connectors": [{"id": "1"}, {"id": "2"}]}]},
}
_TOKENS = {"NL-TNM-C1": (_TOKEN_2_2_1,), "NL-TNM-C2": (_TOKEN_2_2_1, _TOKEN_2_2_1)}

_KNOWN = Context(
    owner=PartyId("BE", "BEC"),
    token_owner=PartyId("NL", "TNM"),
    token=_TOKEN_2_2_1,
    tokens_of_contract=lambda contract: _TOKENS.get(contract, ()),
    location_by_id=_PLACES.get,
    tariff_by_id=lambda identifier: {"type": "PROFILE_GREEN"} if identifier == "T2" else None,
    reservation_number=lambda _identifier: 1,
)


def known_around(kind: ObjectKind) -> Context:
    """Return what the caller knows around a document of this kind."""
    return replace(_KNOWN, owner=_KNOWN.token_owner) if kind is ObjectKind.TOKEN else _KNOWN
