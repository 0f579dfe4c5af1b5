"""EIP-712 for what is signed here: vouchers, which the contract reads, terms, and whose a vault is."""

from functools import lru_cache

from ocn.settlement.core.lane import Lane
from ocn.signing.addresses import address_bytes
from ocn.signing.hashes import keccak256

VOUCHER_TYPE = "Voucher(address payer,address payee,address token,uint256 cumulative,bytes32 evidence)"
TERMS_TYPE = "Terms(bytes32 document)"
VAULT_TYPE = "Vault(address vault,bytes32 document)"
HOLD_BACK_TYPE = (
    "HoldBack(address payer,address payee,address token,uint256 window,address arbiter,"
    "uint256 payerNonce,uint256 payeeNonce,uint256 deadline)"
)
_DOMAIN_TYPE = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
_VOUCHER = keccak256(VOUCHER_TYPE.encode())
_TERMS = keccak256(TERMS_TYPE.encode())
_VAULT = keccak256(VAULT_TYPE.encode())
_HOLD_BACK = keccak256(HOLD_BACK_TYPE.encode())
_NOBODY = bytes(32)
_DOMAIN = keccak256(_DOMAIN_TYPE.encode()) + keccak256(b"OCN Lanes") + keccak256(b"1")


def voucher_digest(lane: Lane, cumulative: int, evidence: bytes) -> bytes:
    """Return what the payer signs: the same bytes that the contract computes."""
    return typed_digest(
        domain_separator(lane.chain_id, lane.contract), _voucher_head(lane) + word(cumulative) + evidence
    )


def terms_digest(lane: Lane, document_hash: bytes) -> bytes:
    """Return what both parties sign to agree on terms; bound to chain and contract as a voucher is."""
    return typed_digest(domain_separator(lane.chain_id, lane.contract), _TERMS + document_hash)


def vault_digest(lane: Lane, vault: str, document_hash: bytes) -> bytes:
    """Return what the key of a vault's vouchers signs, to say that the vault is of these terms."""
    struct = _VAULT + _padded(vault) + document_hash
    return typed_digest(domain_separator(lane.chain_id, lane.contract), struct)


def hold_back_digest(
    lane: Lane, window_s: int, arbiter: str, numbers: tuple[int, int], deadline: int
) -> bytes:
    """Return what both vaults sign to hold a lane's payments back: the bytes that the contract computes.

    ``numbers`` are those of the payer's and the payee's next signed call; without an arbiter it ends.
    """
    addresses = _padded(lane.payer) + _padded(lane.payee) + _padded(lane.token)
    agreed = word(window_s) + (_padded(arbiter) if arbiter else _NOBODY)
    struct = _HOLD_BACK + addresses + agreed + word(numbers[0]) + word(numbers[1]) + word(deadline)
    return typed_digest(domain_separator(lane.chain_id, lane.contract), struct)


def word(number: int) -> bytes:
    """Write a uint256. OverflowError: negative or too large."""
    return number.to_bytes(32, "big")


def typed_digest(domain: bytes, struct: bytes) -> bytes:
    """Return the digest of an encoded struct, its type hash first."""
    return keccak256(b"\x19\x01" + domain + keccak256(struct))


@lru_cache(maxsize=256)
def domain_separator(chain_id: int, contract: str) -> bytes:
    """Return what binds a signature to one contract on one chain."""
    return keccak256(_DOMAIN + word(chain_id) + _padded(contract))


@lru_cache(maxsize=4096)
def _voucher_head(lane: Lane) -> bytes:
    return _VOUCHER + _padded(lane.payer) + _padded(lane.payee) + _padded(lane.token)


def _padded(address: str) -> bytes:
    return bytes(12) + address_bytes(address)
