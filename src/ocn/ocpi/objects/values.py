"""What several objects are made of (OCPI 2.2.1 types; locations; mod_tariffs Price)."""

from decimal import Decimal
from typing import NotRequired, TypeAlias, TypedDict

Number: TypeAlias = Decimal | int
"""A JSON number: an int when it was written as one, a Decimal with the digits as written otherwise."""


class DisplayText(TypedDict):
    """A text in one language."""

    language: str
    text: str


class Image(TypedDict):
    """A picture; width and height in pixels."""

    url: str
    thumbnail: NotRequired[str]
    category: str
    type: str
    width: NotRequired[int]
    height: NotRequired[int]


class BusinessDetails(TypedDict):
    """A company as drivers see it."""

    name: str
    website: NotRequired[str]
    logo: NotRequired[Image]


class GeoLocation(TypedDict):
    """WGS 84, decimal degrees, written as text."""

    latitude: str
    longitude: str


class AdditionalGeoLocation(GeoLocation):
    """A point of interest of a location."""

    name: NotRequired[DisplayText]


class Price(TypedDict):
    """An amount in the currency that the object around it names."""

    excl_vat: Number
    incl_vat: NotRequired[Number]
