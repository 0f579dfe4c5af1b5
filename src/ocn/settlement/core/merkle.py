"""A Merkle tree whose pairs are hashed in order of their value, so that a proof needs no directions.

An odd node goes up as it is. Leaves are hashes of 224 bytes and nodes of 64, so neither passes for the other.
"""

from collections.abc import Sequence

from ocn.signing.hashes import keccak256


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Return the root. ValueError: there is no leaf."""
    if not leaves:
        raise ValueError("a tree has at least one leaf")
    level = list(leaves)
    while len(level) > 1:
        level = _above(level)
    return level[0]


def merkle_proof(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Return the siblings from a leaf up to the root. IndexError: no such leaf."""
    if not 0 <= index < len(leaves):
        raise IndexError("no such leaf")
    level, siblings = list(leaves), []
    while len(level) > 1:
        sibling = index ^ 1
        if sibling < len(level):
            siblings.append(level[sibling])
        level, index = _above(level), index // 2
    return tuple(siblings)


def root_from(leaf: bytes, siblings: Sequence[bytes]) -> bytes:
    """Climb from a leaf to the root that its siblings lead to."""
    for sibling in siblings:
        leaf = _pair(leaf, sibling)
    return leaf


def _above(level: Sequence[bytes]) -> list[bytes]:
    above = [_pair(level[n], level[n + 1]) for n in range(0, len(level) - 1, 2)]
    if len(level) % 2:
        above.append(level[-1])
    return above


def _pair(one: bytes, other: bytes) -> bytes:
    return keccak256(one + other if one <= other else other + one)
