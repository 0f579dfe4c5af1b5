"""What a payee asks for: sessions as they stand, and CDRs. Read from JSON with every bound checked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import parse_datetime
from ocn.settlement.core.amounts import energy_wh, read_units
from ocn.settlement.core.canonical import JsonObject, document_hash, signed_data_hash
from ocn.settlement.core.evidence import Kind, Leaf
from ocn.settlement.errors import AmountInvalid

_ID = re.compile(r"[\x20-\x7e]{1,39}", re.ASCII)


class AskInvalid(AmountInvalid):
    """An item of a request that cannot even be judged."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One item. ``total`` is what the whole session has cost so far, so asking twice never pays twice.

    ``wh`` likewise. ``stated_at`` is ``last_updated`` of a session, the end of a CDR.
    """

    kind: Kind
    owner: PartyId
    session_id: str
    id: str
    total: int
    wh: int
    stated_at: datetime
    started_at: datetime
    document: JsonObject = field(repr=False)
    hash: bytes
    signed: bytes

    def leaf(self, amount: int, wh: int) -> Leaf:
        """Return the leaf that pays for this."""
        return Leaf(
            self.kind, self.owner, self.session_id, self.id, amount, max(wh, 0), self.hash, self.signed
        )


def read_ask(value: object, owner: PartyId) -> Ask:
    """Read ``{"session": {...}, "total": "..."}`` or ``{"cdr": {...}, "total": "..."}``.

    Raises:
        AskInvalid: neither, or something in it is missing or no honest value.
    """
    if not isinstance(value, Mapping):
        raise AskInvalid("an item is not an object")
    try:
        total = read_units(value.get("total"), "total")
        if isinstance(session := value.get("session"), dict):
            return tick_ask(session, owner, total)
        if isinstance(cdr := value.get("cdr"), dict):
            return cdr_ask(cdr, owner, total)
    except AskInvalid:
        raise
    except AmountInvalid as error:
        raise AskInvalid(error.message, hint=error.hint) from error
    raise AskInvalid("an item has neither a session nor a cdr")


def tick_ask(session: JsonObject, owner: PartyId, total: int) -> Ask:
    """Ask for a session as it stands."""
    owner = _owned(session, owner)
    session_id = known_id(session.get("id"), "session.id")
    return Ask(
        Kind.TICK,
        owner,
        session_id,
        session_id,
        total,
        energy_wh(session, "kwh"),
        _moment(session, "last_updated"),
        _moment(session, "start_date_time"),
        session,
        document_hash(session),
        signed_data_hash(session),
    )


def cdr_ask(cdr: JsonObject, owner: PartyId, total: int) -> Ask:
    """Ask for a CDR."""
    owner = _owned(cdr, owner)
    return Ask(
        Kind.CDR,
        owner,
        known_id(cdr.get("session_id"), "cdr.session_id"),
        known_id(cdr.get("id"), "cdr.id"),
        total,
        energy_wh(cdr, "total_energy"),
        _moment(cdr, "end_date_time"),
        _moment(cdr, "start_date_time"),
        cdr,
        document_hash(cdr),
        signed_data_hash(cdr),
    )


def known_id(value: object, name: str) -> str:
    """Return an OCPI identifier.

    Raises:
        AskInvalid: it is none.
    """
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise AskInvalid(f"{name} is not an identifier of 1 to 39 printable ASCII characters")
    return value


def require_version(document: Mapping[str, Any]) -> None:
    """Refuse sessions and CDRs of OCPI 2.1.1.

    Raises:
        AskInvalid: it is one.
    """
    if "auth_id" in document:
        raise AskInvalid(
            "a session or CDR of OCPI 2.1.1 cannot be settled",
            hint="That version has no custom modules. Settle in 2.2 or later, or by invoice.",
        )


def _owned(document: Mapping[str, Any], owner: PartyId) -> PartyId:
    """Return the owner; a document that names another one is not the asking party's to be paid for."""
    require_version(document)
    country_code, party_id = document.get("country_code"), document.get("party_id")
    if isinstance(country_code, str) and isinstance(party_id, str):
        if (country_code + party_id).upper() != owner.key:
            raise AskInvalid(f"{owner} asks for what says it belongs to {country_code[:2]} {party_id[:3]}")
    elif country_code is not None or party_id is not None:
        raise AskInvalid("country_code and party_id of the document are no text")
    return owner


def _moment(document: Mapping[str, Any], name: str) -> datetime:
    value = document.get(name)
    try:
        if not isinstance(value, str) or len(value) > 40:
            raise ValueError(name)
        return parse_datetime(value)
    except ValueError as error:
        raise AskInvalid(f"{name} is no DateTime") from error
