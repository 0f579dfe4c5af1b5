# pragma version 0.4.3
# pragma evm-version london
"""
@title What stands behind a voucher
@license Apache-2.0
@notice A leaf is one session's share of one voucher. The leaves of a voucher form a Merkle tree; its root and
        the voucher's total are chained to the evidence of the voucher before, so that one hash stands for the
        whole history of a lane.
        A leaf is the hash of seven words, a node of two: one can never be shown as the other.
"""

struct Leaf:
    salt: bytes32
    kind: uint256
    object: bytes32
    amount: uint256
    wh: uint256
    document: bytes32
    signed: bytes32


struct Link:
    root: bytes32
    cumulative: uint256


@internal
@pure
def _hash(leaf: Leaf) -> bytes32:
    return keccak256(abi_encode(leaf))


@internal
@pure
def _node(one: bytes32, other: bytes32) -> bytes32:
    """
    @dev The two below a node are hashed in their order as numbers.
    """
    if convert(one, uint256) < convert(other, uint256):
        return keccak256(concat(one, other))
    return keccak256(concat(other, one))


@internal
@pure
def _chained(before: bytes32, link: Link) -> bytes32:
    return keccak256(abi_encode(before, link.root, link.cumulative))
