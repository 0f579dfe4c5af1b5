"""JSON text to values: digits kept, and everything that two readers could read differently refused."""

from decimal import Decimal

import pytest

from ocn.tariffs import JsonUnreadable, decode
from ocn.tariffs.reading.decode import MAX_DOCUMENT_BYTES


def test_fractions_keep_their_digits() -> None:
    assert decode('{"price": 0.10, "step_size": 300, "id": "1"}') == {
        "price": Decimal("0.10"),
        "step_size": 300,
        "id": "1",
    }
    assert str(decode(b"[2.00, 1e2]")) == "[Decimal('2.00'), Decimal('1E+2')]"
    assert decode(b'\xef\xbb\xbf{"a": null}') == {"a": None}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON"),
        ("{", "not JSON.*line 1, column 2"),
        ('{"a": 1} x', "not JSON"),
        (b"\xff", "not UTF-8"),
        ('{"a": 1, "a": 2}', "'a' stands twice"),
        ('{"a": NaN}', "NaN is no number"),
        ("[-Infinity]", "Infinity is no number"),
        ("[" * 70 + "]" * 70, "nest deeper"),
        ('{"a":' * 100_000, "nest deeper"),
        ('["' + "[" * 10, "not JSON"),
        ("[" + "9" * 200 + "]", "200 digits"),
        ("[0." + "9" * 200 + "]", "202 digits"),
        ("[" + "9" * 100_000 + "]", "digits"),
        (" " * (MAX_DOCUMENT_BYTES + 1), "more than"),
    ],
)
def test_text_that_is_no_json_or_out_of_bounds_is_refused(text: str | bytes, message: str) -> None:
    with pytest.raises(JsonUnreadable, match=message) as refused:
        decode(text)
    assert len(refused.value.message) < 200


def test_brackets_in_texts_do_not_nest() -> None:
    assert decode('{"a": "' + "[{" * 200 + '", "b": "\\"[", "c": "\\\\"}') == {
        "a": "[{" * 200,
        "b": '"[',
        "c": "\\",
    }


def test_exponent_out_of_bounds_is_left_to_the_reader() -> None:
    assert decode("[1e999999]") == [Decimal("1e999999")]
