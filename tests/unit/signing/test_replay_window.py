"""The replay window: what was admitted once is refused, and memory stays bounded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocn.signing import NodeProof, PrivateKey, ReplayWindow, SignatureInvalid

SENDER = PrivateKey(b"\x01" * 32)
STRANGER = PrivateKey(b"\x03" * 32)
NOW = 1_700_000_000_000
AGE = 60_000


def proof(number: int, time_ms: int = NOW, key: PrivateKey = SENDER) -> NodeProof:
    return NodeProof(key.address, f"{number:032x}", time_ms)


def window(max_entries: int = 100, max_per_node: int = 100) -> ReplayWindow:
    return ReplayWindow(max_age_ms=AGE, max_entries=max_entries, max_per_node=max_per_node)


def test_proof_admitted_twice_is_refused_the_second_time() -> None:
    seen = window()
    seen.admit(proof(1), now_ms=NOW)

    with pytest.raises(SignatureInvalid, match="before"):
        seen.admit(proof(1), now_ms=NOW + 1)


def test_same_nonce_of_two_nodes_is_admitted() -> None:
    seen = window()
    seen.admit(proof(1), now_ms=NOW)
    seen.admit(proof(1, key=STRANGER), now_ms=NOW)

    assert len(seen) == 2


def test_proof_older_than_the_window_is_refused_even_when_forgotten() -> None:
    seen = window()
    seen.admit(proof(1), now_ms=NOW)

    with pytest.raises(SignatureInvalid, match="too old"):
        seen.admit(proof(1), now_ms=NOW + 10 * AGE)
    assert len(seen) == 0


def test_full_window_refuses_until_time_has_passed() -> None:
    seen = window(max_entries=2)
    seen.admit(proof(1), now_ms=NOW)
    seen.admit(proof(2), now_ms=NOW)
    with pytest.raises(SignatureInvalid, match="Too many"):
        seen.admit(proof(3), now_ms=NOW)

    later = NOW + 2 * AGE
    seen.admit(proof(3, later), now_ms=later)

    assert len(seen) == 1


def test_node_over_its_share_leaves_room_for_the_others() -> None:
    seen = window(max_per_node=1)
    seen.admit(proof(1), now_ms=NOW)
    with pytest.raises(SignatureInvalid, match="Too many"):
        seen.admit(proof(2), now_ms=NOW)

    seen.admit(proof(2, key=STRANGER), now_ms=NOW)

    assert len(seen) == 2


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(-2 * AGE, 2 * AGE), st.integers(0, AGE)), max_size=40)
)
def test_no_proof_is_ever_admitted_twice(events: list[tuple[int, int, int]]) -> None:
    seen, now, admitted = window(), NOW, set()
    for number, offset, step in events:
        now += step
        candidate = proof(number, NOW + offset)
        try:
            seen.admit(candidate, now_ms=now)
        except SignatureInvalid:
            continue
        assert candidate not in admitted
        admitted.add(candidate)
