"""Strict signatures: what they cover, what nodes may change, and what nobody can do to them."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocn.signing import PrivateKey, SignatureInvalid, Unsignable
from ocn.signing.strict import (
    AnswerParts,
    Chain,
    Reason,
    RequestParts,
    StrictProof,
    Window,
    extend,
    read_chain,
    require_fresh,
    sign_strictly,
    verify_strictly,
    write_chain,
)
from ocn.signing.strict.chain import MOST_LINKS

PARTY = PrivateKey(bytes([17]) * 32)
NODE = PrivateKey(bytes([34]) * 32)
NOW = 1_767_225_600_000
NONCE = "00112233445566778899aabbccddeeff"

REQUEST = RequestParts(
    method="POST",
    version="2.2.1",
    module="commands",
    role="RECEIVER",
    path="/START_SESSION",
    query="a=1",
    body=b'{"response_url":,"location_id":"L1"}',
    response_url="https://msp.test/results/1",
    sender="DEMSP",
    receiver="NLCPO",
    correlation_id="corr-1",
)
ANSWER = AnswerParts(
    request="ab" * 65,
    status=200,
    body=b'{"status_code":1000}',
    link='<https://cpo.test/?offset=1>; rel="next"',
    location="https://cpo.test/cdrs/1",
    total_count="10",
    limit="5",
    sender="NLCPO",
    receiver="DEMSP",
    correlation_id="corr-1",
)
OTHER_VALUES: dict[str, Any] = {"body": b"{}", "status": 201, "sender": "DEXXX", "receiver": "DEXXX"}


def signed(parts: RequestParts | AnswerParts) -> str:
    return sign_strictly(PARTY, parts, created_ms=NOW, lifetime_ms=60_000, nonce=NONCE)


def linked(proof: StrictProof, reason: Reason, now: RequestParts) -> Chain:
    return extend(NODE, proof.standing, reason, now, created_ms=NOW).chain


def grown(links: int) -> tuple[str, RequestParts]:
    """A chain of so many exchanged response_urls, and the message at its end."""
    text, parts = signed(REQUEST), REQUEST
    for number in range(links):
        changed = replace(parts, response_url=f"https://node.test/{number}")
        text = write_chain(linked(verify_strictly(text, parts), Reason.RESPONSE_URL, changed))
        parts = changed
    return text, parts


@pytest.mark.parametrize("parts", [REQUEST, ANSWER])
def test_strict_signature_over_the_same_message_names_its_signer(parts: RequestParts | AnswerParts) -> None:
    proof = verify_strictly(signed(parts), parts)

    assert proof.address == PARTY.address
    assert proof.changes == ()


@pytest.mark.parametrize("parts", [REQUEST, ANSWER])
@pytest.mark.parametrize(
    "name", sorted({*RequestParts.__dataclass_fields__, *AnswerParts.__dataclass_fields__})
)
def test_strict_signature_with_any_part_changed_is_nobodys(
    parts: RequestParts | AnswerParts, name: str
) -> None:
    if name not in parts.__dataclass_fields__:
        return
    value = OTHER_VALUES.get(name, "other")
    for changed in (value, type(value)()) if name != "status" else (value,):
        if name == "sender":
            with pytest.raises(SignatureInvalid, match="another party"):
                verify_strictly(signed(parts), replace(parts, sender=str(changed)))
        else:
            altered = replace(parts, **{name: changed})
            assert verify_strictly(signed(parts), altered).address != PARTY.address


def test_strict_signature_moved_between_neighbouring_parts_is_nobodys() -> None:
    shifted = replace(REQUEST, path="/START_SESSIONa", query="=1")

    assert verify_strictly(signed(REQUEST), shifted).address != PARTY.address


def test_strict_signature_of_a_request_is_none_of_an_answer() -> None:
    answer = replace(ANSWER, sender="DEMSP")

    assert verify_strictly(signed(REQUEST), answer).address != PARTY.address


def test_party_codes_in_another_case_are_the_same_party() -> None:
    assert verify_strictly(signed(REQUEST), replace(REQUEST, receiver="nlcpo")).address == PARTY.address


@pytest.mark.parametrize("links", range(1, MOST_LINKS + 1))
def test_chain_of_links_names_the_party_and_every_node(links: int) -> None:
    text, parts = grown(links)

    proof = verify_strictly(text, parts)

    assert proof.address == PARTY.address
    assert [change.address for change in proof.changes] == [NODE.address] * links


def test_chain_that_is_full_takes_no_further_link() -> None:
    text, parts = grown(MOST_LINKS)
    proof = verify_strictly(text, parts)

    with pytest.raises(Unsignable, match="at most"):
        linked(proof, Reason.RESPONSE_URL, replace(parts, response_url="https://x.test"))


def test_chain_with_more_links_than_allowed_is_refused_before_it_is_verified() -> None:
    chain = read_chain(grown(MOST_LINKS)[0])
    longer = Chain(chain.origin, chain.signature, (*chain.links, chain.links[0]))

    with pytest.raises(SignatureInvalid, match="more than"):
        read_chain(write_chain(longer))


@pytest.mark.parametrize("dropped", [0, 1, 2])
def test_chain_without_one_of_its_links_names_somebody_else(dropped: int) -> None:
    text, parts = grown(3)
    chain = read_chain(text)
    links = chain.links[:dropped] + chain.links[dropped + 1 :]

    proof = verify_strictly(write_chain(Chain(chain.origin, chain.signature, links)), parts)

    signers = [proof.address, *(change.address for change in proof.changes)]
    assert signers != [PARTY.address, NODE.address, NODE.address]


@pytest.mark.parametrize("reason", list(Reason))
@pytest.mark.parametrize("name", ["method", "module", "role", "correlation_id"])
def test_no_reason_lets_a_node_change_what_a_request_is(reason: Reason, name: str) -> None:
    changed = replace(REQUEST, **{name: "other"})  # type: ignore[arg-type]  # texts all of them

    with pytest.raises(Unsignable):
        linked(verify_strictly(signed(REQUEST), REQUEST), reason, changed)


def test_link_whose_reason_may_not_change_its_part_is_refused() -> None:
    text, parts = grown(1)
    chain = read_chain(text)
    forged = type(chain.links[0])(Reason.RESPONSE_URL, {"body": "00" * 32}, NOW, chain.links[0].signature)

    with pytest.raises(SignatureInvalid, match="may not change body"):
        verify_strictly(write_chain(Chain(chain.origin, chain.signature, (forged,))), parts)


def test_link_for_a_reason_that_is_not_taken_is_refused() -> None:
    text, parts = grown(1)

    with pytest.raises(SignatureInvalid, match="not taken here"):
        verify_strictly(text, parts, reasons=frozenset({Reason.TO}))


def test_nothing_changed_adds_no_link() -> None:
    proof = verify_strictly(signed(REQUEST), REQUEST)

    assert linked(proof, Reason.CONVERSION, REQUEST) is proof.chain


def test_address_that_a_node_handed_out_may_be_exchanged_for_the_one_it_stands_for() -> None:
    asked = replace(REQUEST, method="GET", path="/page/AAAAAAAAAAAAAAAAAAAAAA", body=b"", response_url="")
    page = replace(asked, path="", query="offset=50")
    chain = linked(verify_strictly(signed(asked), asked), Reason.ADDRESS, page)

    proof = verify_strictly(write_chain(chain), page)

    assert proof.address == PARTY.address
    assert proof.changes[0].was["path"] == "/page/AAAAAAAAAAAAAAAAAAAAAA"


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/LOC1"), ("GET", ""), ("PUT", "/page/AAAAAAAAAAAAAAAAAAAAAA"), ("DELETE", "/DE/CPO/T1")],
)
def test_path_of_an_object_cannot_be_passed_off_as_handed_out(method: str, path: str) -> None:
    asked = replace(REQUEST, method=method, path=path)
    swapped = replace(asked, path="/OTHER")
    chain = linked(verify_strictly(signed(asked), asked), Reason.ADDRESS, swapped)

    with pytest.raises(SignatureInvalid, match="none that a node handed out"):
        verify_strictly(write_chain(chain), swapped)


def test_hub_that_passes_a_message_on_shows_who_spoke_and_to_whom() -> None:
    asked = replace(REQUEST, receiver="CHOCN")
    onward = replace(asked, sender="CHOCN", receiver="NLCPO")
    chain = linked(verify_strictly(signed(asked), asked), Reason.TO, onward)

    proof = verify_strictly(write_chain(chain), onward)

    assert proof.address == PARTY.address
    assert proof.origin.party == "DEMSP"
    assert proof.changes[0].was == {"from": "DEMSP", "to": "CHOCN"}


@given(position=st.integers(min_value=0), bit=st.integers(min_value=0, max_value=7))
@settings(max_examples=300, deadline=None)
def test_header_with_any_bit_flipped_is_refused_or_somebody_elses(position: int, bit: int) -> None:
    flipped = bytearray(_CHAIN_OF_TWO.encode())
    flipped[position % len(flipped)] ^= 1 << bit
    try:
        proof = verify_strictly(flipped.decode("latin-1"), _AT_ITS_END)
    except SignatureInvalid:
        return
    signers = [proof.address, *(change.address for change in proof.changes)]
    assert signers != [PARTY.address, NODE.address, NODE.address]


@given(text=st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_anything_at_all_as_header_is_refused_in_our_own_words(text: str) -> None:
    with pytest.raises(SignatureInvalid):
        verify_strictly(text, REQUEST)


def test_header_in_another_spelling_is_refused() -> None:
    text = signed(REQUEST)

    for other in (text + "=", text + "==", " " + text, text + "A" * 4):
        with pytest.raises(SignatureInvalid):
            read_chain(other)


def test_header_that_is_too_long_is_refused_unread() -> None:
    with pytest.raises(SignatureInvalid, match="longer than"):
        read_chain("A" * 20_000)


def test_signature_with_high_s_is_refused() -> None:
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    chain = read_chain(signed(REQUEST))
    high = f"{order - int(chain.signature[64:128], 16):064x}"
    other_v = "1c" if chain.signature.endswith("1b") else "1b"
    twin = Chain(chain.origin, chain.signature[:64] + high + other_v)

    with pytest.raises(SignatureInvalid, match="low s"):
        read_chain(write_chain(twin))


@pytest.mark.parametrize(
    ("created", "lifetime", "words"),
    [
        (NOW - 200_000, 60_000, "expired"),
        (NOW + 61_000, 60_000, "future"),
        (NOW, 300_001, "at most"),
        (NOW, 0, "at most"),
        (NOW, -1, "at most"),
    ],
)
def test_signature_outside_its_window_is_refused(created: int, lifetime: int, words: str) -> None:
    text = sign_strictly(PARTY, REQUEST, created_ms=created, lifetime_ms=lifetime, nonce=NONCE)

    with pytest.raises(SignatureInvalid, match=words):
        require_fresh(verify_strictly(text, REQUEST), Window(), now_ms=NOW)


def test_signature_within_its_window_is_taken() -> None:
    require_fresh(verify_strictly(signed(REQUEST), REQUEST), Window(), now_ms=NOW + 30_000)


_CHAIN_OF_TWO, _AT_ITS_END = grown(2)
