"""OCPI 2.1.1 and 2.2.1: the rules of both ways, one file per object.

2.1.1 knows no routing and less of everything else, and embeds whole objects where 2.2.1 has an id. So most
of what is needed beyond the document comes from the context: owners, tokens, locations, and a second name
for identifiers that do not fit. ``docs/reference/conversion.md`` has the table.
"""

from collections.abc import Mapping
from types import MappingProxyType

from ocn.conversion.objects import ObjectKind
from ocn.conversion.shapes import Rule
from ocn.conversion.v2_1_1 import cdrs, commands, locations, sessions, tariffs, tokens
from ocn.conversion.v2_1_1.missing import NOT_IN_2_1_1

TO_2_2_1: Mapping[ObjectKind, Rule] = MappingProxyType(
    {
        ObjectKind.LOCATION: locations.location_to_2_2_1,
        ObjectKind.EVSE: locations.evse_to_2_2_1,
        ObjectKind.CONNECTOR: locations.connector_to_2_2_1,
        ObjectKind.TARIFF: tariffs.tariff_to_2_2_1,
        ObjectKind.TOKEN: tokens.token_to_2_2_1,
        ObjectKind.LOCATION_REFERENCES: tokens.references_to_2_2_1,
        ObjectKind.AUTHORIZATION_INFO: tokens.authorization_to_2_2_1,
        ObjectKind.SESSION: sessions.session_to_2_2_1,
        ObjectKind.CDR: cdrs.cdr_to_2_2_1,
        ObjectKind.RESERVE_NOW: commands.reserve_to_2_2_1,
        ObjectKind.START_SESSION: commands.start_to_2_2_1,
        ObjectKind.UNLOCK_CONNECTOR: commands.place_to_2_2_1,
        ObjectKind.COMMAND_RESPONSE: commands.response_to_2_2_1,
        ObjectKind.COMMAND_RESULT: commands.result_to_2_2_1,
    }
)
FROM_2_2_1: Mapping[ObjectKind, Rule] = MappingProxyType(
    {
        ObjectKind.LOCATION: locations.location_from_2_2_1,
        ObjectKind.EVSE: locations.evse_from_2_2_1,
        ObjectKind.CONNECTOR: locations.connector_from_2_2_1,
        ObjectKind.TARIFF: tariffs.tariff_from_2_2_1,
        ObjectKind.TOKEN: tokens.token_from_2_2_1,
        ObjectKind.LOCATION_REFERENCES: tokens.references_from_2_2_1,
        ObjectKind.AUTHORIZATION_INFO: tokens.authorization_from_2_2_1,
        ObjectKind.SESSION: sessions.session_from_2_2_1,
        ObjectKind.CDR: cdrs.cdr_from_2_2_1,
        ObjectKind.RESERVE_NOW: commands.reserve_from_2_2_1,
        ObjectKind.START_SESSION: commands.start_from_2_2_1,
        ObjectKind.UNLOCK_CONNECTOR: commands.place_from_2_2_1,
        ObjectKind.COMMAND_RESPONSE: commands.answer_from_2_2_1,
        ObjectKind.COMMAND_RESULT: commands.answer_from_2_2_1,
        **NOT_IN_2_1_1,
    }
)
