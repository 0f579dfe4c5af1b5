"""The spelling of numbers by each kind of signer; rows are literal, JavaScript, Java Double, Java Float.

Null stands where JDKs differ among themselves (before 19 some doubles get a digit too many).
"""

from pathlib import Path

import msgspec
import pytest

from ocn.signing import NumberForm
from ocn.signing.number_text import TEXT_OF

ROWS = msgspec.json.decode(
    Path(__file__).with_name("vectors_numbers.json").read_bytes(),
    type=list[tuple[str, str, str | None, str | None]],
)


@pytest.mark.parametrize(("literal", "javascript", "java_double", "java_float"), ROWS)
def test_number_literal_is_spelled_as_each_signer_does(
    literal: str, javascript: str, java_double: str | None, java_float: str | None
) -> None:
    expected = dict(zip(NumberForm, (javascript, java_double, java_float), strict=True))

    for form, text in expected.items():
        if text is not None:
            assert TEXT_OF[form](literal) == text, form
