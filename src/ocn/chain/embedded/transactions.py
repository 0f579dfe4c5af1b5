"""Signed transactions as they arrive: legacy, access-list (EIP-2930) and fee-market (EIP-1559).

A decoded `Transaction` has the attributes py-evm's executor reads, so that it runs as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from eth_hash.auto import keccak
from eth_keys.datatypes import PrivateKey, Signature
from eth_keys.exceptions import BadSignature
from eth_utils.exceptions import ValidationError

from ocn.chain.embedded.errors import RpcError, invalid_params, refused
from ocn.chain.embedded.quantities import UINT64, UINT256
from ocn.chain.embedded.rlp_items import RlpError, rlp_decode, rlp_encode

MAX_RAW_SIZE: Final = 128 * 1024
"""Bytes of an encoded transaction; what go-ethereum's pool accepts."""
HALF_CURVE_ORDER: Final = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0

AccessList = tuple[tuple[bytes, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class Call:
    """What the EVM is asked to run: a transaction without its signature, or an ``eth_call``."""

    sender: bytes
    to: bytes
    """Empty for a contract creation."""
    gas: int
    value: int
    data: bytes
    max_fee_per_gas: int = 0
    max_priority_fee_per_gas: int = 0
    access_list: AccessList = ()

    @property
    def intrinsic_gas(self) -> int:
        """What London charges before the first instruction."""
        zeros = self.data.count(0)
        listed = sum(2400 + 1900 * len(slots) for _, slots in self.access_list)
        creation = 0 if self.to else 32_000
        return 21_000 + creation + 4 * zeros + 16 * (len(self.data) - zeros) + listed


@dataclass(frozen=True, slots=True)
class Transaction:
    """A signed transaction whose signature names ``call.sender``."""

    raw: bytes
    hash: bytes
    type: int
    chain_id: int | None
    """None for a legacy transaction signed without EIP-155."""
    nonce: int
    call: Call
    v: int
    r: int
    s: int

    @property
    def upfront_cost(self) -> int:
        """Wei the sender must own for the transaction to be accepted."""
        return self.call.gas * self.call.max_fee_per_gas + self.call.value


def decode(raw: bytes) -> Transaction:
    """Read a signed transaction and recover its sender.

    Raises:
        RpcError: the bytes are no transaction, are too long, or the signature is not valid.
    """
    if len(raw) > MAX_RAW_SIZE:
        raise refused(f"oversized data: transaction size {len(raw)}, limit {MAX_RAW_SIZE}")
    if not raw:
        raise invalid_params("transaction: empty")
    try:
        if raw[0] >= 0xC0:
            return _legacy(raw, rlp_decode(raw))
        if raw[0] in {1, 2}:
            return _typed(raw, rlp_decode(raw[1:]))
    except (RlpError, BadSignature, ValidationError, ValueError, TypeError) as error:
        raise invalid_params(f"transaction: {_why(error)}") from error
    raise refused("transaction type not supported")


def sign_legacy(call: Call, nonce: int, key: bytes, chain_id: int) -> bytes:
    """The raw bytes of ``call`` as an EIP-155 legacy transaction, priced at ``call.max_fee_per_gas``."""
    fields: list[Any] = [nonce, call.max_fee_per_gas, call.gas, call.to, call.value, call.data]
    signature = PrivateKey(key).sign_msg_hash(keccak(rlp_encode([*fields, chain_id, 0, 0])))
    encoded: bytes = rlp_encode([*fields, signature.v + 35 + 2 * chain_id, signature.r, signature.s])
    return encoded


def _why(error: Exception) -> str:
    return error.message if isinstance(error, RpcError) else (str(error) or type(error).__name__)


def _legacy(raw: bytes, fields: Sequence[Any]) -> Transaction:
    nonce, price, gas, to, value, payload, v, r, s = fields
    price_number, v_number = _number(price), _number(v)
    if v_number in {27, 28}:
        chain_id, parity, tail = None, v_number - 27, []
    elif v_number >= 35:
        chain_id, parity = divmod(v_number - 35, 2)
        tail = [chain_id, 0, 0]
    else:
        raise ValueError("signature value v is not valid")
    digest = keccak(rlp_encode([*fields[:6], *tail]))
    r_number, s_number = _number(r), _number(s)
    call = Call(
        sender=_sender(digest, parity, r_number, s_number),
        to=_recipient(to),
        gas=_number(gas, UINT64),
        value=_number(value),
        data=_bytes(payload),
        max_fee_per_gas=price_number,
        max_priority_fee_per_gas=price_number,
    )
    return Transaction(
        raw, keccak(raw), 0, chain_id, _number(nonce, UINT64), call, v_number, r_number, s_number
    )


def _typed(raw: bytes, fields: Sequence[Any]) -> Transaction:
    kind = raw[0]
    if kind == 1:
        chain_id, nonce, tip, gas, to, value, payload, listed, parity, r, s = fields
        fee = tip
    else:
        chain_id, nonce, tip, fee, gas, to, value, payload, listed, parity, r, s = fields
    digest = keccak(raw[:1] + rlp_encode(fields[:-3]))
    parity_number, r_number, s_number = _number(parity, 1), _number(r), _number(s)
    call = Call(
        sender=_sender(digest, parity_number, r_number, s_number),
        to=_recipient(to),
        gas=_number(gas, UINT64),
        value=_number(value),
        data=_bytes(payload),
        max_fee_per_gas=_number(fee),
        max_priority_fee_per_gas=_number(tip),
        access_list=tuple(_access(entry) for entry in listed),
    )
    return Transaction(
        raw,
        keccak(raw),
        kind,
        _number(chain_id),
        _number(nonce, UINT64),
        call,
        parity_number,
        r_number,
        s_number,
    )


def _access(entry: Sequence[Any]) -> tuple[bytes, tuple[int, ...]]:
    address, slots = entry
    if len(address) != 20 or any(len(slot) != 32 for slot in slots):
        raise ValueError("access list is malformed")
    return _bytes(address), tuple(int.from_bytes(slot) for slot in slots)


def _sender(digest: bytes, parity: int, r: int, s: int) -> bytes:
    if not 0 < s <= HALF_CURVE_ORDER or r == 0:
        raise ValueError("signature is not valid (r or s out of range)")
    signature = Signature(vrs=(parity, r, s))
    return signature.recover_public_key_from_msg_hash(digest).to_canonical_address()


def _number(item: Any, limit: int = UINT256) -> int:
    if not isinstance(item, bytes) or item[:1] == b"\0":
        raise ValueError("a number is malformed (leading zero or list)")
    number = int.from_bytes(item)
    if number > limit:
        raise ValueError("a number is out of range")
    return number


def _bytes(item: Any) -> bytes:
    if not isinstance(item, bytes):
        raise TypeError("a field is a list where bytes belong")
    return item


def _recipient(item: Any) -> bytes:
    to = _bytes(item)
    if len(to) not in {0, 20}:
        raise ValueError("recipient is not an address")
    return to
