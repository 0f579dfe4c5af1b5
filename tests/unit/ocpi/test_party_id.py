"""How people write a party."""

import pytest

from ocn.ocpi.party_id import PartyId


@pytest.mark.parametrize("text", ["DE ABC", "DE*ABC", "DE-ABC", "DE/ABC", "DEABC", " de abc "])
def test_parse_with_any_usual_sign_between_or_none_is_the_party(text: str) -> None:
    assert PartyId.parse(text) == PartyId("DE", "ABC")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("DEU ABC", "country_code must be two characters, not 'DEU'"),
        ("D EABC", "country_code must be two characters, not 'D'"),
        ("DE", "party_id must be three characters, not ''"),
        ("DE  ABC", "party_id must be three characters, not ' ABC'"),
    ],
)
def test_parse_of_another_length_says_which_part_is_wrong(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        PartyId.parse(text)
