"""A member of a JSON object is found and replaced without touching any other byte."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.members import find_member, member_value, replace_member

_SPACE = st.text(" \t\r\n", max_size=2)
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.sampled_from(
    ["response_url", '{"response_url":1}', '"', "\\", '\\"', "]}", ":,", "é\u2028\x7f"]
)


def _string(draw: st.DrawFn, text: str) -> str:
    """Write a string in one of its many spellings."""
    written = []
    for character in text:
        escaped = json.dumps(character)[1:-1]
        spellings = [escaped]
        if character >= " " and character not in '"\\':
            spellings.append(character)
        if ord(character) < 0x10000:
            spellings.append(f"\\u{ord(character):04x}")
        written.append(draw(st.sampled_from(spellings)))
    return f'"{"".join(written)}"'


@st.composite
def _value(draw: st.DrawFn, depth: int = 2) -> str:
    """Write any JSON value, spaces included."""
    kinds = ["string", "other"] + (["object", "array"] if depth else [])
    match draw(st.sampled_from(kinds)):
        case "string":
            return _string(draw, draw(_TEXT))
        case "array":
            inner = draw(st.lists(_value(depth - 1), max_size=3))
            return "[" + ",".join(draw(_SPACE) + each + draw(_SPACE) for each in inner) + "]"
        case "object":
            return draw(_object(depth - 1))
        case _:
            return draw(
                st.sampled_from(["null", "true", "false", "0", "-1.50", "1E5", "12345678901234567890"])
            )


@st.composite
def _object(draw: st.DrawFn, depth: int = 2, names: st.SearchStrategy[str] = _TEXT) -> str:
    members = []
    for name in draw(st.lists(names, max_size=4, unique_by=str.lower)):
        space = [draw(_SPACE) for _ in range(4)]
        written = _string(draw, name)
        members.append(f"{space[0]}{written}{space[1]}:{space[2]}{draw(_value(depth))}{space[3]}")
    return "{" + (",".join(members) or draw(_SPACE)) + "}"


@given(_object(), _SPACE, _SPACE)
def test_find_member_any_object_agrees_with_json_loads(text: str, before: str, after: str) -> None:
    body = (before + text + after).encode()
    expected: dict[str, Any] = json.loads(body)
    for name in {*expected, "response_url"}:
        if name != name.lower():
            continue
        member = find_member(body, name)
        assert (member is not None) == (name in expected)
        if member is not None:
            assert json.loads(body[member.start : member.end]) == expected[name]
            if isinstance(expected[name], str):
                assert member_value(body, member) == expected[name]


@given(_object(names=st.sampled_from(["response_url", "a", "b", "{", "response_urls"])), _TEXT)
def test_replace_member_any_object_changes_exactly_that_value(text: str, new: str) -> None:
    body = text.encode()
    member = find_member(body, "response_url")
    if member is None:
        return
    changed = replace_member(body, member, new)
    assert changed[: member.start] == body[: member.start]
    assert changed[len(changed) - (len(body) - member.end) :] == body[member.end :]
    assert json.loads(changed) == {**json.loads(body), "response_url": new}
    assert list(json.loads(changed)) == list(json.loads(body))


@given(st.binary(max_size=40) | st.text(max_size=40).map(str.encode))
def test_find_member_any_bytes_raises_nothing_but_invalid_parameters(body: bytes) -> None:
    try:
        find_member(body, "response_url")
    except InvalidParameters:
        return
    assert isinstance(json.loads(body), dict)


@pytest.mark.parametrize(
    "body",
    [
        b'{"response_url":"a","response_url":"b"}',
        b'{"response_url":"a","response_\\u0075rl":"b"}',
        b'{"response_url":"a","Response_URL":"b"}',
        b'{"RESPONSE_URL":"a","x":{},"response_url":"b"}',
    ],
)
def test_find_member_named_twice_in_any_spelling_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidParameters, match="twice"):
        find_member(body, "response_url")


def test_find_member_in_another_case_alone_is_not_the_member() -> None:
    assert find_member(b'{"Response_Url":"a"}', "response_url") is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'"response_url"',
        b"\xef\xbb\xbf{}",
        '{"response_url":"a"}'.encode("utf-16"),
        b'{"\xff":1}',
        b'{"a":"\xff"}',
        b'{"a":"\\ud800"}',
        b'{"a":NaN}',
        b'{"a":1,}',
        b'{"a":"\x00"}',
        b"{}{}",
        b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}",
    ],
)
def test_find_member_in_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidParameters, match="not a JSON object"):
        find_member(body, "response_url")


def test_find_member_behind_a_megabyte_of_text_needs_no_memory_per_character() -> None:
    import tracemalloc

    body = b'{"a":"' + b"x" * 1_000_000 + b'","response_url":"u"}'
    tracemalloc.start()
    try:
        member = find_member(body, "response_url")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert member is not None
    assert peak < 5 * len(body)
