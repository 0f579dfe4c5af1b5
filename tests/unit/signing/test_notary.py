"""Party signatures: what was signed verifies, what was changed does not, what was rewritten is restored."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocn.signing import (
    Envelope,
    JsonValue,
    NumberForm,
    NumberLiteral,
    PrivateKey,
    Rewrite,
    SignatureInvalid,
    SignedValues,
    Unsignable,
    keccak256,
    parse_json,
    personal_digest,
    request_values,
    require_complete,
    response_values,
    rewrite,
    sign,
    verify,
)
from ocn.signing.message import compose, walk
from ocn.signing.number_text import TEXT_OF
from ocn.signing.paths import restored

PARTY = PrivateKey(b"\x11" * 32)
NODE = PrivateKey(b"\x22" * 32)

scalars = (
    st.none()
    | st.booleans()
    | st.text(max_size=8)
    | st.integers(-(10**20), 10**20).map(lambda number: NumberLiteral(str(number)))
    | st.from_regex(r"[1-9][0-9]{0,8}\.[0-9]{1,4}", fullmatch=True).map(NumberLiteral)
)
names = st.from_regex(r"[a-z0-9_.\[\] ]{0,6}", fullmatch=True)
bodies = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)
signed_values = st.builds(
    SignedValues,
    headers=st.dictionaries(st.sampled_from(["x-correlation-id", "link"]), st.text(max_size=8)),
    params=st.dictionaries(names, st.text(max_size=8), max_size=3),
    body=bodies,
)


def from_root(root: Mapping[str, JsonValue]) -> SignedValues:
    return SignedValues(root["headers"], root["params"], root["body"])  # type: ignore[arg-type]  # as root() made them


def changed(values: SignedValues, changes: Mapping[str, JsonValue]) -> SignedValues:
    return from_root(restored(values.root(), changes))


def refusal(envelope: Envelope, values: SignedValues) -> str:
    with pytest.raises(SignatureInvalid) as caught:
        verify(envelope, values)
    return caught.value.reason


@settings(max_examples=60, deadline=None)
@given(signed_values)
def test_signed_values_verify_and_are_complete(values: SignedValues) -> None:
    envelope = sign(values, PARTY)

    assert verify(envelope, values).signatories == (PARTY.address,)
    require_complete(envelope, values)


@settings(max_examples=60, deadline=None)
@given(values=signed_values, data=st.data())
def test_any_single_changed_value_is_detected(values: SignedValues, data: st.DataObject) -> None:
    fields, before = walk(values.root())
    if not fields:
        return
    at = data.draw(st.integers(0, len(fields) - 1))
    new = data.draw(scalars)
    tampered = changed(values, {fields[at]: new})
    message = compose(before, NumberForm.JAVASCRIPT)
    if any(compose(walk(tampered.root())[1], form) == message for form in NumberForm):
        return  # the scheme signs texts: to it "1" and 1 are the same

    assert refusal(sign(values, PARTY), tampered) == "Request has been modified"


@settings(max_examples=60, deadline=None)
@given(values=signed_values, data=st.data())
def test_rewritten_values_verify_back_to_the_author(values: SignedValues, data: st.DataObject) -> None:
    fields, before = walk(values.root())
    if not fields:
        return
    changes = {
        path: data.draw(st.text(min_size=1, max_size=8))
        for path in data.draw(st.lists(st.sampled_from(fields), unique=True, min_size=1))
    }
    old = {path: dict(zip(fields, before, strict=True))[path] for path in changes}
    after = changed(values, changes)

    envelope = rewrite(sign(values, PARTY), old, after, NODE)

    verified = verify(envelope, after)
    assert (verified.author, verified.latest) == (PARTY.address, NODE.address)
    assert verify(envelope, after) == verified


EXAMPLE = request_values(
    {
        "x-correlation-id": "1",
        "ocpi-to-party-id": "ABC",
        "authorization": "Token secret",
        "x-request-id": "2",
    },
    [("limit", "10"), ("type", "a"), ("type", "b"), ("type", "c")],
    parse_json(b'{"response_url":"https://a","kwh":10.50,"zero":0,"no":false,"list":[null,"",[],{"x":"y"}]}'),
)


def test_request_is_signed_over_routing_headers_every_parameter_and_the_body() -> None:
    assert walk(EXAMPLE.root()) == (
        [
            "$['headers']['x-correlation-id']",
            "$['headers']['ocpi-to-party-id']",
            "$['params']['limit']",
            "$['params']['type'][0]",
            "$['params']['type'][1]",
            "$['params']['type'][2]",
            "$['body']['response_url']",
            "$['body']['kwh']",
            "$['body']['zero']",
            "$['body']['no']",
            "$['body']['list'][3]['x']",
        ],
        [
            "1",
            "ABC",
            "10",
            "a",
            "b",
            "c",
            "https://a",
            NumberLiteral("10.50"),
            0,
            False,
            "y",
        ],
    )


def test_response_is_signed_over_paging_headers_and_its_envelope_without_the_signature() -> None:
    values = response_values(
        {"location": "L", "link": "N", "x-total-count": "9", "x-limit": "", "x-correlation-id": "1"},
        {"status_code": NumberLiteral("1000"), "ocn_signature": "abc"},
    )

    assert values == SignedValues(
        {"x-total-count": "9", "link": "N", "location": "L"}, {}, {"status_code": NumberLiteral("1000")}
    )
    assert list(values.headers) == ["x-total-count", "link", "location"]


def test_response_body_that_is_no_object_is_signed_as_it_is() -> None:
    assert response_values({}, ["a"]).body == ["a"]


def test_empty_values_are_signed_and_verified() -> None:
    assert verify(sign(SignedValues(), PARTY), SignedValues()).author == PARTY.address


def test_verifying_changes_neither_envelope_nor_values() -> None:
    after = changed(EXAMPLE, {"$['body']['response_url']": "https://b"})
    envelope = rewrite(sign(EXAMPLE, PARTY), {"$['body']['response_url']": "https://a"}, after, NODE)
    body_before, rewrites_before = repr(after), repr(envelope)

    verify(envelope, after)

    assert (repr(after), repr(envelope)) == (body_before, rewrites_before)


def signed_by_jvm(values: SignedValues, form: NumberForm) -> Envelope:
    """Sign as a JVM peer does: its own spelling of numbers, a lower-case address."""
    fields, found = walk(values.root())
    text_hash = "0x" + keccak256(compose(found, form).encode()).hex()
    rsv = "0x" + PARTY.sign_digest(personal_digest(text_hash.encode())).hex()
    return Envelope(tuple(fields), text_hash, rsv, PARTY.address.lower())


@pytest.mark.parametrize("form", list(NumberForm))
def test_signature_of_a_peer_with_its_own_spelling_of_numbers_verifies(form: NumberForm) -> None:
    values = SignedValues(body=parse_json(b'{"kwh":10.0,"price":0.0001,"total":123456789.123,"count":3}'))

    verified = verify(signed_by_jvm(values, form), values)

    assert verified.number_form is form
    assert verified.signatories == (PARTY.address,)


def test_rewrite_over_a_signature_in_another_spelling_verifies() -> None:
    values = SignedValues({"link": "a"}, {}, parse_json(b'{"kwh":10.0}'))
    after = changed(values, {"$['headers']['link']": "b"})

    envelope = rewrite(
        signed_by_jvm(values, NumberForm.JAVA_DOUBLE), {"$['headers']['link']": "a"}, after, NODE
    )

    assert verify(envelope, after).signatories == (PARTY.address, NODE.address)


def test_every_number_form_is_tried() -> None:
    assert set(TEXT_OF) == set(NumberForm)


def test_array_in_place_of_a_signed_text_is_refused() -> None:
    envelope = sign(SignedValues(body={"a": "1,2"}), PARTY)

    assert refusal(envelope, SignedValues(body={"a": ["1", "2"]})) == "Request has been modified"


def test_name_that_imitates_a_path_is_refused() -> None:
    envelope = sign(SignedValues(body={"a": {"b": "1"}}), PARTY)

    assert refusal(envelope, SignedValues(body={"a']['b": "1"})) == "Request has been modified"


@pytest.mark.parametrize(
    "body",
    [
        {"it's": "x"},
        {"Upper": "x"},
        {"back\\slash": "x"},
        {"a": "\ud800"},
        {"a": 1.5},
        {"a": ("x",)},
        {"a": b"x"},
    ],
)
def test_values_that_nobody_could_verify_are_not_signed(body: JsonValue) -> None:
    with pytest.raises(Unsignable):
        sign(SignedValues(body=body), PARTY)


@pytest.mark.parametrize(
    "added", [{"$['body']['new']": "x"}, {"$['body']['list'][0]": "x"}, {"$['headers']['link']": "x"}]
)
def test_added_value_passes_compatible_checks_and_fails_the_complete_one(added: dict[str, JsonValue]) -> None:
    envelope = sign(EXAMPLE, PARTY)
    larger = changed(EXAMPLE, added)

    assert verify(envelope, larger).author == PARTY.address
    with pytest.raises(SignatureInvalid, match="not signed"):
        require_complete(envelope, larger)


def test_reordered_members_and_headers_in_capitals_count_as_complete() -> None:
    envelope = sign(SignedValues({"link": "l", "x-limit": "1"}, {}, {"a": "1", "b": "2"}), PARTY)
    capitals = replace(envelope, fields=tuple(field.replace("link", "Link") for field in envelope.fields))

    require_complete(capitals, SignedValues({"x-limit": "1", "link": "l"}, {}, {"b": "2", "a": "1"}))


@pytest.mark.parametrize(
    "rsv",
    [
        "",
        "0x",
        "0x" + "00" * 64,
        "00" * 65,
        "0x" + "zz" * 65,
        "0x" + "00" * 65,
        "0x" + "ff" * 66,
        "0x " + "0" * 129,
    ],
)
def test_malformed_curve_signature_is_refused(rsv: str) -> None:
    refusal(replace(sign(EXAMPLE, PARTY), rsv=rsv), EXAMPLE)


@pytest.mark.parametrize("signatory", ["", "0x", NODE.address, PARTY.address[2:], PARTY.address + "0"])
def test_signatory_who_did_not_sign_is_refused(signatory: str) -> None:
    assert refusal(replace(sign(EXAMPLE, PARTY), signatory=signatory), EXAMPLE) == "Signatories do not match"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "body",
        "$.body",
        "$['a",
        "$[-1]",
        "$[99999]",
        "$['a']x",
        "$" + "[0]" * 65,
        "$['" + "a" * 1100 + "']",
    ],
)
def test_malformed_path_is_refused_wherever_it_stands(path: str) -> None:
    envelope = sign(EXAMPLE, PARTY)
    stashed = Rewrite({path: "x"}, envelope.hash, envelope.rsv, envelope.signatory)

    refusal(replace(envelope, fields=(*envelope.fields, path)), EXAMPLE)
    refusal(replace(envelope, rewrites=(stashed,)), EXAMPLE)
    with pytest.raises(SignatureInvalid):
        rewrite(envelope, {path: "x"}, EXAMPLE, NODE)


@pytest.mark.parametrize("path", ["$", "$['body']['kwh']['x']", "$['body'][0]"])
def test_stash_that_leads_nowhere_is_refused(path: str) -> None:
    envelope = sign(EXAMPLE, PARTY)
    stashed = Rewrite({path: "x"}, envelope.hash, envelope.rsv, envelope.signatory)

    assert refusal(replace(envelope, rewrites=(stashed,)), EXAMPLE)
