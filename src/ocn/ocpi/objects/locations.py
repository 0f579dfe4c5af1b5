"""Location, EVSE and Connector (OCPI 2.2.1 mod_locations)."""

from typing import NotRequired, TypedDict

from ocn.ocpi.objects.values import (
    AdditionalGeoLocation,
    BusinessDetails,
    DisplayText,
    GeoLocation,
    Image,
    Number,
)


class Connector(TypedDict):
    """A socket or cable; volts, amperes and watts."""

    id: str
    standard: str
    format: str
    power_type: str
    max_voltage: int
    max_amperage: int
    max_electric_power: NotRequired[int]
    tariff_ids: NotRequired[list[str]]
    terms_and_conditions: NotRequired[str]
    last_updated: str


class StatusSchedule(TypedDict):
    """A status to come."""

    period_begin: str
    period_end: NotRequired[str]
    status: str


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


class RegularHours(TypedDict):
    """Opening hours of one weekday, 1 is Monday; ``HH:MM`` in the location's time zone."""

    weekday: int
    period_begin: str
    period_end: str


class ExceptionalPeriod(TypedDict):
    """A period on which the regular hours do not apply."""

    period_begin: str
    period_end: str


class Hours(TypedDict):
    """When a location is open."""

    twentyfourseven: bool
    regular_hours: NotRequired[list[RegularHours]]
    exceptional_openings: NotRequired[list[ExceptionalPeriod]]
    exceptional_closings: NotRequired[list[ExceptionalPeriod]]


class EnergySource(TypedDict):
    """A share of the mix, in percent."""

    source: str
    percentage: Number


class EnvironmentalImpact(TypedDict):
    """Emission per kWh, in g/kWh."""

    category: str
    amount: Number


class EnergyMix(TypedDict):
    """Where the energy comes from."""

    is_green_energy: bool
    energy_sources: NotRequired[list[EnergySource]]
    environ_impact: NotRequired[list[EnvironmentalImpact]]
    supplier_name: NotRequired[str]
    energy_product_name: NotRequired[str]


class PublishTokenType(TypedDict, total=False):
    """Whom a location that is not published may be shown to."""

    uid: str
    type: str
    visual_number: str
    issuer: str
    group_id: str


class Location(TypedDict):
    """A place with one or more EVSEs."""

    country_code: str
    party_id: str
    id: str
    publish: bool
    publish_allowed_to: NotRequired[list[PublishTokenType]]
    name: NotRequired[str]
    address: str
    city: str
    postal_code: NotRequired[str]
    state: NotRequired[str]
    country: str
    coordinates: GeoLocation
    related_locations: NotRequired[list[AdditionalGeoLocation]]
    parking_type: NotRequired[str]
    evses: NotRequired[list[Evse]]
    directions: NotRequired[list[DisplayText]]
    operator: NotRequired[BusinessDetails]
    suboperator: NotRequired[BusinessDetails]
    owner: NotRequired[BusinessDetails]
    facilities: NotRequired[list[str]]
    time_zone: str
    opening_times: NotRequired[Hours]
    charging_when_closed: NotRequired[bool]
    images: NotRequired[list[Image]]
    energy_mix: NotRequired[EnergyMix]
    last_updated: str
