"""A party's codes become the name of a directory only if they are fit for one."""

from pathlib import Path

import pytest

from ocn.cli.simulate.options import usual_directory
from ocn.errors import ConfigurationError
from ocn.ocpi.party_id import PartyId


def test_letters_and_digits_name_the_directory() -> None:
    assert usual_directory(PartyId("de", "A1c")) == Path("ocn-DEA1C")


@pytest.mark.parametrize("codes", [("..", "/.."), ("..", "..."), ("D!", "ABC"), ("DE", 'A"B'), ("D/", "ABC")])
def test_other_codes_need_a_directory_of_their_own(codes: tuple[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="do not make a name"):
        usual_directory(PartyId(*codes))
