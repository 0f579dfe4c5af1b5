"""Read a push: which object it is about, and whether address and body agree. Pure."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qsl, unquote

import msgspec

from ocn.node.object_store.model import EVERYONE, STORED_MODULES, Push
from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.modules import ModuleID
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import parse_datetime
from ocn.ocpi.unreadable import UNREADABLE
from ocn.ocpi.versions import VersionNumber

_LONGEST_ID = 255
_PARTS = {ModuleID.LOCATIONS: 2}
_METHODS = {
    ModuleID.LOCATIONS: ("PUT", "PATCH"),
    ModuleID.TARIFFS: ("PUT", "PATCH", "DELETE"),
    ModuleID.TOKENS: ("PUT", "PATCH"),
    ModuleID.SESSIONS: ("PUT", "PATCH"),
    ModuleID.CDRS: ("POST",),
}
_USUAL_TYPE = "RFID"
"""What ``type`` is when it is not given (OCPI 2.2.1 mod_tokens, Receiver interface)."""


class Head(msgspec.Struct):
    """The members of an object that tell which it is; others are skipped."""

    id: str | int | None = None
    uid: str | None = None
    type: str | None = None
    country_code: str | None = None
    party_id: str | None = None
    last_updated: str | None = None


_HEAD = msgspec.json.Decoder(Head)


def read_push(
    method: str,
    module: str,
    path: str,
    query: str,
    body: bytes,
    *,
    version: VersionNumber,
    sender: PartyId,
    audience: PartyId | None = None,
) -> Push:
    """Read a request on a Receiver interface; ``path`` is what follows the module's endpoint, escaped.

    ``audience`` is the one party it was sent to, None for everyone. ``sender`` owns a CDR that names nobody.

    Raises:
        InvalidParameters: no such push, or its address and its body name different objects.
    """
    if module not in STORED_MODULES or method not in _METHODS[ModuleID(module)]:
        raise InvalidParameters(f"{method} of {module} changes no object that is kept")
    key = audience.key if audience is not None else EVERYONE
    if module == ModuleID.CDRS:
        return read_object(module, body, version=version, owner=sender, audience=key)
    owner, object_id, parts = _address(module, path)
    head = _head(body) if method != "DELETE" else Head()
    _check_same(head, module, object_id, parts, owner)
    moment = _moment(head.last_updated)
    if method == "PATCH" and moment is None:
        raise InvalidParameters("a PATCH names the last_updated of what it changes, in UTC")
    kind = head.type or dict(parse_qsl(query)).get("type")
    return Push(
        method=method,
        module=module,
        owner=owner,
        object_id=object_id,
        object_key=object_key(module, object_id, kind),
        parts=parts,
        version=version,
        body=b"" if method == "DELETE" else body.strip(),
        last_updated=moment,
        audience=key,
    )


def read_object(
    module: str,
    body: bytes,
    *,
    version: VersionNumber,
    owner: PartyId,
    audience: str = EVERYONE,
    fetched: bool = False,
) -> Push:
    """Read a whole object as lists and CDRs bring it; the owner is the one it names, else ``owner``.

    Raises:
        InvalidParameters: no object, or one without an id or with an owner that cannot be.
    """
    head = _head(body)
    if head.country_code is not None and head.party_id is not None:
        try:
            owner = PartyId(head.country_code, head.party_id)
        except ValueError as error:
            raise InvalidParameters(f"the body names an impossible owner: {error}") from error
    found = head.uid if module == ModuleID.TOKENS else head.id
    if module == ModuleID.TOKENS and found is None:
        raise InvalidParameters("the token has no uid")
    if found is None:
        raise InvalidParameters("the object has no id")
    object_id = _checked_id(str(found))
    return Push(
        method="PUT",
        module=module,
        owner=owner,
        object_id=object_id,
        object_key=object_key(module, object_id, head.type),
        parts=(),
        version=version,
        body=body.strip(),
        last_updated=_moment(head.last_updated),
        audience=audience,
        fetched=fetched,
    )


def object_key(module: str, object_id: str, token_type: str | None = None) -> str:
    """Return what two spellings of one id have in common; a token is its uid and its type."""
    key = object_id.upper()
    return f"{key} {(token_type or _USUAL_TYPE).upper()[:40]}" if module == ModuleID.TOKENS else key


def _address(module: str, path: str) -> tuple[PartyId, str, tuple[str, ...]]:
    try:
        country_code, party_id, object_id, *parts = [
            unquote(segment, errors="strict") for segment in path.strip("/").split("/")
        ]
        owner = PartyId(country_code, party_id)
    except ValueError as error:
        raise InvalidParameters(f"the path names no object of a party: {error}") from error
    if len(parts) > _PARTS.get(ModuleID(module), 0):
        raise InvalidParameters(f"an object of {module} has no such part")
    return owner, _checked_id(object_id), tuple(_checked_id(part) for part in parts)


def _checked_id(text: str) -> str:
    if not 0 < len(text) <= _LONGEST_ID or not text.isprintable():
        raise InvalidParameters(f"an id is 1 to {_LONGEST_ID} printable characters")
    return text


def _head(body: bytes) -> Head:
    try:
        body.decode()
        return _HEAD.decode(body)
    except UNREADABLE as error:
        raise InvalidParameters(f"the body is no object of OCPI: {error}") from error


def _check_same(head: Head, module: str, object_id: str, parts: tuple[str, ...], owner: PartyId) -> None:
    named = head.uid if module == ModuleID.TOKENS or len(parts) == 1 else head.id
    wanted = parts[-1] if parts else object_id
    if named is not None and str(named).upper() != wanted.upper():
        raise InvalidParameters(f"the URL names {wanted[:40]}, the body {str(named)[:40]}")
    codes: Mapping[str, str | None] = {owner.country_code: head.country_code, owner.party_id: head.party_id}
    if any(code is not None and code.upper() != wanted.upper() for wanted, code in codes.items()):
        raise InvalidParameters(f"the URL names {owner} as the owner, the body another party")


def _moment(text: str | None) -> datetime | None:
    """Return a moment, or None for what is none: the object is kept as it is, nothing is repaired."""
    try:
        return parse_datetime(text) if text is not None else None
    except ValueError:
        return None
