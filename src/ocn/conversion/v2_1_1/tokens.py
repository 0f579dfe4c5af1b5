"""Token, LocationReferences and AuthorizationInfo (mod_tokens of 2.1.1 and 2.2.1)."""

from ocn.conversion.changes import Report
from ocn.conversion.context import Context
from ocn.conversion.objects import JsonObject, JsonValue, ObjectKind
from ocn.conversion.refusals import ConversionRefused
from ocn.conversion.shapes import drop, member, rename
from ocn.conversion.v2_1_1.identity import add_owner, drop_owner, restore, shorten, shortened
from ocn.ocpi.party_id import PartyId


def token_to_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Add the owner; what 2.1.1 calls auth_id is the contract id."""
    return _to_2_2_1(value, report, context.owner)


def token_of_command_to_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Do the same for a token within a command, whose owner is who sends the command."""
    return _to_2_2_1(value, report, context.token_owner or context.owner)


def _to_2_2_1(value: JsonObject, report: Report, owner: PartyId | None) -> JsonObject:
    result = dict(value)
    add_owner(result, report, owner)
    rename(result, report, "auth_id", "contract_id")
    return result


def token_from_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Take out what 2.1.1 has no place for; a token of another type than RFID is of type OTHER."""
    return _from_2_2_1(value, report, context.owner)


def token_of_command_from_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Do the same for a token within a command."""
    return _from_2_2_1(value, report, context.token_owner or context.owner)


def _from_2_2_1(value: JsonObject, report: Report, owner: PartyId | None) -> JsonObject:
    result = dict(value)
    drop_owner(result, report, owner)
    rename(result, report, "contract_id", "auth_id")
    kind = value.get("type")
    if type(kind) is str and kind not in ("RFID", "OTHER"):
        result["type"] = "OTHER"
        report.dropped("/type", f"{kind[:40]}: no token type of 2.1.1")
    for name in ("group_id", "default_profile_type", "energy_contract"):
        drop(result, report, name, "not in 2.1.1")
    return result


def references_to_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Drop the connectors, which 2.2.1 does not ask about."""
    result = dict(value)
    shorten(result, report, context, "location_id", ObjectKind.LOCATION)
    drop(result, report, "connector_ids", "2.2.1 authorises for EVSEs, not for connectors")
    uids = result.get("evse_uids")
    if type(uids) is list:
        short: list[JsonValue] = []
        for index, uid in enumerate(uids):
            short.append(shortened(context, ObjectKind.EVSE, uid) if type(uid) is str else uid)
            if short[-1] != uid:
                report.synthesised(f"/evse_uids/{index}", f"stands for {str(uid)[:60]}")
        result["evse_uids"] = short
    return result


def references_from_2_2_1(value: JsonObject, _report: Report, context: Context) -> JsonObject:
    """Put back the identifiers that aliases stand for."""
    result = dict(value)
    restore(result, context, "location_id", ObjectKind.LOCATION)
    uids = result.get("evse_uids")
    if type(uids) is list:
        result["evse_uids"] = [
            shortened(context, ObjectKind.EVSE, uid) if type(uid) is str else uid for uid in uids
        ]
    return result


def authorization_to_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Add the token that was asked about.

    Raises:
        ConversionRefused: it is not known, and 2.2.1 does not answer without it.
    """
    result = dict(value)
    if context.token is not None:
        if result.get("token") is not None:
            report.dropped("/token", "no member of 2.1.1; the token asked about takes its name")
        result["token"] = context.token
        report.synthesised("/token", "the token that was asked about, as last known")
    elif type(result.get("token")) is not dict:
        raise ConversionRefused(
            "an answer of 2.2.1 holds the token, 2.1.1 does not send it, and it is not known here",
            hint="the eMSP pushes its tokens (PUT) before they are authorised",
        )
    member(result, report, context, "location", references_to_2_2_1)
    return result


def authorization_from_2_2_1(value: JsonObject, report: Report, context: Context) -> JsonObject:
    """Take out the token and the reference of the authorisation.

    Whoever relays the answer remembers the reference: it is due in the session and the CDR.
    """
    result = dict(value)
    drop(result, report, "token", "not in 2.1.1; it is the token asked about")
    drop(result, report, "authorization_reference", "not in 2.1.1")
    member(result, report, context, "location", references_from_2_2_1)
    return result
