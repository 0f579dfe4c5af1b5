"""OCPI 2.3.0 (edition 2) and 2.2.1: the rules of both ways, one file per object.

Not here because 2.2.1 has nothing like them: bookings, payments and invoice reconciliation. Not here because
both versions write them alike: charging preferences and profiles, location references, command answers.
"""

from collections.abc import Mapping
from types import MappingProxyType

from ocn.conversion.closed_enums import only_if_closed, token_in, within
from ocn.conversion.objects import ObjectKind
from ocn.conversion.shapes import Rule
from ocn.conversion.v2_3_0 import tariffs
from ocn.conversion.v2_3_0.locations import connector_to_2_2_1, evse_to_2_2_1, location_to_2_2_1
from ocn.conversion.v2_3_0.parties import client_info_from_2_2_1
from ocn.conversion.v2_3_0.sessions_and_cdrs import (
    TOTALS,
    cdr_from_2_2_1,
    cdr_to_2_2_1,
    session_from_2_2_1,
    session_to_2_2_1,
)
from ocn.conversion.vocabulary import WORDS_2_2_1

_token = only_if_closed(token_in(WORDS_2_2_1))
_with_token = only_if_closed(within("token", token_in(WORDS_2_2_1)))

TO_2_2_1: Mapping[ObjectKind, Rule] = MappingProxyType(
    {
        ObjectKind.LOCATION: location_to_2_2_1,
        ObjectKind.EVSE: evse_to_2_2_1,
        ObjectKind.CONNECTOR: connector_to_2_2_1,
        ObjectKind.SESSION: session_to_2_2_1,
        ObjectKind.CDR: cdr_to_2_2_1,
        ObjectKind.TARIFF: tariffs.to_2_2_1,
        ObjectKind.TOKEN: _token,
        ObjectKind.AUTHORIZATION_INFO: _with_token,
        ObjectKind.RESERVE_NOW: _with_token,
        ObjectKind.START_SESSION: _with_token,
    }
)
FROM_2_2_1: Mapping[ObjectKind, Rule] = MappingProxyType(
    {
        ObjectKind.SESSION: session_from_2_2_1,
        ObjectKind.CDR: cdr_from_2_2_1,
        ObjectKind.TARIFF: tariffs.from_2_2_1,
        ObjectKind.CLIENT_INFO: client_info_from_2_2_1,
    }
)

_NOTHING = frozenset[str]()

LOOKED_AT_TO_2_2_1: Mapping[ObjectKind, frozenset[str]] = MappingProxyType(
    {
        ObjectKind.SESSION: frozenset({"total_cost"}),
        ObjectKind.CDR: frozenset({*TOTALS, "tariffs", "booking_id"}),
        ObjectKind.TOKEN: _NOTHING,
        ObjectKind.AUTHORIZATION_INFO: _NOTHING,
        ObjectKind.RESERVE_NOW: _NOTHING,
        ObjectKind.START_SESSION: _NOTHING,
    }
)
"""The members that these rules look at when the receiver is lenient: all others need not be read.

Of places and tariffs nothing is listed: with ``evses`` or ``elements`` most of the document is looked at, and
what is read in part is looked over twice.
"""

LOOKED_AT_FROM_2_2_1: Mapping[ObjectKind, frozenset[str]] = MappingProxyType(
    {
        ObjectKind.SESSION: frozenset({"total_cost"}),
        ObjectKind.CDR: frozenset({*TOTALS, "tariffs"}),
        ObjectKind.TARIFF: frozenset({"min_price", "max_price", "tax_included"}),
        ObjectKind.CLIENT_INFO: frozenset({"role"}),
    }
)
