"""A place in a list that a client holds for us: short, unreadable, and of no use to anybody else. Pure.

Encrypted and authenticated with AES-256-GCM under a key of its own, bound to the module and the party that it
was given to. 84 characters, so that the whole address of a page stays within OCPI's 255.
"""

import os
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ocn.ocpi.errors import InvalidParameters

_INFO = b"ocn node list cursors 1"
"""Sets this key apart from every other that is derived from the node's secret. Never change it."""
_FIELDS = struct.Struct(">BIQIHqq")
_FORMAT = 1
_NONCE_BYTES = 12
_CHARACTERS = 84
_NOT_COUNTED = 2**32 - 1
_NO_MOMENT = -(2**63)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a crawl stands, and what it asked for."""

    after: int
    limit: int
    updated_from: datetime | None = None
    updated_to: datetime | None = None
    total: int | None = None
    """What was counted when a crawl by date began; None where the count is kept anyway."""


class Cursors:
    """Writes places and reads them again."""

    def __init__(self, secret: bytes, lifetime: timedelta) -> None:
        derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=_INFO)
        self._cipher = AESGCM(derivation.derive(secret))
        self._lifetime = lifetime

    def write(self, place: Place, *, module: str, viewer: str, now: datetime) -> str:
        """Return a cursor for one party and one module."""
        fields = _FIELDS.pack(
            _FORMAT,
            int((now + self._lifetime).timestamp()),
            place.after,
            min(place.total, _NOT_COUNTED - 1) if place.total is not None else _NOT_COUNTED,
            place.limit,
            _micros(place.updated_from),
            _micros(place.updated_to),
        )
        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, fields, _bound_to(module, viewer))
        return urlsafe_b64encode(sealed).decode()

    def read(self, cursor: str, *, module: str, viewer: str, now: datetime) -> Place:
        """Return the place.

        Raises:
            InvalidParameters: expired, altered, or given to another party or for another module.
        """
        if len(cursor) != _CHARACTERS or not cursor.isascii():
            raise InvalidParameters("the cursor is none of this hub: begin the list again")
        try:
            sealed = urlsafe_b64decode(cursor)
            fields = self._cipher.decrypt(
                sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _bound_to(module, viewer)
            )
        except (InvalidTag, ValueError):
            raise InvalidParameters(
                "the cursor was not given to this party for this list: begin the list again"
            ) from None
        version, expires_at, after, total, limit, updated_from, updated_to = _FIELDS.unpack(fields)
        if version != _FORMAT or expires_at <= now.timestamp():
            raise InvalidParameters("the cursor has expired: begin the list again")
        return Place(
            after,
            limit,
            _moment(updated_from),
            _moment(updated_to),
            total if total != _NOT_COUNTED else None,
        )


def _bound_to(module: str, viewer: str) -> bytes:
    return f"{module} {viewer}".encode()


def _micros(moment: datetime | None) -> int:
    return (moment - _EPOCH) // _MICROSECOND if moment is not None else _NO_MOMENT


def _moment(micros: int) -> datetime | None:
    return _EPOCH + timedelta(microseconds=micros) if micros != _NO_MOMENT else None
