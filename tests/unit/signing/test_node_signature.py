"""Node signatures: whatever changes on the way, the recipient notices; whatever arrives twice, it refuses."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocn.signing import (
    NodeProof,
    NodeRequest,
    NodeResponse,
    PrivateKey,
    SignatureInvalid,
    Unsignable,
    claimed_node,
    new_nonce,
    sign_node_message,
    verify_node_message,
)

SENDER = PrivateKey(b"\x01" * 32)
RECIPIENT = PrivateKey(b"\x02" * 32)
STRANGER = PrivateKey(b"\x03" * 32)
NOW = 1_700_000_000_000
AGE = 60_000
NONCE = "0123456789abcdef" * 2


HEADERS = {"x-request-id": "1", "ocpi-to-party-id": "ABC"}
SENT = NodeRequest(RECIPIENT.address, "POST", "/ocn/message?x=1", HEADERS, b'{"a":1}')


def signed(request: NodeRequest = SENT) -> str:
    return sign_node_message(SENDER, request, nonce=NONCE, time_ms=NOW)


def verified(signature: str, request: NodeRequest = SENT, now_ms: int = NOW) -> NodeProof:
    return verify_node_message(signature, request, now_ms=now_ms, max_age_ms=AGE)


def test_request_as_sent_is_proved_to_come_from_its_signer() -> None:
    assert verified(signed()) == NodeProof(SENDER.address, NONCE, NOW)


def test_recipient_address_in_any_case_is_accepted() -> None:
    signature = signed(replace(SENT, to=RECIPIENT.address.lower()))

    assert verified(signature).address == SENDER.address


@pytest.mark.parametrize(
    "changed",
    [
        replace(SENT, to=STRANGER.address),
        replace(SENT, method="PUT"),
        replace(SENT, target="/ocn/message"),
        replace(SENT, body=b'{"a":2}'),
        replace(SENT, body=b""),
        replace(SENT, headers={}),
        replace(
            SENT,
            headers={
                "x-request-id": "1",
            },
        ),
        replace(SENT, headers={"x-request-id": "1ABC", "ocpi-to-party-id": ""}),
        replace(SENT, headers={"ocpi-to-party-id": "ABC", "x-request-id": "1"}),
        replace(SENT, headers={"x-request-id": "1", "ocpi-from-party-id": "ABC"}),
        replace(
            SENT,
            headers={
                "x-request-id": "1\nocpi-to-party-id:3:ABC",
            },
        ),
    ],
)
def test_request_changed_on_the_way_is_refused(changed: NodeRequest) -> None:
    with pytest.raises(SignatureInvalid):
        verified(signed(), changed)


@given(
    one=st.lists(
        st.tuples(st.sampled_from("abc"), st.text(max_size=6)), max_size=3, unique_by=lambda h: h[0]
    ),
    other=st.lists(
        st.tuples(st.sampled_from("abc"), st.text(max_size=6)), max_size=3, unique_by=lambda h: h[0]
    ),
)
def test_signatures_of_two_different_header_lists_never_agree(
    one: list[tuple[str, str]], other: list[tuple[str, str]]
) -> None:
    signatures = {signed(replace(SENT, headers=dict(headers))) for headers in (one, other)}

    assert (len(signatures) == 1) == (one == other)


@pytest.mark.parametrize("offset", [-AGE - 1, AGE + 1])
def test_request_with_a_clock_too_far_off_is_refused(offset: int) -> None:
    with pytest.raises(SignatureInvalid, match="too old"):
        verified(signed(), now_ms=NOW + offset)


@pytest.mark.parametrize("offset", [-AGE, AGE])
def test_request_at_the_edge_of_the_allowed_age_is_accepted(offset: int) -> None:
    assert verified(signed(), now_ms=NOW + offset).time_ms == NOW


def test_claims_of_a_signature_are_read_without_the_message() -> None:
    assert claimed_node(signed()) == NodeProof(SENDER.address, NONCE, NOW)
    with pytest.raises(SignatureInvalid):
        claimed_node(signed() + ";")


def test_time_changed_in_the_header_is_refused() -> None:
    with pytest.raises(SignatureInvalid, match="modified"):
        verified(signed().replace(f"time={NOW}", f"time={NOW + 1}"))


def test_signer_named_wrongly_is_refused() -> None:
    with pytest.raises(SignatureInvalid, match="another node signed"):
        verified(signed().replace(SENDER.address, STRANGER.address))


@given(st.text() | st.binary(max_size=300).map(lambda raw: raw.decode("latin-1")))
def test_any_text_as_signature_is_refused_as_malformed(text: str) -> None:
    with pytest.raises(SignatureInvalid):
        verified(text)


@pytest.mark.parametrize("nonce", ["", "ABCDEF" * 6, "0" * 31, "g" * 32])
def test_signing_with_a_malformed_nonce_is_refused(nonce: str) -> None:
    with pytest.raises(Unsignable):
        sign_node_message(SENDER, SENT, nonce=nonce, time_ms=NOW)


def test_new_nonces_differ_and_are_accepted() -> None:
    first, second = new_nonce(), new_nonce()

    assert first != second
    assert len(bytes.fromhex(first)) == 16


ANSWER = NodeResponse(SENDER.address, NONCE, 200, {}, b"{}")


def answered(answer: NodeResponse) -> str:
    return sign_node_message(RECIPIENT, answer, nonce="f" * 32, time_ms=NOW)


def test_response_to_our_request_is_proved_to_come_from_its_signer() -> None:
    proof = verify_node_message(answered(ANSWER), ANSWER, now_ms=NOW, max_age_ms=AGE)

    assert proof.address == RECIPIENT.address


@pytest.mark.parametrize(
    "signature",
    [
        answered(replace(ANSWER, status=201)),
        answered(replace(ANSWER, request_nonce="1" * 32)),
        answered(replace(ANSWER, headers={"link": "x"})),
        answered(replace(ANSWER, body=b"{ }")),
        signed(replace(SENT, to=SENDER.address, headers={}, body=b"{}")),
    ],
    ids=["status", "other request", "header", "body", "a request's signature"],
)
def test_response_to_something_else_is_refused(signature: str) -> None:
    with pytest.raises(SignatureInvalid):
        verify_node_message(signature, ANSWER, now_ms=NOW, max_age_ms=AGE)
