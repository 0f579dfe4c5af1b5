"""Commands and their answers (mod_commands of 2.1.1 and 2.2.1).

2.1.1 answers twice with the same object, at once and when the station has spoken; 2.2.1 has a response and a
result, each with words of its own.
"""

from ocn.conversion.changes import Report
from ocn.conversion.context import Context
from ocn.conversion.objects import JsonObject, ObjectKind
from ocn.conversion.refusals import ConversionRefused
from ocn.conversion.shapes import drop, member, synthesise
from ocn.conversion.v2_1_1.identity import restore, shorten
from ocn.conversion.v2_1_1.places import find, known_location
from ocn.conversion.v2_1_1.tokens import token_of_command_from_2_2_1, token_of_command_to_2_2_1
from ocn.conversion.v2_1_1.words import COMMAND_RESULTS

_NEEDS_CONNECTOR = "START_SESSION_CONNECTOR_REQUIRED"


def start_to_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Convert the token; name the connector where the EVSE wants that, which 2.1.1 cannot."""
    result = place_to_2_2_1(value, report, context)
    member(result, report, context, "token", token_of_command_to_2_2_1)
    connectors = _connectors_if_needed(result, context)
    if result.get("connector_id") is not None or not connectors:
        return result
    synthesise(result, report, "connector_id", connectors[0], "this EVSE does not start without one")
    if len(connectors) > 1:
        report.meaning_changed("/evse_uid", "the EVSE wants to know which connector; the first is named")
    return result


def start_from_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Convert the token; a connector that matters cannot be named in 2.1.1."""
    result = place_from_2_2_1(value, report, context)
    member(result, report, context, "token", token_of_command_from_2_2_1)
    if len(_connectors_if_needed(value, context)) > 1 and result.pop("connector_id", None) is not None:
        report.meaning_changed("/connector_id", "the EVSE has several and wants to know which")
    drop(result, report, "connector_id", "a START_SESSION of 2.1.1 names the EVSE")
    drop(result, report, "authorization_reference", "not in 2.1.1")
    return result


def reserve_to_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Convert the token; write the number of the reservation as the id it stands for."""
    result = place_to_2_2_1(value, report, context)
    member(result, report, context, "token", token_of_command_to_2_2_1)
    number = value.get("reservation_id")
    if type(number) is int:
        known = context.reservation_id(number) if context.reservation_id is not None else None
        result["reservation_id"] = str(number) if known is None else known
    return result


def reserve_from_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Convert the token; write a whole number for the id of the reservation.

    Raises:
        ConversionRefused: the id is no number, and nobody allocates one for it.
    """
    result = place_from_2_2_1(value, report, context)
    member(result, report, context, "token", token_of_command_from_2_2_1)
    drop(result, report, "authorization_reference", "not in 2.1.1")
    identifier = value.get("reservation_id")
    if type(identifier) is str:
        result["reservation_id"] = _number(identifier, context)
    return result


def place_to_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Shorten what is too long; enough for UNLOCK_CONNECTOR."""
    result = dict(value)
    shorten(result, report, context, "location_id", ObjectKind.LOCATION)
    shorten(result, report, context, "evse_uid", ObjectKind.EVSE)
    return result


def place_from_2_2_1(value: JsonObject, _report: Report, context: Context) -> JsonObject:
    """Put back what was shortened; enough for UNLOCK_CONNECTOR."""
    result = dict(value)
    restore(result, context, "location_id", ObjectKind.LOCATION)
    restore(result, context, "evse_uid", ObjectKind.EVSE)
    return result


def response_to_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Convert what was answered at once; a TIMEOUT can only be a refusal then."""
    result = dict(value)
    _replace(result, report, "TIMEOUT", "2.2.1 times out later, in the result")
    synthesise(result, report, "timeout", context.command_timeout, "2.2.1 demands one; the hub's own")
    return result


def result_to_2_2_1(value: JsonObject, report: Report, _context: Context) -> JsonObject:
    """Convert what the station made of it."""
    result = dict(value)
    _replace(result, report, "UNKNOWN_SESSION", "2.2.1 says so at once, in the response")
    return result


def answer_from_2_2_1(value: JsonObject, report: Report, _context: Context) -> JsonObject:
    """Convert a response or a result: of 2.1.1 it is the same object."""
    result = dict(value)
    word = result.get("result")
    if type(word) is str and word not in COMMAND_RESULTS:
        _replace(result, report, word, "no CommandResponseType of 2.1.1")
    drop(result, report, "timeout", "not in 2.1.1")
    drop(result, report, "message", "not in 2.1.1")
    return result


def _replace(result: JsonObject, report: Report, word: str, note: str) -> None:
    if result.get("result") == word:
        result["result"] = "REJECTED"
        report.dropped("/result", f"{word[:40]}: {note}")


def _number(identifier: str, context: Context) -> int:
    if context.reservation_number is not None:
        return context.reservation_number(identifier)
    if (
        identifier.isascii()
        and identifier.isdigit()
        and len(identifier) <= 9
        and str(int(identifier)) == identifier
    ):
        return int(identifier)
    raise ConversionRefused(
        "a reservation of 2.1.1 has a number, and none stands for this one", "/reservation_id"
    )


def _connectors_if_needed(command: JsonObject, context: Context) -> list[str]:
    """Return the connectors of the EVSE, if it does not start without one being named."""
    location = known_location(command.get("location_id"), context)
    evse = find(location.get("evses"), "uid", command.get("evse_uid")) if location else None
    capabilities, connectors = (evse or {}).get("capabilities"), (evse or {}).get("connectors")
    if type(capabilities) is not list or _NEEDS_CONNECTOR not in capabilities or type(connectors) is not list:
        return []
    identifiers = [connector.get("id") for connector in connectors if type(connector) is dict]
    return [identifier for identifier in identifiers if type(identifier) is str]
