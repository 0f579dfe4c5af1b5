"""The text form of party signatures: all three generations are read, and nothing hostile gets through."""

import base64
import gzip
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import brotli  # type: ignore[import-untyped]  # ships no types
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocn.signing import (
    Envelope,
    NumberLiteral,
    PrivateKey,
    Rewrite,
    SignatureInvalid,
    SignedValues,
    decode,
    encode,
    sign,
    verify,
)
from ocn.signing.wire import MAX_EXPANDED, MAX_FIELDS, MAX_REWRITES, MAX_TEXT, Compression

KEY = PrivateKey(b"\x11" * 32)
VALUES = SignedValues({"link": "<https://é>"}, {}, {"a": [NumberLiteral("1.50"), True]})
STASH = Rewrite({"$['body']": {"a": [NumberLiteral("1.50"), None]}}, "0x1", "0x2", "0x3")
ENVELOPE = replace(sign(VALUES, KEY), rewrites=(STASH,))
PLAIN = base64.b64decode(encode(ENVELOPE, "plain"))
COMPRESSIONS: list[Compression] = ["brotli", "gzip", "plain"]


def packed(plain: bytes, compression: str = "plain") -> str:
    squeeze: dict[str, Callable[[bytes], bytes]] = {
        "plain": bytes,
        "gzip": gzip.compress,
        "brotli": partial(brotli.compress, quality=4),
    }
    return base64.b64encode(squeeze[compression](plain)).decode()


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_envelope_written_is_read_again_unchanged(compression: Compression) -> None:
    assert decode(encode(ENVELOPE, compression)) == ENVELOPE


def test_members_are_written_in_the_order_and_spelling_of_the_existing_libraries() -> None:
    assert list(msgspec.json.decode(PLAIN)) == ["fields", "hash", "rsv", "signatory", "rewrites"]
    assert b'"rewrites":[{"rewrittenFields":{"$[\'body\']":{"a":[1.50,null]}},"hash":"0x1",' in PLAIN


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_base64_of_either_alphabet_with_or_without_padding_is_read(compression: Compression) -> None:
    text = encode(ENVELOPE, compression)

    assert decode(text.rstrip("=")) == ENVELOPE
    assert decode(text.replace("+", "-").replace("/", "_")) == ENVELOPE


@pytest.mark.parametrize("rewrites", ["null", "[]"])
def test_signature_without_rewrites_or_with_unknown_members_is_read(rewrites: str) -> None:
    bare = Envelope((), "0x", "0x", "0x")

    assert decode(packed(b'{"fields":[],"hash":"0x","rsv":"0x","signatory":"0x"}')) == bare
    assert (
        decode(
            packed(
                f'{{"x":1,"signatory":"0x","rsv":"0x","hash":"0x","fields":[],"rewrites":{rewrites}}}'.encode()
            )
        )
        == bare
    )


def envelope_json(fields: int = 1, rewrites: int = 0) -> bytes:
    stash = {"rewrittenFields": {}, "hash": "", "rsv": "", "signatory": ""}
    return msgspec.json.encode(
        {"fields": ["$"] * fields, "hash": "", "rsv": "", "signatory": "", "rewrites": [stash] * rewrites}
    )


def test_envelope_at_the_limits_is_read() -> None:
    read = decode(packed(envelope_json(MAX_FIELDS, MAX_REWRITES), "brotli"))

    assert (len(read.fields), len(read.rewrites)) == (MAX_FIELDS, MAX_REWRITES)


def deep_stash(levels: int) -> bytes:
    value = b'{"a":' * levels + b"1" + b"}" * levels
    return (
        b'{"fields":[],"hash":"","rsv":"","signatory":"","rewrites":[{"rewrittenFields":{"$":'
        + value
        + b'},"hash":"","rsv":"","signatory":""}]}'
    )


