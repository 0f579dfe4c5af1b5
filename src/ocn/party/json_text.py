"""JSON in and out without a digit lost: fractions and exponents are Decimal, integers are int."""

from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

import msgspec

from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.unreadable import UNREADABLE

JsonObject: TypeAlias = dict[str, Any]

_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def decode_json(body: bytes) -> Any:
    """Read any JSON value.

    Raises:
        InvalidParameters: not JSON, or nested too deeply.
    """
    try:
        return _DECODER.decode(body)
    except (*UNREADABLE, InvalidOperation) as error:
        raise InvalidParameters("the body is not valid JSON") from error


def decode_object(body: bytes) -> JsonObject:
    """Read a JSON object.

    Raises:
        InvalidParameters: not JSON, or another kind of value.
    """
    value = decode_json(body)
    if not isinstance(value, dict):
        raise InvalidParameters("the body must be a JSON object")
    return value


def encode_json(value: object) -> bytes:
    """Write a value; a Decimal keeps the digits it was read with."""
    return _ENCODER.encode(value)
