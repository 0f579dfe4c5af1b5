"""Charge detail record and its parts (OCPI 2.2.1 mod_cdrs)."""

from typing import NotRequired, TypedDict

from ocn.ocpi.objects.tariffs import Tariff
from ocn.ocpi.objects.values import GeoLocation, Number, Price


class CdrToken(TypedDict):
    """The token that a session was charged on; without owner in 2.2."""

    country_code: NotRequired[str]
    party_id: NotRequired[str]
    uid: str
    type: str
    contract_id: str


class CdrDimension(TypedDict):
    """A measured quantity, in the unit its type says."""

    type: str
    volume: Number


class ChargingPeriod(TypedDict):
    """A stretch of a session in which nothing relevant to its price changed."""

    start_date_time: str
    dimensions: list[CdrDimension]
    tariff_id: NotRequired[str]


class CdrLocation(TypedDict):
    """Where the session was, copied so that it stands for itself."""

    id: str
    name: NotRequired[str]
    address: str
    city: str
    postal_code: NotRequired[str]
    state: NotRequired[str]
    country: str
    coordinates: GeoLocation
    evse_uid: str
    evse_id: str
    connector_id: str
    connector_standard: str
    connector_format: str
    connector_power_type: str


class SignedValue(TypedDict):
    """A meter value and its signature."""

    nature: str
    plain_data: str
    signed_data: str


class SignedData(TypedDict):
    """Signed meter values, for calibration law."""

    encoding_method: str
    encoding_method_version: NotRequired[int]
    public_key: NotRequired[str]
    signed_values: list[SignedValue]
    url: NotRequired[str]


class Cdr(TypedDict):
    """What a session cost and why; never changes. Energy in kWh, times in hours."""

    country_code: str
    party_id: str
    id: str
    start_date_time: str
    end_date_time: str
    session_id: NotRequired[str]
    cdr_token: CdrToken
    auth_method: str
    authorization_reference: NotRequired[str]
    cdr_location: CdrLocation
    meter_id: NotRequired[str]
    currency: str
    tariffs: NotRequired[list[Tariff]]
    charging_periods: list[ChargingPeriod]
    signed_data: NotRequired[SignedData]
    total_cost: Price
    total_fixed_cost: NotRequired[Price]
    total_energy: Number
    total_energy_cost: NotRequired[Price]
    total_time: Number
    total_time_cost: NotRequired[Price]
    total_parking_time: NotRequired[Number]
    total_parking_cost: NotRequired[Price]
    total_reservation_cost: NotRequired[Price]
    remark: NotRequired[str]
    invoice_reference_id: NotRequired[str]
    credit: NotRequired[bool]
    credit_reference_id: NotRequired[str]
    home_charging_compensation: NotRequired[bool]
    last_updated: str
