"""Bytes as 0x and hex digits."""

import re

from ocn.ocpi.errors import InvalidParameters

_HEX = re.compile(r"0x(?:[0-9a-fA-F]{2})*", re.ASCII)


def written(data: bytes) -> str:
    """Write bytes."""
    return "0x" + data.hex()


def octets(value: object, length: int, name: str) -> bytes:
    """Read so many bytes.

    Raises:
        InvalidParameters: something else.
    """
    if not isinstance(value, str) or len(value) != 2 + 2 * length or not _HEX.fullmatch(value):
        raise InvalidParameters(f"{name} must be 0x and {2 * length} hex digits")
    return bytes.fromhex(value[2:])
