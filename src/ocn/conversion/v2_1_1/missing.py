"""Requests that 2.1.1 does not have, and what OCPI answers for one who cannot."""

from collections.abc import Mapping
from types import MappingProxyType

from ocn.conversion.changes import Report
from ocn.conversion.context import Context
from ocn.conversion.objects import JsonObject, JsonValue, ObjectKind
from ocn.conversion.refusals import AnsweredInstead
from ocn.conversion.shapes import Rule, absent_from

NOT_SUPPORTED: Mapping[str, JsonValue] = MappingProxyType({"result": "NOT_SUPPORTED", "timeout": 0})
"""The answer to a command or a charging profile, in 2.2, 2.2.1 and 2.3.0 alike; GET and DELETE of a profile,
which have no body to convert, are answered by it too."""

PREFERENCES_NOT_POSSIBLE = "NOT_POSSIBLE"
"""The answer to charging preferences."""


def _answered(what: str, answer: JsonValue) -> Rule:
    def refuse(_value: JsonObject, _report: Report, _context: Context) -> JsonObject:
        raise AnsweredInstead(f"OCPI 2.1.1 has no {what}", answer)

    return refuse


NOT_IN_2_1_1: Mapping[ObjectKind, Rule] = MappingProxyType(
    {
        ObjectKind.CANCEL_RESERVATION: _answered("CANCEL_RESERVATION", dict(NOT_SUPPORTED)),
        ObjectKind.SET_CHARGING_PROFILE: _answered("charging profiles", dict(NOT_SUPPORTED)),
        ObjectKind.CHARGING_PREFERENCES: _answered("charging preferences", PREFERENCES_NOT_POSSIBLE),
        ObjectKind.ACTIVE_CHARGING_PROFILE: absent_from("2.1.1", "charging profiles"),
        ObjectKind.CHARGING_PROFILE_RESPONSE: absent_from("2.1.1", "charging profiles"),
        ObjectKind.CHARGING_PROFILE_RESULT: absent_from("2.1.1", "charging profiles"),
        ObjectKind.ACTIVE_CHARGING_PROFILE_RESULT: absent_from("2.1.1", "charging profiles"),
        ObjectKind.CLIENT_INFO: absent_from("2.1.1", "hubclientinfo"),
    }
)
