"""What can be converted: the kinds of objects that travel in bodies and answers, and plain JSON values."""

from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

JsonValue: TypeAlias = "bool | int | Decimal | str | list[JsonValue] | dict[str, JsonValue] | None"
"""A decoded JSON value; a number with a fraction is a Decimal that keeps its digits."""

JsonObject: TypeAlias = dict[str, JsonValue]


class ObjectKind(StrEnum):
    """What a body or an answer holds. Credentials are not among them: they are never relayed."""

    LOCATION = "location"
    EVSE = "evse"
    CONNECTOR = "connector"
    SESSION = "session"
    CHARGING_PREFERENCES = "charging_preferences"
    CDR = "cdr"
    TARIFF = "tariff"
    TOKEN = "token"  # noqa: S105 - the name of an OCPI object
    LOCATION_REFERENCES = "location_references"
    AUTHORIZATION_INFO = "authorization_info"
    CANCEL_RESERVATION = "CANCEL_RESERVATION"
    RESERVE_NOW = "RESERVE_NOW"
    START_SESSION = "START_SESSION"
    STOP_SESSION = "STOP_SESSION"
    UNLOCK_CONNECTOR = "UNLOCK_CONNECTOR"
    COMMAND_RESPONSE = "command_response"
    COMMAND_RESULT = "command_result"
    SET_CHARGING_PROFILE = "set_charging_profile"
    ACTIVE_CHARGING_PROFILE = "active_charging_profile"
    CHARGING_PROFILE_RESPONSE = "charging_profile_response"
    CHARGING_PROFILE_RESULT = "charging_profile_result"
    ACTIVE_CHARGING_PROFILE_RESULT = "active_charging_profile_result"
    CLIENT_INFO = "client_info"