HOSTILE = {
    "empty": "",
    "not base64": "!!!!",
    "not ASCII": "é" * 8,
    "half a surrogate pair": "\ud800" * 8,
    "inner padding": "ab==cdef",
    "one digit left over": "abcde",
    "line breaks": encode(ENVELOPE)[:40] + "\n" + encode(ENVELOPE)[40:],
    "not compressed": packed(b"hello"),
    "cut short, brotli": packed(brotli.compress(PLAIN)[:-3]),
    "cut short, gzip": packed(gzip.compress(PLAIN)[:-3]),
    "cut short, plain": packed(PLAIN[:-3]),
    "more after the end, brotli": packed(brotli.compress(PLAIN) + b"x"),
    "more after the end, gzip": packed(gzip.compress(PLAIN) + b"x"),
    "gzip header only": packed(b"\x1f\x8b"),
    "an array": packed(b"[]", "brotli"),
    "null": packed(b"null", "gzip"),
    "members missing": packed(b'{"fields":[]}'),
    "members of another type": packed(b'{"fields":[1],"hash":"","rsv":"","signatory":""}'),
    "fields not an array": packed(b'{"fields":"$","hash":"","rsv":"","signatory":""}'),
    "not UTF-8": packed(b'{"fields":["\xff"],"hash":"","rsv":"","signatory":""}'),
    "too many fields": packed(envelope_json(MAX_FIELDS + 1), "gzip"),
    "too many rewrites": packed(envelope_json(1, MAX_REWRITES + 1)),
    "text too long": packed(b"{" + b" " * MAX_TEXT),
    "brotli bomb": packed(b"{" + b" " * 50_000_000, "brotli"),
    "gzip bomb": packed(b"{" + b" " * 20_000_000, "gzip"),
    "expands just too far": packed(b"{" + b" " * MAX_EXPANDED, "brotli"),
    "stash nested too deep": packed(deep_stash(100)),
    "stash nested beyond recursion": packed(deep_stash(20_000), "gzip"),
    "stash with an endless number": packed(deep_stash(1).replace(b"1", b"1" * 6000), "gzip"),
    "stash with an endless fraction": packed(deep_stash(1).replace(b"1", b"1." + b"1" * 6000), "gzip"),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_malformed_or_excessive_text_is_refused(text: str) -> None:
    with pytest.raises(SignatureInvalid):
        decode(text)


def check(text: str) -> None:
    """Read and verify; whatever is wrong must come out as SignatureInvalid."""
    try:
        verify(decode(text), VALUES)
    except SignatureInvalid:
        return


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60) | st.binary(max_size=200).map(lambda raw: base64.b64encode(raw).decode()))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    check(text)


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
paths = st.text(alphabet="$['body']headrsx0129", max_size=14) | st.sampled_from(
    ["$", "$['body']['a'][0]", *ENVELOPE.fields]
)
hexes = st.text(alphabet="0x123abzé", max_size=6) | st.sampled_from(
    [ENVELOPE.hash, ENVELOPE.rsv, KEY.address]
)
stashes = st.fixed_dictionaries(
    {
        "rewrittenFields": st.dictionaries(paths, anything, max_size=3),
        "hash": hexes,
        "rsv": hexes,
        "signatory": hexes,
    }
)


@settings(max_examples=200, deadline=None)
@given(
    fields=st.lists(paths, max_size=4) | st.just(list(ENVELOPE.fields)),
    texts=st.tuples(hexes, hexes, hexes) | st.just((ENVELOPE.hash, ENVELOPE.rsv, ENVELOPE.signatory)),
    rewrites=st.lists(stashes, max_size=3),
    compression=st.sampled_from(COMPRESSIONS),
)
def test_any_envelope_is_verified_or_refused_and_nothing_else(
    fields: list[str], texts: tuple[str, str, str], rewrites: list[dict[str, object]], compression: str
) -> None:
    hash_, rsv, signatory = texts
    document = {"fields": fields, "hash": hash_, "rsv": rsv, "signatory": signatory, "rewrites": rewrites}
    check(packed(msgspec.json.encode(document), compression))


@settings(max_examples=150, deadline=None)
@given(
    position=st.integers(0, 10_000),
    new=st.integers(0, 255),
    compression=st.sampled_from(COMPRESSIONS),
)
def test_any_byte_changed_on_the_way_is_verified_or_refused(
    position: int, new: int, compression: Compression
) -> None:
    raw = bytearray(base64.b64decode(encode(ENVELOPE, compression)))
    raw[position % len(raw)] = new
    check(base64.b64encode(raw).decode())
