"""JSON reading: nothing a signature depends on gets lost, and nothing ambiguous gets in."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocn.signing import JsonInvalid, NumberLiteral, parse_json
from ocn.signing.json_values import MAX_NESTING, JsonValue, encode_json

numbers = st.from_regex(r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,4})?", fullmatch=True)
values = st.recursive(
    st.none() | st.booleans() | st.text(max_size=8) | numbers.map(NumberLiteral),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_text_read_and_written_again_is_the_same(value: JsonValue) -> None:
    text = encode_json(value)

    assert encode_json(parse_json(text)) == text


@given(values)
def test_value_is_read_as_the_standard_library_reads_it(value: JsonValue) -> None:
    text = encode_json(value)

    assert json.loads(encode_json(parse_json(text))) == json.loads(text)


def test_numbers_members_and_their_order_are_kept_as_written() -> None:
    text = b'{"b":1.50,"a":-0,"10":1e3,"c":[123456789012345678901234567890,1.0]}'

    assert encode_json(parse_json(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":1,"a":2,"b" :3}',  # the blank hides the repetition from whoever counts '":'
        b'{"a":":","a":2,"b" : ":"}',
        b"",
        b"{",
        b"[1,]",
        b"NaN",
        b"[Infinity]",
        b"-Infinity",
        b"01",
        b"1.",
        b"'a'",
        b'{"a":1}x',
        b"\xef\xbb\xbf1",
        b'"\xff"',
        b'"\x01"',
        b'"\\ud800"',
        b'{"\\udc00":1}',
        b'{"a":1,"a":1}',
        b'[{"b":{"a":1,"\\u0061":2}}]',
        b"1" * 5000,
    ],
)
def test_text_that_is_broken_or_ambiguous_is_refused(text: bytes) -> None:
    with pytest.raises(JsonInvalid):
        parse_json(text)


def nested(levels: int) -> bytes:
    return b'{"a":[' * (levels // 2) + b"]}" * (levels // 2)


def test_nesting_up_to_the_limit_is_read() -> None:
    assert parse_json(nested(MAX_NESTING)) is not None


@pytest.mark.parametrize("levels", [MAX_NESTING + 2, 500, 200_000])
def test_nesting_beyond_the_limit_is_refused(levels: int) -> None:
    with pytest.raises(JsonInvalid, match="nested"):
        parse_json(nested(levels))


def test_many_containers_side_by_side_are_not_taken_for_nesting() -> None:
    assert parse_json(b"[" + b"[]," * 1000 + b"{}]") == [[] for _ in range(1000)] + [{}]


def test_text_over_the_size_limit_is_refused() -> None:
    with pytest.raises(JsonInvalid, match="limit of 10"):
        parse_json(b'"' + b"a" * 20 + b'"', max_bytes=10)


@given(
    st.binary(max_size=60) | st.text(alphabet='{}[]",:\\u0123456789deE+-.tfn ', max_size=40).map(str.encode)
)
def test_any_bytes_are_read_or_refused_as_invalid(data: bytes) -> None:
    try:
        parse_json(data)
    except JsonInvalid:
        return
    json.loads(data)
