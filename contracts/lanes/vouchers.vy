# pragma version 0.4.3
# pragma evm-version london
"""
@title Cumulative vouchers, and who signed them
@license Apache-2.0
@notice A voucher is the payer's word on the total it owes the payee since the beginning. The total is the
        counter: an older voucher is worth nothing beside a newer one, and the same one twice is worth it
        once. So it needs no nonce and no end. Signatures are EIP-2098: s in the lower 255 bits of vs, the
        parity above. Of the two values of s that every signature has, some of the higher ones fit as well:
        they say the same thing and move nothing more.
"""

VOUCHER: constant(bytes32) = keccak256(
    "Voucher(address payer,address payee,address token,uint256 cumulative,bytes32 evidence)"
)
S_MASK: constant(uint256) = 2**255 - 1


@internal
@pure
def _digest(
    domain: bytes32, payer: address, payee: address, token: address, cumulative: uint256, evidence: bytes32
) -> bytes32:
    message: bytes32 = keccak256(abi_encode(VOUCHER, payer, payee, token, cumulative, evidence))
    return keccak256(concat(b"\x19\x01", domain, message))


@internal
@pure
def _signer(digest: bytes32, r: bytes32, vs: bytes32) -> address:
    """
    @dev The zero address if nobody signed.
    """
    word: uint256 = convert(vs, uint256)
    return ecrecover(digest, 27 + (word >> 255), convert(r, uint256), word & S_MASK)
