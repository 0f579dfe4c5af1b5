# pragma version 0.4.3
# pragma evm-version london
"""
@title A contract wallet that stands by signatures as it is told to (tests only)
"""

HONEST: constant(uint256) = 0  # stands by what its owner signed
LYING: constant(uint256) = 1  # stands by everything
DENYING: constant(uint256) = 2
BURNING: constant(uint256) = 3  # uses all gas it is given
REFUSING: constant(uint256) = 4  # reverts
WORDY: constant(uint256) = 5  # answers the right word and another one
SHORT: constant(uint256) = 6  # answers four bytes
NOISY: constant(uint256) = 7  # answers the right four bytes and noise behind them
WRITING: constant(uint256) = 8  # tries to change something
COSTLY: constant(uint256) = 9  # uses a good part of the gas, then is honest

MAGIC: constant(bytes32) = 0x1626ba7e00000000000000000000000000000000000000000000000000000000

owner: immutable(address)
mode: public(uint256)
written: public(uint256)


@deploy
def __init__(itsOwner: address):
    owner = itsOwner


@external
def behave(mode: uint256):
    self.mode = mode


@external
def execute(target: address, data: Bytes[4096]):
    """
    @notice As a wallet that acts itself.
    """
    assert msg.sender == owner
    raw_call(target, data)


@external
@raw_return
def isValidSignature(digest: bytes32, signature: Bytes[2048]) -> Bytes[64]:
    mode: uint256 = self.mode
    if mode == BURNING:
        for i: uint256 in range(2**128):
            continue
    if mode == COSTLY:
        for i: uint256 in range(4000):
            continue
    assert mode != REFUSING
    if mode == WRITING:
        self.written += 1
    if mode == LYING or mode == WRITING:
        return slice(MAGIC, 0, 32)
    if mode == WORDY:
        return concat(MAGIC, MAGIC)
    if mode == SHORT:
        return slice(MAGIC, 0, 4)
    if mode == NOISY:
        return concat(slice(MAGIC, 0, 31), b"\x01")
    if mode == DENYING or len(signature) != 65:
        return slice(empty(bytes32), 0, 32)
    r: uint256 = convert(slice(signature, 0, 32), uint256)
    s: uint256 = convert(slice(signature, 32, 32), uint256)
    v: uint256 = convert(slice(signature, 64, 1), uint256)
    if ecrecover(digest, v, r, s) == owner:
        return slice(MAGIC, 0, 32)
    return slice(empty(bytes32), 0, 32)
