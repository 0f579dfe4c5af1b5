"""Leaves, trees and the chain of evidence of one lane, as both sides of a lane make them."""

from dataclasses import dataclass, field
from typing import Any

from eth_abi.abi import encode
from eth_utils.crypto import keccak

Leaf = tuple[bytes, int, bytes, int, int, bytes, bytes]
"""Salt, kind, object, amount, Wh, document, signed data."""
Link = tuple[bytes, int]
"""Root, cumulative."""


def leaf(name: str, amount: int) -> Leaf:
    words = [keccak(text=f"{name}: {word}") for word in ("salt", "object", "document", "signed")]
    return words[0], 2, words[1], amount, 17_500, words[2], words[3]


def leaf_hash(it: Leaf) -> bytes:
    return keccak(encode(["(bytes32,uint256,bytes32,uint256,uint256,bytes32,bytes32)"], [it]))


def node(one: bytes, other: bytes) -> bytes:
    return keccak(min(one, other) + max(one, other))


def levels(hashes: list[bytes]) -> list[list[bytes]]:
    """From the leaves to the root; an odd one goes up as it is."""
    tree = [hashes]
    while len(tree[-1]) > 1:
        below = tree[-1]
        pairs = [below[at : at + 2] for at in range(0, len(below), 2)]
        tree.append([node(*pair) if len(pair) == 2 else pair[0] for pair in pairs])
    return tree


def proof(hashes: list[bytes], at: int) -> list[bytes]:
    siblings = []
    for level in levels(hashes)[:-1]:
        if at ^ 1 < len(level):
            siblings.append(level[at ^ 1])
        at //= 2
    return siblings


def chained(before: bytes, link: Link) -> bytes:
    return keccak(encode(["bytes32", "bytes32", "uint256"], [before, *link]))


@dataclass
class History:
    """The vouchers of one lane, each with its leaves."""

    vouchers: list[list[Leaf]] = field(default_factory=list)

    def add(self, *leaves: Leaf) -> "History":
        self.vouchers.append(list(leaves))
        return self

    @property
    def cumulative(self) -> int:
        return sum(each[3] for leaves in self.vouchers for each in leaves)

    def links(self) -> list[Link]:
        links, cumulative = [], 0
        for leaves in self.vouchers:
            cumulative += sum(each[3] for each in leaves)
            links.append((levels([leaf_hash(each) for each in leaves])[-1][0], cumulative))
        return links

    def evidence(self, number: int | None = None) -> bytes:
        """After that many vouchers, or all of them."""
        evidence = bytes(32)
        for link in self.links()[:number]:
            evidence = chained(evidence, link)
        return evidence

    def dispute(self, number: int, at: int, last: int | None = None) -> tuple[Any, ...]:
        """Leaf, proof, evidence before, links: for a leaf of a voucher, up to the last one claimed."""
        leaves = self.vouchers[number]
        hashes = [leaf_hash(each) for each in leaves]
        return leaves[at], proof(hashes, at), self.evidence(number), self.links()[number:last]
