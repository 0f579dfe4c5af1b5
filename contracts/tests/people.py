"""Key holders, and the two ways they sign."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from eth_account import Account
from eth_account.messages import SignableMessage, encode_defunct, encode_typed_data
from eth_utils.crypto import keccak

Vrs = tuple[int, bytes, bytes]
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@dataclass(frozen=True)
class Person:
    """Somebody with a key of their own, made from the name."""

    name: str
    key: bytes = field(init=False, repr=False)
    address: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", keccak(text=self.name))
        object.__setattr__(self, "address", Account.from_key(self.key).address.lower())

    def sign_packed(self, packed: bytes) -> Vrs:
        """As existing clients sign a raw call."""
        return self._sign(encode_defunct(keccak(packed)))

    def sign_typed(
        self, domain: Mapping[str, Any], primary: str, fields: Mapping[str, str], message: Mapping[str, Any]
    ) -> Vrs:
        types = {primary: [{"name": name, "type": kind} for name, kind in fields.items()]}
        members = {name: list(m) if isinstance(m, tuple) else m for name, m in message.items()}
        return self._sign(encode_typed_data(dict(domain), types, members))

    def _sign(self, message: SignableMessage) -> Vrs:
        signed = Account.sign_message(message, self.key)
        return signed.v, signed.r.to_bytes(32, "big"), signed.s.to_bytes(32, "big")


def mirrored(vrs: Vrs) -> Vrs:
    """The other signature with the same meaning: s on the high side."""
    v, r, s = vrs
    return 55 - v, r, (ORDER - int.from_bytes(s, "big")).to_bytes(32, "big")


def words(*values: int) -> bytes:
    return b"".join(value.to_bytes(32, "big") for value in values)


def raw_address(address: str) -> bytes:
    return bytes.fromhex(address[2:])
