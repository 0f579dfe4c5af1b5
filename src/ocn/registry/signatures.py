"""What the owner of a listing signs: the raw scheme of existing clients, and EIP-712."""

from collections.abc import Sequence
from typing import Final

from ocn.registry.calls import OWNER, Change, Field
from ocn.signing.addresses import address_bytes
from ocn.signing.hashes import keccak256, personal_digest

_DOMAIN_TYPE: Final = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
_VERSION: Final = "1"


def packed_digest(change: Change, owner: str) -> bytes:
    """Return the digest of a raw signature: a personal message over the hash of the packed fields.

    As in ``abi.encodePacked``, texts stand bare and every element of a list fills 32 bytes, without a count.
    """
    return personal_digest(keccak256(b"".join(_packed(*field) for field in _filled(change.packed, owner))))


def typed_digest(
    change: Change, owner: str, *, nonce: int, deadline: int, chain_id: int, contract: str
) -> bytes:
    """Return the EIP-712 digest of a change, bound to purpose, chain, contract, nonce and deadline."""
    fields = [*_filled(change.typed, owner), ("uint256", "nonce", nonce), ("uint256", "deadline", deadline)]
    struct_type = f"{change.struct}({','.join(f'{kind} {name}' for kind, name, _ in fields)})"
    message = keccak256(
        keccak256(struct_type.encode()) + b"".join(_word(kind, value) for kind, _, value in fields)
    )
    domain = keccak256(
        keccak256(_DOMAIN_TYPE.encode())
        + keccak256(change.target.value.encode())
        + keccak256(_VERSION.encode())
        + chain_id.to_bytes(32, "big")
        + _word("address", contract)
    )
    return keccak256(b"\x19\x01" + domain + message)


def _filled(fields: Sequence[Field], owner: str) -> list[Field]:
    return [(kind, name, owner if value is OWNER else value) for kind, name, value in fields]


def _packed(kind: str, _name: str, value: object) -> bytes:
    if kind == "address":
        return address_bytes(str(value))
    if kind.endswith("[]"):
        return _numbers(value)
    return value if isinstance(value, bytes) else str(value).encode()


def _word(kind: str, value: object) -> bytes:
    """Encode a member of a struct, as EIP-712 has it: lists and texts by their hash."""
    if kind == "string":
        return keccak256(str(value).encode())
    if kind.endswith("[]"):
        return keccak256(_numbers(value))
    if isinstance(value, bytes):
        return value.ljust(32, b"\0")
    if kind == "address":
        return address_bytes(str(value)).rjust(32, b"\0")
    if not isinstance(value, int):
        raise TypeError(f"{kind} takes a number")
    return value.to_bytes(32, "big")


def _numbers(value: object) -> bytes:
    if not isinstance(value, list):
        raise TypeError("a list of numbers")
    return b"".join(int(number).to_bytes(32, "big") for number in value)
