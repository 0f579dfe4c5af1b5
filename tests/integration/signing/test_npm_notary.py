"""Party signatures exchanged with the npm package @shareandcharge/ocn-notary 1.0.0, both ways."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocn.signing import (
    Envelope,
    JsonValue,
    NumberLiteral,
    PrivateKey,
    SignatureInvalid,
    SignedValues,
    decode,
    encode,
    rewrite,
    sign,
    verify,
)
from ocn.signing.json_values import encode_json
from ocn.signing.message import walk
from ocn.signing.paths import restored

pytestmark = pytest.mark.npm
Npm = Callable[[dict[str, Any]], dict[str, Any]]

PARTY = PrivateKey(b"\x11" * 32)
NODE = PrivateKey(b"\x22" * 32)
RELAY = PrivateKey(b"\x33" * 32)

texts = st.text(max_size=12) | st.sampled_from(["0", "true", "null", "1.0", "2020-01-01T00:00:00Z", "ü€𝄞"])
numbers = st.from_regex(r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,9})?([eE][+-]?[0-9]{1,2})?", fullmatch=True)
scalars = st.none() | st.booleans() | texts | numbers.map(NumberLiteral)
# The package throws on names with an apostrophe or backslash, and in rewrites on those with a quotation mark.
names = st.text(alphabet='abcxyz_-. []"*$@?()/:0123456789éß中', max_size=6)
rewritable = st.text(alphabet="abcxyz_-. []*$@?()/:0123456789éß中", max_size=6)


def values_with(member_names: st.SearchStrategy[str]) -> st.SearchStrategy[SignedValues]:
    """Build values of a request or response around these names."""
    return st.builds(
        SignedValues,
        headers=st.dictionaries(st.sampled_from(["x-correlation-id", "link", "ocpi-to-party-id"]), texts),
        params=st.dictionaries(member_names, texts, max_size=3),
        body=st.recursive(
            scalars,
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(member_names, inner, max_size=4),
            max_leaves=12,
        ),
    )


def text_of(values: SignedValues) -> str:
    return encode_json(values.root()).decode()


def npm_signs(npm: Npm, values: SignedValues, key: PrivateKey = PARTY) -> dict[str, Any]:
    return npm({"do": "sign", "values": text_of(values), "key": "0x" + key.secret.hex()})


def npm_verdict(npm: Npm, signature: str, values: SignedValues) -> str | None:
    """Return why the npm package refuses, or None when it accepts."""
    answer = npm({"do": "verify", "values": text_of(values), "signature": signature})
    if "thrown" in answer:
        return "thrown: " + str(answer["thrown"])
    return None if answer["isValid"] else str(answer["error"])


def our_verdict(signature: str, values: SignedValues) -> str | None:
    try:
        verify(decode(signature), values)
    except SignatureInvalid as refusal:
        return refusal.reason
    return None


def changed(values: SignedValues, path: str, new: JsonValue) -> SignedValues:
    root = restored(values.root(), {path: new})
    return SignedValues(root["headers"], root["params"], root["body"])  # type: ignore[arg-type]  # as root() made them


EXAMPLE = SignedValues(
    {"x-correlation-id": "abc", "ocpi-to-party-id": "XYZ"},
    {"limit": "10"},
    {"response_url": "https://a", "list": [NumberLiteral("1.50"), {"deep": True}], "empty": "", "none": None},
)


@settings(max_examples=120, deadline=None)
@given(values=values_with(names))
def test_what_we_sign_npm_verifies(npm_notary: Npm, values: SignedValues) -> None:
    assert npm_verdict(npm_notary, encode(sign(values, PARTY)), values) is None


@settings(max_examples=120, deadline=None)
@given(values=values_with(names))
def test_what_npm_signs_we_verify(npm_notary: Npm, values: SignedValues) -> None:
    signature = npm_signs(npm_notary, values)["signature"]

    assert verify(decode(signature), values).signatories == (PARTY.address,)


@settings(max_examples=80, deadline=None)
@given(values=values_with(names))
def test_npm_and_we_sign_the_same_fields_with_the_same_texts(npm_notary: Npm, values: SignedValues) -> None:
    theirs, ours = npm_signs(npm_notary, values), sign(values, PARTY)

    assert sorted(theirs["fields"]) == sorted(ours.fields)
    if tuple(theirs["fields"]) == ours.fields:  # JavaScript moves names like "10" to the front
        assert (theirs["hash"], theirs["rsv"], theirs["signatory"]) == (ours.hash, ours.rsv, ours.signatory)
        assert theirs["signature"] == encode(ours)


@settings(max_examples=120, deadline=None)
@given(values=values_with(rewritable), data=st.data())
def test_changed_value_gets_the_same_verdict_from_npm_and_from_us(
    npm_notary: Npm, values: SignedValues, data: st.DataObject
) -> None:
    signature = encode(sign(values, PARTY))
    fields, _ = walk(values.root())
    if not fields:
        return
    tampered = changed(values, data.draw(st.sampled_from(fields)), data.draw(scalars))

    assert our_verdict(signature, tampered) == npm_verdict(npm_notary, signature, tampered)


@settings(max_examples=80, deadline=None)
@given(values=values_with(rewritable), data=st.data())
def test_rewrites_by_us_are_verified_by_npm(
    npm_notary: Npm, values: SignedValues, data: st.DataObject
) -> None:
    envelope = sign(values, PARTY)
    for key in (NODE, RELAY):
        fields, found = walk(values.root())
        if not fields:
            return
        at = data.draw(st.integers(0, len(fields) - 1))
        values = changed(values, fields[at], data.draw(texts.filter(bool)))
        envelope = rewrite(envelope, {fields[at]: found[at]}, values, key)

    assert npm_verdict(npm_notary, encode(envelope), values) is None
    assert verify(envelope, values).signatories == (PARTY.address, NODE.address, RELAY.address)


@settings(max_examples=80, deadline=None)
@given(values=values_with(rewritable), data=st.data())
def test_rewrites_by_npm_are_verified_by_us(
    npm_notary: Npm, values: SignedValues, data: st.DataObject
) -> None:
    first, steps = values, []
    for key in (NODE, RELAY):
        fields, found = walk(values.root())
        if not fields:
            return
        at = data.draw(st.integers(0, len(fields) - 1))
        values = changed(values, fields[at], data.draw(texts.filter(bool)))
        old = encode_json({fields[at]: found[at]})
        steps.append({"stash": old.decode(), "values": text_of(values), "key": "0x" + key.secret.hex()})
    command = {"do": "sign", "values": text_of(first), "key": "0x" + PARTY.secret.hex(), "rewrites": steps}

    verified = verify(decode(npm_notary(command)["signature"]), values)

    assert verified.signatories == (PARTY.address, NODE.address, RELAY.address)


def rewritten() -> tuple[Envelope, SignedValues]:
    moved = changed(EXAMPLE, "$['body']['response_url']", "https://b")
    again = changed(moved, "$['headers']['ocpi-to-party-id']", "ABC")
    once = rewrite(sign(EXAMPLE, PARTY), {"$['body']['response_url']": "https://a"}, moved, NODE)
    return rewrite(once, {"$['headers']['ocpi-to-party-id']": "XYZ"}, again, RELAY), again


def forged() -> dict[str, Envelope]:
    envelope, _ = rewritten()
    newest, oldest = envelope.rewrites[1], envelope.rewrites[0]
    other = sign(SignedValues(body="other"), RELAY)
    return {
        "hash": replace(envelope, hash=other.hash),
        "rsv of another message": replace(envelope, rsv=other.rsv),
        "signatory": replace(envelope, signatory=PARTY.address),
        "field left out": replace(envelope, fields=envelope.fields[1:]),
        "fields reordered": replace(envelope, fields=envelope.fields[::-1]),
        "newest stash": replace(
            envelope, rewrites=(oldest, replace(newest, rewritten_fields={"$['params']['limit']": "11"}))
        ),
        "newest hash": replace(envelope, rewrites=(oldest, replace(newest, hash=other.hash))),
        "newest signatory": replace(envelope, rewrites=(oldest, replace(newest, signatory=PARTY.address))),
        "oldest stash": replace(envelope, rewrites=(replace(oldest, rewritten_fields={}), newest)),
        "oldest signatory": replace(envelope, rewrites=(replace(oldest, signatory=NODE.address), newest)),
        "rewrites reversed": replace(envelope, rewrites=(newest, oldest)),
        "oldest rewrite dropped": replace(envelope, rewrites=(newest,)),
        "rewrites dropped": replace(envelope, rewrites=()),
        "untouched": envelope,
    }


@pytest.mark.parametrize("case", forged())
def test_forged_envelope_gets_the_same_verdict_from_npm_and_from_us(npm_notary: Npm, case: str) -> None:
    signature = encode(forged()[case])
    _, values = rewritten()

    assert our_verdict(signature, values) == npm_verdict(npm_notary, signature, values)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("$['body']", EXAMPLE.body, {"response_url": "https://b", "list": [NumberLiteral("2")]}),
        ("$['body']['list'][0]", NumberLiteral("1.50"), NumberLiteral("3")),
        ("$['body']['list'][1]", {"deep": True}, {"deep": False}),
        ("$['headers']['link']", None, "<https://next>"),
        ("$['body']['empty']", "", "no longer"),
        ("$['body']['none']", None, "something"),
    ],
)
def test_rewrite_of_a_whole_part_or_an_added_value_is_verified_by_both(
    npm_notary: Npm, path: str, old: JsonValue, new: JsonValue
) -> None:
    values = changed(EXAMPLE, path, new)
    signature = encode(rewrite(sign(EXAMPLE, PARTY), {path: old}, values, NODE))

    assert our_verdict(signature, values) == npm_verdict(npm_notary, signature, values)


@pytest.mark.parametrize("name", ["Upper", "ALL", "mixed.Case"])
def test_npm_signature_over_a_name_with_capitals_is_refused_by_both(npm_notary: Npm, name: str) -> None:
    values = SignedValues(body={name: "x"})
    signature = npm_signs(npm_notary, values)["signature"]

    assert our_verdict(signature, values) == npm_verdict(npm_notary, signature, values)
    assert our_verdict(signature, values) == "Request has been modified"


def test_npm_signature_over_header_names_with_capitals_is_verified_over_the_lower_case_ones(
    npm_notary: Npm,
) -> None:
    signature = npm_signs(npm_notary, SignedValues({"X-Correlation-ID": "1"}))["signature"]
    received = SignedValues({"x-correlation-id": "1"})

    assert our_verdict(signature, received) is None
    assert npm_verdict(npm_notary, signature, received) is None
