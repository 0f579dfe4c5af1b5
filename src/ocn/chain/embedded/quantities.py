"""JSON-RPC's hexadecimal: quantities without leading zeros, data with all of them."""

from typing import Any, Final

from ocn.chain.embedded.errors import invalid_params

UINT256: Final = 2**256 - 1
UINT64: Final = 2**64 - 1
ZERO_ADDRESS: Final = bytes(20)


def quantity(value: int) -> str:
    """An integer as the wire spells it."""
    return hex(value)


def data(value: bytes) -> str:
    """Bytes as the wire spells them."""
    return "0x" + value.hex()


def parse_quantity(value: Any, what: str, *, limit: int = UINT256) -> int:
    """Read a quantity: hex text, or a JSON integer, which the ``evm_`` methods are customarily given."""
    if isinstance(value, int) and not isinstance(value, bool):
        number = value
    elif isinstance(value, str) and value[:2] in {"0x", "0X"} and 2 < len(value) <= 66:
        try:
            number = int(value[2:], 16)
        except ValueError:
            raise invalid_params(f"{what}: not a hexadecimal quantity") from None
    else:
        raise invalid_params(f"{what}: expected a hexadecimal quantity such as 0x1a")
    if not 0 <= number <= limit:
        raise invalid_params(f"{what}: out of range")
    return number


def parse_data(value: Any, what: str, *, size: int | None = None) -> bytes:
    """Read bytes; ``size`` is the exact length wanted."""
    if not isinstance(value, str) or value[:2] not in {"0x", "0X"}:
        raise invalid_params(f"{what}: expected hexadecimal data with 0x in front")
    try:
        raw = bytes.fromhex(value[2:])
    except ValueError:
        raise invalid_params(f"{what}: not hexadecimal data of whole bytes") from None
    if len(raw) * 2 != len(value) - 2 or (size is not None and len(raw) != size):
        raise invalid_params(f"{what}: expected {size} bytes" if size else f"{what}: not hexadecimal data")
    return raw


def parse_address(value: Any, what: str = "address") -> bytes:
    """Read an address in any capitalisation."""
    return parse_data(value, what, size=20)


def parse_hash(value: Any, what: str = "hash") -> bytes:
    """Read a block or transaction hash."""
    return parse_data(value, what, size=32)
