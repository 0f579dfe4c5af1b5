"""Vouchers as JSON: closed, to show how far one is, and opened, with everything that they commit to."""

from collections.abc import Mapping
from typing import Any, Final

from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.party_id import PartyId
from ocn.party.json_text import JsonObject
from ocn.settlement.core.amounts import read_units
from ocn.settlement.core.asks import known_id
from ocn.settlement.core.evidence import MOST_LEAVES, ZERO_HASH, Kind, Leaf
from ocn.settlement.core.opening import Opened, Shown
from ocn.settlement.errors import AmountInvalid, EvidenceInvalid
from ocn.settlement.protocol.hex_text import octets, written
from ocn.settlement.records import Recorded

MOST_VOUCHERS: Final = 200
"""In one message."""
_MOST_NUMBER: Final = 2**53


def shown_object(recorded: Recorded | None) -> JsonObject | None:
    """Write a voucher closed."""
    if recorded is None:
        return None
    entry = recorded.entry
    return {
        "number": entry.number,
        "cumulative": str(entry.cumulative),
        "evidence": written(entry.evidence),
        "signature": written(recorded.signature),
    }


def read_shown(value: object, name: str) -> Shown | None:
    """Read a closed voucher; None where there is none yet.

    Raises:
        InvalidParameters: something else.
    """
    if value is None:
        return None
    given = _object(value, name)
    return Shown(
        whole(given, "number", name),
        units(given, "cumulative", name),
        octets(given.get("evidence"), 32, f"{name}.evidence"),
        octets(given.get("signature"), 64, f"{name}.signature"),
    )


def opened_object(recorded: Recorded) -> JsonObject:
    """Write a voucher with its leaves; a leaf's ``id`` is left out where it is the session's."""
    entry = recorded.entry
    return {
        "number": entry.number,
        "cumulative": str(entry.cumulative),
        "previous": written(entry.previous),
        "evidence": written(entry.evidence),
        "signature": written(recorded.signature),
        "seed": written(entry.seed),
        "leaves": [_leaf_object(leaf) for leaf in entry.leaves],
    }


def read_opened(value: object, payer: PartyId, payee: PartyId) -> list[Opened]:
    """Read a list of opened vouchers of a lane between two parties.

    Whose session a leaf is about is not written: for what is paid it is the payee's, for credits the payer's.

    Raises:
        InvalidParameters: something else, or too many.
    """
    if not isinstance(value, list) or len(value) > MOST_VOUCHERS:
        raise InvalidParameters(f"vouchers must be a list of at most {MOST_VOUCHERS}")
    owners = {kind: payer if kind is Kind.CREDIT else payee for kind in Kind}
    return [_read_voucher(each, owners) for each in value]


def whole(given: Mapping[str, Any], member: str, name: str) -> int:
    """Read a count.

    Raises:
        InvalidParameters: none, negative, or beyond 2**53.
    """
    value = given.get(member)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _MOST_NUMBER:
        raise InvalidParameters(f"{name}.{member} must be a whole number")
    return value


def units(given: Mapping[str, Any], member: str, name: str) -> int:
    """Read an amount.

    Raises:
        InvalidParameters: none.
    """
    try:
        return read_units(given.get(member), f"{name}.{member}")
    except AmountInvalid as error:
        raise InvalidParameters(f"{error.message}. {error.hint or ''}".strip()) from error


def _leaf_object(leaf: Leaf) -> JsonObject:
    value: JsonObject = {
        "kind": leaf.kind.name,
        "session_id": leaf.session_id,
        "amount": str(leaf.amount),
        "wh": leaf.wh,
        "document": written(leaf.document),
    }
    if leaf.id != leaf.session_id:
        value["id"] = leaf.id
    if leaf.signed != ZERO_HASH:
        value["signed"] = written(leaf.signed)
    if leaf.ends:
        value["ends"] = leaf.ends
    return value


def _read_voucher(value: object, owners: Mapping[Kind, PartyId]) -> Opened:
    given, name = _object(value, "voucher"), "voucher"
    leaves = given.get("leaves")
    if not isinstance(leaves, list) or not 0 < len(leaves) <= MOST_LEAVES:
        raise InvalidParameters(f"voucher.leaves must be a list of 1 to {MOST_LEAVES}")
    return Opened(
        whole(given, "number", name),
        units(given, "cumulative", name),
        octets(given.get("previous"), 32, "voucher.previous"),
        octets(given.get("evidence"), 32, "voucher.evidence"),
        octets(given.get("signature"), 64, "voucher.signature"),
        octets(given.get("seed"), 32, "voucher.seed"),
        tuple(_read_leaf(_object(leaf, "leaf"), owners) for leaf in leaves),
    )


def _read_leaf(given: Mapping[str, Any], owners: Mapping[Kind, PartyId]) -> Leaf:
    kind = given.get("kind")
    if not isinstance(kind, str) or kind not in Kind.__members__:
        raise InvalidParameters(f"leaf.kind must be one of {', '.join(Kind.__members__)}")
    try:
        session_id = known_id(given.get("session_id"), "leaf.session_id")
        return Leaf(
            Kind[kind],
            owners[Kind[kind]],
            session_id,
            known_id(given.get("id", session_id), "leaf.id"),
            units(given, "amount", "leaf"),
            whole(given, "wh", "leaf"),
            octets(given.get("document"), 32, "leaf.document"),
            octets(given["signed"], 32, "leaf.signed") if "signed" in given else ZERO_HASH,
            known_id(given["ends"], "leaf.ends") if "ends" in given else "",
        )
    except (AmountInvalid, EvidenceInvalid) as error:
        raise InvalidParameters(error.message) from error


def _object(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InvalidParameters(f"{name} must be an object")
    return value
