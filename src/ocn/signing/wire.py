"""The text form of a party signature: JSON, compressed, in Base64.

Generations differ in the compression (Brotli in 2020, gzip since 2024, none in old documents) and cannot read
each other; this reads all three and writes the one asked for. Everything read is hostile: text, expansion,
fields and rewrites are bounded before they are looked at.
"""

import binascii
import zlib
from typing import Any, Literal, TypeAlias

import brotli  # type: ignore[import-untyped]  # ships no types; its two calls are wrapped below
import msgspec

from ocn.signing.envelope import Envelope, Rewrite
from ocn.signing.errors import JsonInvalid, SignatureInvalid
from ocn.signing.json_values import JsonValue, encode_json, number_literal, require_shallow
from ocn.signing.plans import fields_of

Compression: TypeAlias = Literal["brotli", "gzip", "plain"]

MAX_TEXT = 64 * 1024
MAX_EXPANDED = 256 * 1024
MAX_FIELDS = 5_000
MAX_REWRITES = 8

_BROTLI_QUALITY = 4
"""What the existing library uses; with it our texts equal its own, byte for byte."""
_GZIP_LEVEL = 1
_GZIP_WINDOW = 31


class _RewriteOnWire(msgspec.Struct, rename={"rewritten_fields": "rewrittenFields"}):
    rewritten_fields: dict[str, Any]
    hash: str
    rsv: str
    signatory: str


class _EnvelopeOnWire(msgspec.Struct):
    fields: msgspec.Raw
    hash: str
    rsv: str
    signatory: str
    rewrites: list[_RewriteOnWire] | None = None


_DECODER = msgspec.json.Decoder(_EnvelopeOnWire, float_hook=number_literal)


def encode(envelope: Envelope, compression: Compression = "brotli") -> str:
    """Write a signature as it travels in ``OCN-Signature`` and ``ocn_signature``."""
    rewrites: list[JsonValue] = [
        {
            "rewrittenFields": dict(rewrite.rewritten_fields),
            "hash": rewrite.hash,
            "rsv": rewrite.rsv,
            "signatory": rewrite.signatory,
        }
        for rewrite in envelope.rewrites
    ]
    plain = encode_json(
        {
            "fields": list(envelope.fields),
            "hash": envelope.hash,
            "rsv": envelope.rsv,
            "signatory": envelope.signatory,
            "rewrites": rewrites,
        }
    )
    return binascii.b2a_base64(_compress(plain, compression), newline=False).decode()


def decode(text: str) -> Envelope:
    """Read a signature in any of the three forms; nothing in it has been verified yet.

    Raises:
        SignatureInvalid: it is malformed or exceeds a limit. Never anything else.
    """
    if len(text) > MAX_TEXT:
        raise SignatureInvalid(f"Malformed signature: longer than {MAX_TEXT} characters")
    try:
        read = _DECODER.decode(_expand(_from_base64(text)))
        fields = fields_of(bytes(read.fields))
    except (ValueError, RecursionError) as error:
        raise SignatureInvalid(
            "Malformed signature: not an envelope of fields, hash, rsv, signatory"
        ) from error
    rewrites = read.rewrites or []
    if len(fields) > MAX_FIELDS or len(rewrites) > MAX_REWRITES:
        raise SignatureInvalid("Malformed signature: too many fields or rewrites")
    return Envelope(fields, read.hash, read.rsv, read.signatory, tuple(_rewrite(item) for item in rewrites))


def _rewrite(read: _RewriteOnWire) -> Rewrite:
    try:
        require_shallow(read.rewritten_fields)
    except JsonInvalid as error:
        raise SignatureInvalid(f"Malformed signature: {error}") from error
    if len(read.rewritten_fields) > MAX_FIELDS:
        raise SignatureInvalid("Malformed signature: too many fields or rewrites")
    return Rewrite(read.rewritten_fields, read.hash, read.rsv, read.signatory)


def _from_base64(text: str) -> bytes:
    """Read the standard or the URL-safe alphabet, padded or not."""
    if len(text) % 4 == 0 and "-" not in text and "_" not in text:
        return binascii.a2b_base64(text, strict_mode=True)
    digits = text.replace("-", "+").replace("_", "/").rstrip("=")
    return binascii.a2b_base64(digits + "=" * (-len(digits) % 4), strict_mode=True)


def _compress(plain: bytes, compression: Compression) -> bytes:
    if compression == "plain":
        return plain
    if compression == "gzip":
        packer = zlib.compressobj(_GZIP_LEVEL, wbits=_GZIP_WINDOW)
        return packer.compress(plain) + packer.flush()
    packed: bytes = brotli.compress(plain, quality=_BROTLI_QUALITY)
    return packed


def _expand(packed: bytes) -> bytes:
    """Undo whichever compression it is. SignatureInvalid: broken, or larger than allowed."""
    if packed.startswith(b"{"):
        return packed
    if packed.startswith(b"\x1f\x8b"):
        plain, finished = _gunzip(packed)
    else:
        plain, finished = _unbrotli(packed)
    if len(plain) > MAX_EXPANDED:
        raise SignatureInvalid(f"Malformed signature: expands beyond {MAX_EXPANDED} bytes")
    if not finished:
        raise SignatureInvalid("Malformed signature: unexpected end of compressed data")
    return plain


def _gunzip(packed: bytes) -> tuple[bytes, bool]:
    unpacker = zlib.decompressobj(_GZIP_WINDOW)
    try:
        plain = unpacker.decompress(packed, MAX_EXPANDED + 1)
    except zlib.error as error:
        raise SignatureInvalid("Malformed signature: Decompression failed") from error
    return plain, unpacker.eof and not unpacker.unused_data


def _unbrotli(packed: bytes) -> tuple[bytes, bool]:
    unpacker = brotli.Decompressor()
    try:
        plain = unpacker.process(packed, output_buffer_limit=MAX_EXPANDED + 1)
    except brotli.error as error:
        raise SignatureInvalid("Malformed signature: Decompression failed") from error
    return plain, unpacker.is_finished()
