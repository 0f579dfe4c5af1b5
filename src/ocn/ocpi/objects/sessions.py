"""Session and charging preferences (OCPI 2.2.1 mod_sessions)."""

from typing import NotRequired, TypedDict

from ocn.ocpi.objects.cdrs import CdrToken, ChargingPeriod
from ocn.ocpi.objects.values import Number, Price


class Session(TypedDict):
    """A charging session as it stands; ``kwh`` so far."""

    country_code: str
    party_id: str
    id: str
    start_date_time: str
    end_date_time: NotRequired[str]
    kwh: Number
    cdr_token: CdrToken
    auth_method: str
    authorization_reference: NotRequired[str]
    location_id: str
    evse_uid: str
    connector_id: str
    meter_id: NotRequired[str]
    currency: str
    charging_periods: NotRequired[list[ChargingPeriod]]
    total_cost: NotRequired[Price]
    status: str
    last_updated: str


class ChargingPreferences(TypedDict):
    """What the driver wants of smart charging; ``energy_need`` in kWh."""

    profile_type: str
    departure_time: NotRequired[str]
    energy_need: NotRequired[Number]
    discharge_allowed: NotRequired[bool]
