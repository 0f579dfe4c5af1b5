"""The objects of OCPI 2.2 and 2.2.1 as a back end handles them: plain JSON dicts, with types for the reader.

Nothing here is ever constructed, converted or checked at run time: a :class:`typing.TypedDict` only tells an
editor and a type checker what the texts say. So an object read from the wire and written again is the same
object, members of later versions included. Numbers are :data:`~ocn.ocpi.objects.values.Number`, never floats;
a DateTime stays text (:mod:`ocn.ocpi.timestamps` reads and writes it). One file per module of the texts;
:mod:`ocn.ocpi.objects.v2_1_1` has those of 2.1.1, under the same names.
"""

from ocn.ocpi.objects.cdrs import Cdr, CdrDimension, CdrLocation, CdrToken, ChargingPeriod, SignedData
from ocn.ocpi.objects.charging_profiles import (
    ActiveChargingProfile,
    ActiveChargingProfileResult,
    ChargingProfile,
    ChargingProfilePeriod,
    ChargingProfileResponse,
    ChargingProfileResult,
    SetChargingProfile,
)
from ocn.ocpi.objects.client_info import ClientInfo
from ocn.ocpi.objects.commands import (
    CancelReservation,
    CommandResponse,
    CommandResult,
    ReserveNow,
    StartSession,
    StopSession,
    UnlockConnector,
)
from ocn.ocpi.objects.locations import Connector, Evse, Location
from ocn.ocpi.objects.sessions import ChargingPreferences, Session
from ocn.ocpi.objects.tariffs import PriceComponent, Tariff, TariffElement, TariffRestrictions
from ocn.ocpi.objects.tokens import AuthorizationInfo, LocationReferences, Token
from ocn.ocpi.objects.values import BusinessDetails, DisplayText, GeoLocation, Image, Number, Price

__all__ = [
    "ActiveChargingProfile",
    "ActiveChargingProfileResult",
    "AuthorizationInfo",
    "BusinessDetails",
    "CancelReservation",
    "Cdr",
    "CdrDimension",
    "CdrLocation",
    "CdrToken",
    "ChargingPeriod",
    "ChargingPreferences",
    "ChargingProfile",
    "ChargingProfilePeriod",
    "ChargingProfileResponse",
    "ChargingProfileResult",
    "ClientInfo",
    "CommandResponse",
    "CommandResult",
    "Connector",
    "DisplayText",
    "Evse",
    "GeoLocation",
    "Image",
    "Location",
    "LocationReferences",
    "Number",
    "Price",
    "PriceComponent",
    "ReserveNow",
    "Session",
    "SetChargingProfile",
    "SignedData",
    "StartSession",
    "StopSession",
    "Tariff",
    "TariffElement",
    "TariffRestrictions",
    "Token",
    "UnlockConnector",
]
