# pragma version 0.4.3
# pragma evm-version london
"""
@title Who signed a raw call
@license Apache-2.0
@notice The scheme of the `...Raw` functions: EIP-191 personal_sign over the hash of the tightly packed
        arguments. It binds neither purpose nor chain, contract, time or order; it stays for the clients that
        speak it. New clients use typed_signatures.
"""


@internal
@pure
def _signer(packed_hash: bytes32, v: uint8, r: bytes32, s: bytes32) -> address:
    """
    @dev The zero address if nobody signed: a caller compares with an address that it has found not to be zero.
    """
    return ecrecover(keccak256(concat(b"\x19Ethereum Signed Message:\n32", packed_hash)), v, r, s)


@internal
@pure
def _signer_of_address(account: address, v: uint8, r: bytes32, s: bytes32) -> address:
    """
    @dev Who signed a message that is one address and nothing else.
    """
    return self._signer(keccak256(slice(convert(account, bytes32), 12, 20)), v, r, s)
