"""The signed text of a body of known shape: never another than reading the body gives."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ocn.signing import (
    JsonInvalid,
    NumberForm,
    PrivateKey,
    Shapes,
    lowered,
    parse_json,
    request_values,
    sign,
    verify,
    verify_text,
)
from ocn.signing.message import compose, walk
from ocn.signing.shapes import Shape, shape_of

Learned = Callable[[bytes], Shape | None]

KEY = PrivateKey.generate()
BODY = b'{"id":"S1","kwh":1.5,"n":[{"a":7},{"a":0}],"ok":true,"none":null,"empty":"","t":["x","y"],"last":12}'

_scalars = st.none() | st.booleans() | st.integers(-(10**16), 10**16) | st.text(max_size=6)
_numbers = st.decimals(-1000, 1000, places=3).map(float)
_names = st.text("abcdef_", min_size=1, max_size=5)
_values = st.recursive(
    _scalars | _numbers,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_names, inner, max_size=4),
    max_leaves=12,
)
_bodies = st.dictionaries(_names, _values, min_size=1, max_size=6).map(
    lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )
)


def _read(body: bytes) -> tuple[list[str], bytes]:
    fields, scalars = walk({"body": parse_json(body)})
    return fields, compose(scalars, NumberForm.JAVASCRIPT).encode()


def _shape(body: bytes) -> Shape | None:
    return shape_of(tuple(_read(body)[0]), body, parse_json(body))


def _in_use(body: bytes) -> Shape | None:
    """The shape of a body after so many like it that it has been compiled."""
    shape = _shape(body)
    for _ in range(100 if shape is not None else 0):
        assert shape is not None
        shape.text_of(body)
    return shape


each_state = pytest.mark.parametrize("learned", [_shape, _in_use], ids=["new", "in use"])


@each_state
def test_body_of_the_learned_shape_gives_the_signed_text(learned: Learned) -> None:
    shape = learned(BODY)
    assert shape is not None
    other = BODY.replace(b"S1", "Straße 2".encode()).replace(b"1.5", b"-0.25").replace(b"true", b"false")
    assert shape.text_of(BODY) == _read(BODY)[1]
    assert shape.text_of(other) == _read(other)[1]


@each_state
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"id"', b'"id":"S0","id"'),
        (b'"id"', b'"di"'),
        (b'"S1"', b'"S\\u0031"'),
        (b'"S1"', b'"S\n1"'),
        (b'"S1"', b'""'),
        (b'"S1"', b'"\xff"'),
        (b'"S1"', b"1"),
        (b'"S1"', b'"S1","more":"x"'),
        (b'""', b'"full"'),
        (b"null", b"1"),
        (b"1.5", b"1.50"),
        (b"1.5", b"15e-1"),
        (b"1.5", b"-0"),
        (b"1.5", b"01.5"),
        (b"1.5", b'1.5,"x":1'),
        (b"7", b"null"),
        (b"7", b"1234567890123456"),
        (b'"y"]', b'"y","z"]'),
        (b'["x","y"]', b'[ "x","y"]'),
        (b'"last"', b'"last" '),
    ],
)
def test_body_of_any_other_shape_must_be_read(old: bytes, new: bytes, learned: Learned) -> None:
    shape = learned(BODY)
    assert shape is not None
    assert BODY.count(old) >= 1
    assert shape.text_of(BODY.replace(old, new, 1)) is None


@given(_bodies, st.data())
def test_text_of_a_shape_is_what_reading_gives_whatever_was_changed(body: bytes, data: Any) -> None:
    try:
        fields, _ = _read(body)
        shape = _shape(body)
    except (JsonInvalid, UnicodeEncodeError):
        assume(False)
        return
    assume(shape is not None)
    assert shape is not None
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, min(len(body), start + 6)))
    put = data.draw(
        st.binary(max_size=4) | st.sampled_from([b'"', b",", b'":"', b"0", b"-", b"1.5", b"null"])
    )
    changed = body[:start] + put + body[end:]
    text = shape.text_of(changed)
    if text is not None:
        assert _read(changed) == (fields, text)
    in_use = _in_use(body)
    assert in_use is not None
    assert in_use.text_of(changed) == text


@pytest.mark.parametrize(
    "body",
    [b'{"a":[1,2]}', b'{"a":"\\""}', b'{"A":"x"}', b'"text"', b"[]"],
    ids=["two numbers in one piece", "escape", "capital", "no object", "nothing signed"],
)
def test_body_whose_values_cannot_be_told_from_its_pieces_has_no_shape_or_a_right_one(body: bytes) -> None:
    fields, text = _read(body)
    shape = shape_of(lowered(tuple(fields)), body, parse_json(body))
    assert shape is None or shape.text_of(body) in (None, text)


def test_signature_over_a_body_of_known_shape_verifies_as_by_reading() -> None:
    headers = {"x-correlation-id": "c", "ocpi-from-party-id": "MSP"}
    shapes, head = Shapes(), request_values(headers, [("limit", "5")])
    values = request_values(headers, [("limit", "5")], parse_json(BODY))
    envelope = sign(values, KEY)
    fields = lowered(envelope.fields)
    assert shapes.text_of(envelope.signatory, fields, BODY) is None
    shapes.learn(envelope.signatory, fields, BODY, values.body)
    text = shapes.text_of(envelope.signatory, fields, BODY)
    assert text is not None
    assert verify_text(envelope, head, text) == verify(envelope, values)
    assert verify_text(envelope, head, text + b"0") is None
    assert verify_text(envelope, request_values(headers), text) is None
    assert shapes.text_of("0x00", fields, BODY) is None


def test_oldest_shapes_go_when_there_are_too_many() -> None:
    shapes = Shapes(most=2)
    for number in range(3):
        body = b'{"k%d":"v"}' % number
        shapes.learn("0x", tuple(_read(body)[0]), body, parse_json(body))
    known = [shapes.text_of("0x", (f"$['body']['k{n}']",), b'{"k%d":"w"}' % n) for n in range(3)]
    assert known == [None, b"w", b"w"]
