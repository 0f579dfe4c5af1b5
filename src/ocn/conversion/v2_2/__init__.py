"""OCPI 2.2 and 2.2.1: the rules of both ways, one file per object.

2.2.1 is 2.2 with a few members, words and characters more; a document of 2.2 needs but the owner of a token.
"""

from collections.abc import Mapping
from types import MappingProxyType

from ocn.conversion.objects import ObjectKind
from ocn.conversion.shapes import Rule
from ocn.conversion.v2_2.commands import start_session_from_2_2_1, start_session_to_2_2_1
from ocn.conversion.v2_2.locations import connector_from_2_2_1, evse_from_2_2_1, location_from_2_2_1
from ocn.conversion.v2_2.sessions_and_cdrs import (
    cdr_from_2_2_1,
    cdr_to_2_2_1,
    session_from_2_2_1,
    session_to_2_2_1,
)

TO_2_2_1: Mapping[ObjectKind, Rule] = MappingProxyType(
    {
        ObjectKind.SESSION: session_to_2_2_1,
        ObjectKind.CDR: cdr_to_2_2_1,
        ObjectKind.START_SESSION: start_session_to_2_2_1,
    }
)
FROM_2_2_1: Mapping[ObjectKind, Rule] = MappingProxyType(
    {
        ObjectKind.LOCATION: location_from_2_2_1,
        ObjectKind.EVSE: evse_from_2_2_1,
        ObjectKind.CONNECTOR: connector_from_2_2_1,
        ObjectKind.SESSION: session_from_2_2_1,
        ObjectKind.CDR: cdr_from_2_2_1,
        ObjectKind.START_SESSION: start_session_from_2_2_1,
    }
)

LOOKED_AT_TO_2_2_1: Mapping[ObjectKind, frozenset[str]] = MappingProxyType(
    {
        ObjectKind.SESSION: frozenset({"cdr_token"}),
        ObjectKind.CDR: frozenset({"cdr_token"}),
        ObjectKind.START_SESSION: frozenset({"location_id", "evse_uid", "connector_id"}),
    }
)
"""The members that these rules look at when the receiver is lenient: all others need not be read."""

LOOKED_AT_FROM_2_2_1: Mapping[ObjectKind, frozenset[str]] = MappingProxyType(
    {
        ObjectKind.LOCATION: frozenset({"address", "state"}),
        ObjectKind.EVSE: frozenset[str](),
        ObjectKind.CONNECTOR: frozenset[str](),
        ObjectKind.SESSION: frozenset({"cdr_token"}),
        ObjectKind.CDR: frozenset({"cdr_token", "home_charging_compensation", "cdr_location", "signed_data"}),
        ObjectKind.START_SESSION: frozenset({"connector_id"}),
    }
)
