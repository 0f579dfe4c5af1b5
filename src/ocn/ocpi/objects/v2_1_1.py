"""The objects of OCPI 2.1.1, where they differ from those of its successors.

No object names its owner, which only the address does; money is a bare number without VAT; a session and a
CDR hold the whole location, with the one EVSE and connector that were used, and name the contract
(``auth_id``) instead of the token.
"""

from typing import NotRequired, TypedDict

from ocn.ocpi.objects.cdrs import CdrDimension
from ocn.ocpi.objects.locations import EnergySource, ExceptionalPeriod, RegularHours, StatusSchedule
from ocn.ocpi.objects.values import (
    AdditionalGeoLocation,
    BusinessDetails,
    DisplayText,
    GeoLocation,
    Image,
    Number,
)


class Connector(TypedDict):
    """A socket or cable; volts (line to neutral) and amperes."""

    id: str
    standard: str
    format: str
    power_type: str
    voltage: int
    amperage: int
    tariff_id: NotRequired[str]
    terms_and_conditions: NotRequired[str]
    last_updated: str


class Evse(TypedDict):
    """What charges one vehicle at a time."""

    uid: str
    evse_id: NotRequired[str]
    status: str
    status_schedule: NotRequired[list[StatusSchedule]]
    capabilities: NotRequired[list[str]]
    connectors: list[Connector]
    floor_level: NotRequired[str]
    coordinates: NotRequired[GeoLocation]
    physical_reference: NotRequired[str]
    directions: NotRequired[list[DisplayText]]
    parking_restrictions: NotRequired[list[str]]
    images: NotRequired[list[Image]]
    last_updated: str


class Hours(TypedDict):
    """When a location is open: either of the first two says it."""

    twentyfourseven: NotRequired[bool]
    regular_hours: NotRequired[list[RegularHours]]
    exceptional_openings: NotRequired[list[ExceptionalPeriod]]
    exceptional_closings: NotRequired[list[ExceptionalPeriod]]


class EnvironmentalImpact(TypedDict):
    """Emission per kWh, in g/kWh."""

    source: str
    amount: Number


class EnergyMix(TypedDict):
    """Where the energy comes from."""

    is_green_energy: bool
    energy_sources: NotRequired[list[EnergySource]]
    environ_impact: NotRequired[list[EnvironmentalImpact]]
    supplier_name: NotRequired[str]
    energy_product_name: NotRequired[str]


class Location(TypedDict):
    """A place with one or more EVSEs, always a published one."""

    id: str
    type: str
    name: NotRequired[str]
    address: str
    city: str
    postal_code: str
    country: str
    coordinates: GeoLocation
    related_locations: NotRequired[list[AdditionalGeoLocation]]
    evses: NotRequired[list[Evse]]
    directions: NotRequired[list[DisplayText]]
    operator: NotRequired[BusinessDetails]
    suboperator: NotRequired[BusinessDetails]
    owner: NotRequired[BusinessDetails]
    facilities: NotRequired[list[str]]
    time_zone: NotRequired[str]
    opening_times: NotRequired[Hours]
    charging_when_closed: NotRequired[bool]
    images: NotRequired[list[Image]]
    energy_mix: NotRequired[EnergyMix]
    last_updated: str


class PriceComponent(TypedDict):
    """A price per kWh, hour or session, excluding VAT; ``step_size`` in Wh or seconds."""

    type: str
    price: Number
    step_size: int


class TariffRestrictions(TypedDict, total=False):
    """When a tariff element applies: every member given must hold."""

    start_time: str
    end_time: str
    start_date: str
    end_date: str
    min_kwh: Number
    max_kwh: Number
    min_power: Number
    max_power: Number
    min_duration: int
    max_duration: int
    day_of_week: list[str]


class TariffElement(TypedDict):
    """Price components that share restrictions."""

    price_components: list[PriceComponent]
    restrictions: NotRequired[TariffRestrictions]


class Tariff(TypedDict):
    """What charging costs."""

    id: str
    currency: str
    tariff_alt_text: NotRequired[list[DisplayText]]
    tariff_alt_url: NotRequired[str]
    elements: list[TariffElement]
    energy_mix: NotRequired[EnergyMix]
    last_updated: str


class Token(TypedDict):
    """What a driver identifies with; ``auth_id`` is the contract."""

    uid: str
    type: str
    auth_id: str
    visual_number: NotRequired[str]
    issuer: str
    valid: bool
    whitelist: str
    language: NotRequired[str]
    last_updated: str


class LocationReferences(TypedDict):
    """Where the driver wants to charge."""

    location_id: str
    evse_uids: NotRequired[list[str]]
    connector_ids: NotRequired[list[str]]


class AuthorizationInfo(TypedDict):
    """Whether, and where, the token asked about may charge."""

    allowed: str
    location: NotRequired[LocationReferences]
    info: NotRequired[DisplayText]


class ChargingPeriod(TypedDict):
    """A stretch of a session in which nothing relevant to its price changed."""

    start_date_time: str
    dimensions: list[CdrDimension]


class Session(TypedDict):
    """A charging session as it stands; ``kwh`` so far."""

    id: str
    start_datetime: str
    end_datetime: NotRequired[str]
    kwh: Number
    auth_id: str
    auth_method: str
    location: Location
    meter_id: NotRequired[str]
    currency: str
    charging_periods: NotRequired[list[ChargingPeriod]]
    total_cost: NotRequired[Number]
    status: str
    last_updated: str


class Cdr(TypedDict):
    """What a session cost and why. Energy in kWh, times in hours."""

    id: str
    start_date_time: str
    stop_date_time: str
    auth_id: str
    auth_method: str
    location: Location
    meter_id: NotRequired[str]
    currency: str
    tariffs: NotRequired[list[Tariff]]
    charging_periods: list[ChargingPeriod]
    total_cost: Number
    total_energy: Number
    total_time: Number
    total_parking_time: NotRequired[Number]
    remark: NotRequired[str]
    last_updated: str


class ReserveNow(TypedDict):
    """Reserve until ``expiry_date``."""

    response_url: str
    token: Token
    expiry_date: str
    reservation_id: int
    location_id: str
    evse_uid: NotRequired[str]


class StartSession(TypedDict):
    """Start charging on a token that the sender vouches for."""

    response_url: str
    token: Token
    location_id: str
    evse_uid: NotRequired[str]


class CommandResponse(TypedDict):
    """The answer to a command, at once, and the same again when the charging station has spoken."""

    result: str
