"""Tariff (OCPI 2.2.1 mod_tariffs)."""

from typing import NotRequired, TypedDict

from ocn.ocpi.objects.locations import EnergyMix
from ocn.ocpi.objects.values import DisplayText, Number, Price


class PriceComponent(TypedDict):
    """A price per kWh, hour or session, excluding VAT; ``step_size`` in Wh or seconds, ``vat`` in percent."""

    type: str
    price: Number
    vat: NotRequired[Number]
    step_size: int


class TariffRestrictions(TypedDict, total=False):
    """When a tariff element applies: every member given must hold."""

    start_time: str
    end_time: str
    start_date: str
    end_date: str
    min_kwh: Number
    max_kwh: Number
    min_current: Number
    max_current: Number
    min_power: Number
    max_power: Number
    min_duration: int
    max_duration: int
    day_of_week: list[str]
    reservation: str


class TariffElement(TypedDict):
    """Price components that share restrictions."""

    price_components: list[PriceComponent]
    restrictions: NotRequired[TariffRestrictions]


class Tariff(TypedDict):
    """What charging costs."""

    country_code: str
    party_id: str
    id: str
    currency: str
    type: NotRequired[str]
    tariff_alt_text: NotRequired[list[DisplayText]]
    tariff_alt_url: NotRequired[str]
    min_price: NotRequired[Price]
    max_price: NotRequired[Price]
    elements: list[TariffElement]
    start_date_time: NotRequired[str]
    end_date_time: NotRequired[str]
    energy_mix: NotRequired[EnergyMix]
    last_updated: str
