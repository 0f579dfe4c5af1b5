"""A PATCH that cannot be converted member by member: the whole object is changed and PUT instead.

The object is taken from the receiver, as it has it: any module has a GET there, and it is the same
connection. What the receiver's version cannot hold is not in it and cannot get lost again. It is turned
into the sender's version, changed as the PATCH says, turned back, and PUT.
"""

from collections.abc import Callable
from decimal import Decimal, DecimalException
from functools import partial

import msgspec

from ocn.conversion import (
    Change,
    ConversionRefused,
    JsonObject,
    JsonValue,
    NeedsWholeObject,
    ObjectKind,
    Policy,
    Versions,
    convert_answer_body,
    convert_request_body,
)
from ocn.conversion.messages import Contents
from ocn.conversion.policy import Choice
from ocn.node.converting.crossing import Crossing
from ocn.node.converting.known import Attempts
from ocn.node.converting.reports import header_text
from ocn.node.delivery import Delivery
from ocn.node.stages import Delivered, Routed
from ocn.ocpi.errors import UnknownObject
from ocn.ocpi.statuses import is_success
from ocn.ocpi.unreadable import UNREADABLE

_ANYTHING = Policy(Choice.PASS)
_APPENDED = "charging_periods"


class _Answer(msgspec.Struct):
    status_code: int
    data: msgspec.Raw = msgspec.Raw(b"null")


_OBJECT: msgspec.json.Decoder[dict[str, JsonValue]] = msgspec.json.Decoder(dict, float_hook=Decimal)
_ENCODER = msgspec.json.Encoder(decimal_format="number")


class WholeObjects:
    """Turns a PATCH into GET and PUT at the receiver."""

    def __init__(self, one: Delivery, verify: Callable[[Delivered], object]) -> None:
        """``verify`` raises where an answer has a signature that does not hold."""
        self._one = one
        self._verify = verify

    async def put_instead(
        self, across: Crossing, lookups: Attempts, needs: NeedsWholeObject
    ) -> tuple[Delivered, tuple[Change, ...]]:
        """Change the whole object at the receiver; return its answer to the PUT, and what was lost.

        Raises:
            UnknownObject: the receiver does not have it; its owner can PUT it.
            ConversionRefused: the receiver did not give it, or it cannot be converted.
        """
        kind = across.contents.request
        if kind is None:
            raise ConversionRefused(needs.message)
        current = await self._current(across, lookups, kind)
        patched = _ENCODER.encode(_changed(current, _read(across.routed.body), kind))
        versions = Versions(across.spoken, across.wanted, across.policy)
        body = await lookups.attempt(
            partial(convert_request_body, patched, Contents(kind), versions),
            size=len(patched),
            strict=across.receiving,
        )
        put = _as(across, "PUT", body.value, body.changes)
        return await self._verified(put), body.changes

    async def _verified(self, routed: Routed) -> Delivered:
        delivered = await self._one.deliver(routed)
        self._verify(delivered)
        return delivered

    async def _current(self, across: Crossing, lookups: Attempts, kind: ObjectKind) -> JsonObject:
        answer = (await self._verified(_as(across, "GET", b"", ()))).answer
        found = _envelope(answer.body)
        if answer.status == 404 or (found is not None and found.status_code in (2003, 2004)):
            receiver = across.routed.receiver or across.routed.permitted.receiver
            raise UnknownObject(f"{receiver} does not have this {kind}: send all of it with PUT")
        if answer.status != 200 or found is None or not is_success(found.status_code):
            raise ConversionRefused(
                f"this PATCH can only be converted with the whole {kind}, which the receiver did not give"
                f" (HTTP {answer.status}); send all of it with PUT"
            )
        back = Versions(across.wanted, across.spoken, _ANYTHING)
        turned = await lookups.attempt(
            partial(convert_answer_body, answer.body, Contents(answer=kind), back),
            size=len(answer.body),
        )
        envelope = _envelope(turned.value)
        return _read(bytes(envelope.data) if envelope is not None else b"")


def _as(across: Crossing, method: str, body: bytes, changes: tuple[Change, ...]) -> Routed:
    """Return the same request with another method and body, unsigned."""
    routed, said = across.routed, header_text(across.spoken, across.wanted, changes)
    permitted = routed.permitted
    addressed = permitted.addressed
    authenticated = addressed.authenticated
    received = msgspec.structs.replace(authenticated.received, method=method, body=body)
    authenticated = msgspec.structs.replace(authenticated, received=received, strict=None)
    addressed = msgspec.structs.replace(addressed, authenticated=authenticated)
    permitted = msgspec.structs.replace(permitted, addressed=addressed)
    return msgspec.structs.replace(
        routed, permitted=permitted, url=across.url, body=body, signature=None, strict=None, conversion=said
    )


def _changed(current: JsonObject, patch: JsonObject, kind: ObjectKind) -> JsonObject:
    """Apply a PATCH: members replace members, and a session's charging periods are appended."""
    changed = {**current, **patch}
    before, more = current.get(_APPENDED), patch.get(_APPENDED)
    if kind is ObjectKind.SESSION and type(before) is list:
        changed[_APPENDED] = before + more if type(more) is list else before
    return changed


def _envelope(body: bytes) -> _Answer | None:
    try:
        return msgspec.json.decode(body, type=_Answer)
    except UNREADABLE:
        return None


def _read(body: bytes) -> JsonObject:
    try:
        return _OBJECT.decode(body)
    except (*UNREADABLE, DecimalException) as error:
        raise ConversionRefused("the body is not a JSON object") from error
