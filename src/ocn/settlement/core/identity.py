"""What of a session never changes, and so must be the same as relayed, as asked for, and in its CDR."""

from collections.abc import Mapping

from ocn.ocpi.timestamps import format_datetime, parse_datetime
from ocn.settlement.core.canonical import canonical
from ocn.signing.hashes import keccak256


def fixed_members(document: Mapping[str, object]) -> dict[str, str]:
    """Return them by name, of a session or a CDR of any version."""
    token, place = _object(document.get("cdr_token")), _object(document.get("cdr_location"))
    return {
        "currency": str(document.get("currency")),
        "cdr_token.uid": str(token.get("uid")).casefold(),
        "cdr_token.contract_id": str(token.get("contract_id")).casefold(),
        "start_date_time": _time(document.get("start_date_time")),
        "location": str(document.get("location_id", place.get("id"))).casefold(),
        "evse": str(document.get("evse_uid", place.get("evse_uid"))).casefold(),
    }


def identity_of(document: Mapping[str, object]) -> bytes:
    """Return a hash of them."""
    return keccak256(canonical(fixed_members(document)))


def _object(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _time(value: object) -> str:
    try:
        return format_datetime(parse_datetime(str(value)))
    except ValueError:
        return str(value)
