"""RLP with types: an item is bytes or a list of items."""

from collections.abc import Sequence
from typing import Any, Final

import rlp  # type: ignore[import-untyped]  # the package ships no types
from rlp.exceptions import RLPException  # type: ignore[import-untyped]  # as above

RlpError: Final[type[Exception]] = RLPException


def rlp_encode(item: bytes | int | Sequence[Any]) -> bytes:
    """Encode; an integer becomes its shortest big-endian bytes."""
    encoded: bytes = rlp.encode(item)
    return encoded


def rlp_decode(raw: bytes) -> Any:
    """Decode all of ``raw``.

    Raises:
        RlpError: it is not RLP, not in its shortest form, or something follows it.
    """
    return rlp.decode(raw)
