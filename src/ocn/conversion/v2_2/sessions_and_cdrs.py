"""Session and CDR: 2.2 does not say whose token it was, and has less room for signed meter values."""

from ocn.conversion.changes import Report
from ocn.conversion.context import Context
from ocn.conversion.objects import JsonObject, JsonValue
from ocn.conversion.shapes import drop, member, synthesise

SIGNED_VALUE_LENGTH = 512


def session_to_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Name the owner of the token, as far as it is known."""
    result = dict(value)
    member(result, report, context, "cdr_token", _name_owner)
    return result


def session_from_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Leave out the owner of the token."""
    result = dict(value)
    member(result, report, context, "cdr_token", _leave_out_owner)
    return result


cdr_to_2_2_1 = session_to_2_2_1
"""A CDR of 2.2 differs from one of 2.2.1 only in its token."""


def cdr_from_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Leave out what 2.2 has no member for; cut no signature: a long one is left out, and reported."""
    result = session_from_2_2_1(value, report, context)
    drop(result, report, "home_charging_compensation", "new in 2.2.1")
    member(result, report, context, "cdr_location", _cdr_location_from_2_2_1)
    if _too_long(result.get("signed_data")):
        del result["signed_data"]
        report.meaning_changed(
            "/signed_data",
            f"values of more than {SIGNED_VALUE_LENGTH} characters cannot be cut and stay signed",
        )
    return result


def _name_owner(value: JsonObject, report: Report, context: Context) -> JsonObject:
    owner = _owner_of(value, context)
    if owner is None:
        return value
    result = dict(value)
    note = "whose token it is, from the address or the token itself"
    synthesise(result, report, "country_code", owner[0], note)
    synthesise(result, report, "party_id", owner[1], note)
    return result


def _owner_of(token: JsonObject, context: Context) -> tuple[JsonValue, JsonValue] | None:
    contract = token.get("contract_id")
    if context.tokens_of_contract is not None and type(contract) is str:
        owners = [
            (known["country_code"], known["party_id"])
            for known in context.tokens_of_contract(contract)
            if known.get("uid") == token.get("uid") and "country_code" in known and "party_id" in known
        ]
        if owners and all(owner == owners[0] for owner in owners):
            return owners[0]
    party = context.token_owner
    return (party.country_code, party.party_id) if party else None


def _leave_out_owner(value: JsonObject, report: Report, _context: Context) -> JsonObject:
    result = dict(value)
    drop(result, report, "country_code", "new in 2.2.1")
    drop(result, report, "party_id", "new in 2.2.1")
    return result


def _cdr_location_from_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    result = dict(value)
    drop(result, report, "state", "new in 2.2.1")
    identifier = value.get("id")
    if result.get("postal_code") is None and context.location_by_id is not None and type(identifier) is str:
        location = context.location_by_id(identifier) or {}
        if location.get("postal_code") is not None:
            synthesise(
                result, report, "postal_code", location["postal_code"], "2.2 demands it; of the location"
            )
    return result


def _too_long(signed_data: JsonValue) -> bool:
    values = signed_data.get("signed_values") if type(signed_data) is dict else None
    return any(
        type(text) is str and len(text) > SIGNED_VALUE_LENGTH
        for value in (values if type(values) is list else ())
        if type(value) is dict
        for text in (value.get("plain_data"), value.get("signed_data"))
    )
