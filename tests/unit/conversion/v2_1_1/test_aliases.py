"""Identifiers that are too long get an alias that can be read back, and no others do."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocn.conversion.v2_1_1.aliases import alias_of

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*-_."
too_long = st.text(ALPHABET, min_size=37, max_size=39)


@given(identifier=too_long | too_long.map(str.lower))
@settings(deadline=None)
def test_an_alias_fits_and_leads_back_whatever_case_it_comes_in(identifier: str) -> None:
    alias = alias_of(identifier)
    assert len(alias) == 36
    assert alias.isascii()
    assert alias.isprintable()
    assert not set(alias) & set(' /\\?%"')
    assert alias_of(alias) == alias_of(alias.lower()) == identifier


@given(one=too_long, other=too_long)
def test_two_identifiers_have_two_aliases(one: str, other: str) -> None:
    assert (alias_of(one) == alias_of(other)) == (one == other)
    assert alias_of(one).upper() != alias_of(one.lower()).upper() or one == one.lower()


@given(identifier=st.text(max_size=36).filter(lambda text: text[:1] not in ("~", "`")))
def test_what_fits_stays_as_it_is(identifier: str) -> None:
    assert alias_of(identifier) == identifier


@pytest.mark.parametrize(
    "identifier",
    [
        "Aa" * 19,
        "Ä" * 38,
        "A" * 40,
        "A" * 10_000,
        "~" * 36,
        "`" + "0" * 35,
        "~" + "ß" * 35,
        "\0" * 38,
        "a/b" * 13,
    ],
)
def test_what_has_no_alias_stays_as_it_is(identifier: str) -> None:
    assert alias_of(identifier) == identifier
