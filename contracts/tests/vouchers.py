"""What payers sign, put together without asking the contract."""

from collections.abc import Mapping
from typing import Any

from contracts.tests.people import Person
from eth_abi.abi import encode
from eth_account import Account
from eth_utils.crypto import keccak

Signed = tuple[int, bytes, bytes, bytes]
"""Cumulative, evidence, r, vs."""

_DOMAIN = keccak(text="EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")
_VOUCHER = keccak(
    text="Voucher(address payer,address payee,address token,uint256 cumulative,bytes32 evidence)"
)


def lanes_domain(chain_id: int, contract: str) -> dict[str, Any]:
    """The EIP-712 domain."""
    return {"name": "OCN Lanes", "version": "1", "chainId": chain_id, "verifyingContract": contract}


def domain_separator(domain: Mapping[str, Any]) -> bytes:
    names = [keccak(text=domain["name"]), keccak(text=domain["version"])]
    types = ["bytes32", "bytes32", "bytes32", "uint256", "address"]
    return keccak(encode(types, [_DOMAIN, *names, domain["chainId"], domain["verifyingContract"]]))


def digest(
    domain: Mapping[str, Any], payer: str, payee: str, token: str, cumulative: int, evidence: bytes
) -> bytes:
    """What is signed of a voucher."""
    message = encode(
        ["bytes32", "address", "address", "address", "uint256", "bytes32"],
        [_VOUCHER, payer, payee, token, cumulative, evidence],
    )
    return keccak(b"\x19\x01" + domain_separator(domain) + keccak(message))


def compact(hashed: bytes, signer: Person) -> tuple[bytes, bytes]:
    """The signature as EIP-2098 writes it: r, and s with the parity above it."""
    signed = Account.unsafe_sign_hash(hashed, signer.key)
    return signed.r.to_bytes(32, "big"), (signed.s | (signed.v - 27) << 255).to_bytes(32, "big")
