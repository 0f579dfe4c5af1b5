"""The response envelope: building one, and looking at one without decoding what it carries."""

from datetime import datetime

import msgspec

from ocn.ocpi.statuses import Status
from ocn.ocpi.timestamps import format_datetime
from ocn.ocpi.unreadable import UNREADABLE


class Envelope(msgspec.Struct, omit_defaults=True):
    """What every answer is wrapped in (OCPI 2.2.1 transport_and_format, Response format).

    ``data`` holds any value msgspec can encode, or :class:`msgspec.Raw` for bytes that stay as they are.
    """

    data: object = msgspec.UNSET
    status_code: int = 0
    status_message: str | msgspec.UnsetType = msgspec.UNSET
    timestamp: str = ""
    ocn_signature: str | msgspec.UnsetType = msgspec.UNSET


class EnvelopeHead(msgspec.Struct):
    """The members of an answer that a relay looks at; the rest is skipped, not decoded."""

    status_code: int


class _Said(msgspec.Struct):
    status_message: str = ""


_ENCODER = msgspec.json.Encoder(decimal_format="number")
_HEAD = msgspec.json.Decoder(EnvelopeHead)
_SAID = msgspec.json.Decoder(_Said)


def encode_envelope(
    data: object,
    *,
    now: datetime,
    status_code: int = Status.SUCCESS,
    status_message: str | None = None,
    ocn_signature: str | None = None,
) -> bytes:
    """Write an envelope; pass :data:`msgspec.UNSET` as ``data`` to leave it out."""
    return _ENCODER.encode(
        Envelope(
            data=data,
            status_code=int(status_code),
            status_message=status_message if status_message is not None else msgspec.UNSET,
            timestamp=format_datetime(now),
            ocn_signature=ocn_signature if ocn_signature is not None else msgspec.UNSET,
        )
    )


def read_status_code(body: bytes) -> int | None:
    """Return the OCPI status of an answer, or None when the body is not an OCPI envelope.

    The whole body is checked to be JSON, and nothing but the code is kept: 1 µs for 2 kB.
    """
    try:
        return _HEAD.decode(body).status_code
    except UNREADABLE:
        return None


def read_status_message(body: bytes) -> str:
    """Return what an answer says about its status; nothing when it says nothing that can be read."""
    try:
        return _SAID.decode(body).status_message
    except UNREADABLE:
        return ""
