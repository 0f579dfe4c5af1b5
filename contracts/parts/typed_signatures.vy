# pragma version 0.4.3
# pragma evm-version london
"""
@title Who signed a typed call
@license Apache-2.0
@notice EIP-712. A signature serves one purpose (its struct type), one contract on one chain, once (the
        signer's nonce) and until its deadline. The domain is computed at every call, so that after a fork of
        the chain a signature holds on the side it was made for only.
"""

DOMAIN_TYPE: constant(bytes32) = keccak256(
    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
)
VERSION: constant(String[1]) = "1"
# Half the order of secp256k1: of the two valid values of s only the lower one is accepted.
HIGHEST_S: constant(bytes32) = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0

NAME: immutable(String[32])
NAME_HASH: immutable(bytes32)

# How many typed calls of a signer were carried out; the number its next signature has to name.
nonces: public(HashMap[address, uint256])


@deploy
def __init__(name: String[32]):
    NAME = name
    NAME_HASH = keccak256(name)


@external
@view
def DOMAIN_SEPARATOR() -> bytes32:
    return self._domain_separator()


@external
@view
def eip712Domain() -> (
    bytes1, String[32], String[1], uint256, address, bytes32, DynArray[uint256, 1]
):
    """
    @notice ERC-5267: fields, name, version, chainId, verifyingContract, salt, extensions.
    """
    return 0x0f, NAME, VERSION, chain.id, self, empty(bytes32), []


@internal
@view
def _domain_separator() -> bytes32:
    return keccak256(abi_encode(DOMAIN_TYPE, NAME_HASH, keccak256(VERSION), chain.id, self))


@internal
def _use_nonce(signer: address) -> uint256:
    nonce: uint256 = self.nonces[signer]
    self.nonces[signer] = nonce + 1
    return nonce


@internal
@view
def _signer(struct_hash: bytes32, deadline: uint256, v: uint8, r: bytes32, s: bytes32) -> address:
    """
    @dev Never the zero address, which is what ecrecover answers to a v other than 27 and 28.
    """
    assert block.timestamp <= deadline, "Signature expired."
    signer: address = empty(address)
    if convert(s, uint256) <= convert(HIGHEST_S, uint256):
        signer = ecrecover(
            keccak256(concat(b"\x19\x01", self._domain_separator(), struct_hash)), v, r, s
        )
    assert signer != empty(address), "Invalid signature."
    return signer
