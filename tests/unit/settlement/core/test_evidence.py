"""Evidence: leaves add up, the chain verifies, every leaf can be proved, and nothing else."""

from dataclasses import replace
from itertools import pairwise

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from ocn.ocpi.party_id import PartyId
from ocn.settlement.core.evidence import (
    MOST_LEAVES,
    NOTHING_YET,
    Entry,
    Kind,
    Leaf,
    Link,
    Proof,
    chained,
    extend,
    object_hash,
    salt,
)
from ocn.settlement.core.lane import MOST_UNITS
from ocn.settlement.core.merkle import merkle_proof, merkle_root, root_from
from ocn.settlement.errors import EvidenceInvalid
from ocn.signing.hashes import keccak256

CPO = PartyId("DE", "CPO")
HASHES = st.binary(min_size=32, max_size=32)
LEAVES = st.builds(
    Leaf,
    kind=st.sampled_from(Kind),
    owner=st.just(CPO),
    session_id=st.sampled_from(["S1", "S2", "S3"]),
    id=st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=36),
    amount=st.integers(0, 10**24),
    wh=st.integers(0, 10**6),
    document=HASHES,
    signed=HASHES,
)
LANES = st.lists(st.tuples(st.lists(LEAVES, min_size=1, max_size=9), HASHES), min_size=1, max_size=6)


def grown(steps: list[tuple[list[Leaf], bytes]]) -> list[Entry]:
    entries: list[Entry] = []
    head = NOTHING_YET
    for leaves, seed in steps:
        entries.append(extend(head, leaves, seed))
        head = entries[-1].head
    return entries


@given(LANES)
def test_leaves_of_a_lane_sum_to_its_cumulative_and_the_chain_verifies(
    steps: list[tuple[list[Leaf], bytes]],
) -> None:
    entries = grown(steps)
    assert sum(leaf.amount for entry in entries for leaf in entry.leaves) == entries[-1].cumulative
    assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
    for before, after in pairwise(entries):
        assert after.previous == before.evidence
        assert after.cumulative == before.cumulative + after.amount
        assert after.evidence == chained(before.evidence, after.root, after.cumulative)


@given(LANES, st.data())
def test_any_leaf_is_proved_against_its_own_and_every_later_voucher(
    steps: list[tuple[list[Leaf], bytes]], data: st.DataObject
) -> None:
    entries = grown(steps)
    n = data.draw(st.integers(0, len(entries) - 1))
    last = data.draw(st.integers(n, len(entries) - 1))
    index = data.draw(st.integers(0, len(entries[n].leaves) - 1))
    proof = entries[n].proof(index, entries[n + 1 : last + 1])
    assert proof.evidence() == entries[last].evidence
    forged = replace(proof, leaf=replace(proof.leaf, amount=proof.leaf.amount + 1))
    with pytest.raises(EvidenceInvalid):
        forged.evidence()


@given(st.lists(HASHES, min_size=1, max_size=33, unique=True), st.data())
def test_merkle_proof_of_any_leaf_leads_to_the_root(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    assert root_from(leaves[index], merkle_proof(leaves, index)) == merkle_root(leaves)


def test_merkle_tree_pairs_in_order_of_value_and_lifts_the_odd_one() -> None:
    one, two, three = (bytes([n]) * 32 for n in (1, 2, 3))
    assert merkle_root([one]) == one
    pair = keccak256(one + two)
    assert merkle_root([two, one]) == pair
    assert merkle_root([two, one, three]) == keccak256(min(pair, three) + max(pair, three))
    with pytest.raises(ValueError, match="at least one leaf"):
        merkle_root([])
    with pytest.raises(IndexError):
        merkle_proof([one], 1)


def test_leaf_and_evidence_are_encoded_as_the_contract_encodes_them() -> None:
    leaf = Leaf(Kind.CREDIT, CPO, "S1", "C1", 12, 34, b"\x05" * 32, b"\x06" * 32)
    words = encode(
        ["bytes32", "uint256", "bytes32", "uint256", "uint256", "bytes32", "bytes32"],
        [b"\x01" * 32, 3, keccak256(b"DE|CPO|C1"), 12, 34, b"\x05" * 32, b"\x06" * 32],
    )
    assert leaf.hashed(b"\x01" * 32) == keccak256(words)
    assert object_hash(PartyId("de", "cpo"), "C1") == keccak256(b"DE|CPO|C1")
    chain = encode(["bytes32", "bytes32", "uint256"], [b"\x01" * 32, b"\x02" * 32, 7])
    assert chained(b"\x01" * 32, b"\x02" * 32, 7) == keccak256(chain)


def test_session_of_a_cdr_is_bound_by_the_salt() -> None:
    leaf = Leaf(Kind.CDR, CPO, "S1", "C1", 12, 34, bytes(32))
    one = extend(NOTHING_YET, [leaf], b"\x01" * 32)
    other = extend(NOTHING_YET, [replace(leaf, session_id="S2")], b"\x01" * 32)
    assert one.root != other.root
    ending = extend(NOTHING_YET, [replace(leaf, ends="C0")], b"\x01" * 32)
    assert one.root != ending.root
    assert salt(b"\x01" * 32, 0, leaf) != salt(b"\x01" * 32, 1, leaf)


def test_proof_without_links_proves_nothing() -> None:
    entry = extend(NOTHING_YET, [Leaf(Kind.TICK, CPO, "S1", "S1", 1, 1, bytes(32))], bytes(32))
    proof = entry.proof(0)
    assert proof.links == (Link(entry.root, 1),)
    with pytest.raises(EvidenceInvalid):
        replace(proof, links=()).evidence()
    assert isinstance(proof, Proof)


@pytest.mark.parametrize(("amount", "wh"), [(-1, 0), (0, -1), (MOST_UNITS + 1, 0), (0, 2**63)])
def test_leaf_out_of_bounds_is_refused(amount: int, wh: int) -> None:
    with pytest.raises(EvidenceInvalid):
        Leaf(Kind.TICK, CPO, "S1", "S1", amount, wh, bytes(32))


def test_extend_beyond_its_bounds_is_refused() -> None:
    leaf = Leaf(Kind.TICK, CPO, "S1", "S1", MOST_UNITS, 0, bytes(32))
    head = extend(NOTHING_YET, [leaf], bytes(32)).head
    with pytest.raises(EvidenceInvalid, match="exceed"):
        extend(head, [replace(leaf, amount=1)], bytes(32))
    with pytest.raises(EvidenceInvalid, match="leaves"):
        extend(NOTHING_YET, [], bytes(32))
    with pytest.raises(EvidenceInvalid, match="leaves"):
        extend(NOTHING_YET, [replace(leaf, amount=0)] * (MOST_LEAVES + 1), bytes(32))
    with pytest.raises(EvidenceInvalid, match="seed"):
        extend(NOTHING_YET, [leaf], b"short")
