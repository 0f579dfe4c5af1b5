"""Convert bodies as they travel: bytes in, bytes out, digits kept.

Between equal versions, and wherever nothing had to be changed, the very bytes are returned. Otherwise a body
is read as far as a rule looks at it (:mod:`~ocn.conversion.reading`), with every number that has a fraction
as a Decimal of the digits it was written with, and written again.
"""

import msgspec

from ocn.conversion.changes import Change, Converted, Loss
from ocn.conversion.context import LENIENT, NOTHING_KNOWN, Context
from ocn.conversion.converting import convert
from ocn.conversion.messages import Contents
from ocn.conversion.objects import JsonObject, JsonValue, ObjectKind
from ocn.conversion.paging import convert_list
from ocn.conversion.patching import convert_patch
from ocn.conversion.policy import REFUSING, Policy, decide
from ocn.conversion.reading import Looked, read_object, read_page, read_whole, require_utf8
from ocn.conversion.refusals import ConversionRefused
from ocn.conversion.statuses import status_for
from ocn.conversion.steps import passage
from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.statuses import is_success
from ocn.ocpi.unreadable import UNREADABLE
from ocn.ocpi.versions import VersionNumber

_ENVELOPE = msgspec.json.Decoder(dict[str, msgspec.Raw])
_NOTHING: Looked = frozenset()
_ENCODER = msgspec.json.Encoder(decimal_format="number")


class Versions(msgspec.Struct, frozen=True, gc=False):
    """From whom, to whom, and what may change on the way. A struct for the reason of :class:`Converted`."""

    source: VersionNumber
    target: VersionNumber
    policy: Policy = REFUSING


def convert_request_body(
    body: bytes, contents: Contents, versions: Versions, context: Context = NOTHING_KNOWN
) -> Converted[bytes]:
    """Return the body of a request in the receiver's version; an empty one stays empty.

    Raises:
        InvalidParameters: it is not the JSON object it should be, whatever the version.
        ConversionRefused: it cannot be expressed, or its meaning would change against the policy.
        NeedsWholeObject: it is a PATCH that cannot be converted without the rest of the object.
    """
    kind = contents.request
    if kind is None or not body or _passes(kind, versions, context):
        return Converted(body)
    value = read_object(body, _looked(kind, versions, context), InvalidParameters)
    if type(value) is not dict:
        raise InvalidParameters(f"the body is not a JSON object, so no {kind}")
    turn = convert_patch if contents.patch else convert
    converted = turn(kind, value, versions.source, versions.target, context)
    if converted.changes:
        _check(kind, converted.changes, versions.policy)
    return Converted(body if converted.value is value else _write(converted.value), converted.changes)


def convert_answer_body(
    body: bytes, contents: Contents, versions: Versions, context: Context = NOTHING_KNOWN
) -> Converted[bytes]:
    """Return an answer with its ``data`` and status in the version of the one who asked.

    ``versions.source`` is the version of the one who answered. Other members of the envelope keep their
    bytes. Objects of a page that may not pass are left out; an object where the texts define none is not
    sent on. Pointers begin at the envelope.

    Raises:
        ConversionRefused: as for a request, or it is no such answer.
    """
    if versions.source is versions.target:
        return Converted(body)
    envelope = _envelope(body)
    changes: list[Change] = []
    code = _status(envelope, versions, changes)
    written = bool(changes)
    data = _read_data(envelope, contents, versions, context) if "data" in envelope else None
    if type(data) in (dict, list) and data:
        converted = _data(data, contents, versions, context, success=is_success(code))
        changes += [
            Change(f"/data{change.pointer}", change.loss, change.note, change.version)
            for change in converted.changes
        ]
        if converted.value is None:
            del envelope["data"]
        elif converted.value is not data:
            envelope["data"] = msgspec.Raw(_write(converted.value))
        written = written or converted.value is not data
    return Converted(_write(envelope) if written else body, tuple(changes))


def says_the_same(body: bytes, code: int, versions: Versions) -> bool:
    """Whether an answer with this status is sure to be the same in both versions.

    ``body`` is known to be an envelope. A quick look at what most pushes and commands are answered with, an
    envelope around nothing; of any other it says no, and :func:`convert_answer_body` is to be asked.
    """
    return (
        body.find(b"data") < 0
        and body.find(b"\\") < 0
        and body.isascii()
        and status_for(code, versions.target) == code
    )


def _passes(kind: ObjectKind, versions: Versions, context: Context) -> bool:
    """Whether the bytes of such an object may go on as they are."""
    source, target = versions.source, versions.target
    return source is target or not (passage(kind, source, target).rules or context.strict.looks_at_everything)


def _looked(kind: ObjectKind, versions: Versions, context: Context) -> Looked:
    if context.strict is LENIENT:
        return passage(kind, versions.source, versions.target).looked_at
    return None


def _read_data(
    envelope: dict[str, msgspec.Raw], contents: Contents, versions: Versions, context: Context
) -> JsonValue:
    """Read what an answer carries; None where it may stay as it is."""
    kind = contents.answer
    if kind is not None and _passes(kind, versions, context):
        return None
    looked = _looked(kind, versions, context) if kind is not None else _NOTHING
    return (read_page if contents.page else read_object)(bytes(envelope["data"]), looked)


def _data(
    data: JsonValue, contents: Contents, versions: Versions, context: Context, *, success: bool
) -> Converted[JsonObject] | Converted[list[JsonValue]] | Converted[None]:
    kind, source, target = contents.answer, versions.source, versions.target
    if kind is not None and contents.page and type(data) is list:
        return convert_list(kind, data, source, target, context, versions.policy)
    if kind is not None and not contents.page and type(data) is dict:
        converted = convert(kind, data, source, target, context)
        if converted.changes:
            _check(kind, converted.changes, versions.policy)
        return converted
    if kind is not None and success:
        raise ConversionRefused(f"not the {'list' if contents.page else 'object'} it should be", "/data")
    return Converted(None, (Change("", Loss.DROPPED, "nothing is defined to stand here", source),))


def _check(kind: ObjectKind, changes: tuple[Change, ...], policy: Policy) -> None:
    decision = decide(policy, kind, changes)
    if not decision.allowed:
        raise ConversionRefused(decision.text)


def _status(envelope: dict[str, msgspec.Raw], versions: Versions, changes: list[Change]) -> int:
    code = read_whole(envelope["status_code"]) if "status_code" in envelope else 0
    if type(code) is not int:
        return 0
    said = status_for(code, versions.target)
    if said != code:
        envelope["status_code"] = msgspec.Raw(str(said).encode())
        changes.append(
            Change("/status_code", Loss.DROPPED, f"{code} is not known there: {said}", versions.source)
        )
    return code


def _envelope(body: bytes) -> dict[str, msgspec.Raw]:
    try:
        require_utf8(body)
        return _ENVELOPE.decode(body)
    except UNREADABLE as error:
        raise ConversionRefused("the answer is not a JSON object") from error


def _write(value: object) -> bytes:
    try:
        return _ENCODER.encode(value)
    except (RecursionError, UnicodeEncodeError) as error:
        raise ConversionRefused("the body nests too deep to be written") from error
