"""The messages: a session of about 2 kB and one of about 20 kB, as a CPO would PUT them."""

import json
from dataclasses import dataclass
from typing import Any

from ocn.ocpi.party_id import PartyId
from ocn.signing import PrivateKey, encode, parse_json, request_values, sign

PATH = "/ocpi/receiver/2.2.1/sessions/DE/CPO/S1"
ANSWER = b'{"status_code":1000,"timestamp":"2026-01-01T00:00:00.000Z"}'


def _session(periods: int) -> dict[str, Any]:
    return {
        "country_code": "DE",
        "party_id": "CPO",
        "id": "S1",
        "start_date_time": "2026-01-01T10:00:00.000Z",
        "kwh": 12.345,
        "cdr_token": {
            "country_code": "DE",
            "party_id": "MSP",
            "uid": "135ff452-1497-49dd-b84f-1e44eb4a497e",
            "type": "APP_USER",
            "contract_id": "DE-MSP-7d44ada4f3d9",
        },
        "auth_method": "WHITELIST",
        "location_id": "ae6d2483",
        "evse_uid": "fe16-429",
        "connector_id": "1",
        "currency": "EUR",
        "status": "ACTIVE",
        "last_updated": "2026-01-01T10:30:00.000Z",
        "charging_periods": [
            {
                "start_date_time": f"2026-01-01T10:{number % 60:02d}:00.000Z",
                "dimensions": [
                    {"type": "ENERGY", "volume": 0.123 + number},
                    {"type": "TIME", "volume": 0.016667},
                ],
                "tariff_id": "tariff-ad-hoc-of-the-operator-2026",
            }
            for number in range(periods)
        ],
    }


@dataclass(frozen=True)
class Message:
    name: str
    body: bytes
    headers: dict[str, str]
    """Routing and ids, and the signature where there is one; without Authorization."""


def messages(sender: PartyId, receiver: PartyId, key: PrivateKey) -> dict[str, Message]:
    found: dict[str, Message] = {}
    for size, periods in (("2 kB", 9), ("20 kB", 122)):
        body = json.dumps(_session(periods)).encode()
        headers = {
            "content-type": "application/json",
            "x-request-id": "8f4b958b-deeb-4291-8567-acda9a31f8f3",
            "x-correlation-id": "32387c67-cf96-4c9d-83db-0ed9665b2f29",
            "ocpi-from-country-code": sender.country_code,
            "ocpi-from-party-id": sender.party_id,
            "ocpi-to-country-code": receiver.country_code,
            "ocpi-to-party-id": receiver.party_id,
        }
        signature = encode(sign(request_values(headers, (), parse_json(body)), key))
        found[size] = Message(size, body, headers)
        found[f"{size} signed"] = Message(f"{size} signed", body, {**headers, "ocn-signature": signature})
    return found


def location(owner: PartyId, number: int, name: str = "") -> bytes:
    """Return a location of four EVSEs, about 2 kB."""
    moment = "2026-01-01T00:00:00Z"
    evses = [
        {
            "uid": f"{number}-{evse}",
            "evse_id": f"{owner.country_code}*{owner.party_id}*E{number}*{evse}",
            "status": "AVAILABLE",
            "capabilities": ["RFID_READER", "REMOTE_START_STOP_CAPABLE"],
            "connectors": [
                {
                    "id": "1",
                    "standard": "IEC_62196_T2",
                    "format": "SOCKET",
                    "power_type": "AC_3_PHASE",
                    "max_voltage": 230,
                    "max_amperage": 32,
                    "tariff_ids": ["11", "12"],
                    "last_updated": moment,
                }
            ],
            "last_updated": moment,
        }
        for evse in range(4)
    ]
    return json.dumps(
        {
            "country_code": owner.country_code,
            "party_id": owner.party_id,
            "id": f"LOC{number}",
            "publish": True,
            "name": name or f"Location {number}",
            "address": "F.Rooseveltlaan 3A",
            "city": "Gent",
            "country": "BEL",
            "coordinates": {"latitude": "51.047599", "longitude": "3.729944"},
            "evses": evses,
            "time_zone": "Europe/Brussels",
            "last_updated": moment,
        }
    ).encode()
