"""Headers that others write: tokens and links."""

import base64
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocn.ocpi.authorization import encode_authorization, is_credentials_token, token_candidates
from ocn.ocpi.links import format_next_link, next_link

_TOKENS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=64)
_URLS = st.from_regex(re.compile(r"https?://[a-z.]{1,10}/[!#-;=?-~]{0,30}", re.ASCII), fullmatch=True)


@given(st.text(max_size=300) | st.text(max_size=80).map(lambda text: f"Token {text}"))
def test_token_candidates_any_header_gives_at_most_two_possible_tokens(header: str) -> None:
    candidates = token_candidates(header)
    assert len(candidates) <= 2
    assert all(is_credentials_token(token) for token in candidates)


@given(_TOKENS, st.booleans(), st.sampled_from(["Token", "token", "TOKEN"]))
def test_token_candidates_of_an_encoded_token_hold_it(token: str, base64_encoded: bool, scheme: str) -> None:
    header = encode_authorization(token, base64_encoded=base64_encoded).replace("Token", scheme, 1)
    assert token in token_candidates(header)


@pytest.mark.parametrize(
    "header",
    ["", "Token", "Token ", "Bearer abc", "abc", "Token a b", "Token \x00", "Token é", "Token " + "a" * 65],
)
def test_token_candidates_of_what_is_no_token_header_are_none(header: str) -> None:
    assert token_candidates(header) == ()


def test_token_candidates_base64_of_control_characters_is_no_token() -> None:
    header = "Token " + base64.b64encode(b"a\x00b").decode()
    assert token_candidates(header) == (header.removeprefix("Token "),)


@given(st.text(max_size=200) | st.text("<>;=,\" \\relnxtapv/'", max_size=60))
def test_next_link_any_header_gives_a_part_of_it_or_none(header: str) -> None:
    found = next_link(header)
    assert found is None or (found and f"<{found}>" in header)


@given(_URLS, st.sampled_from(["next", "prev next", "NEXT"]), st.booleans())
def test_next_link_is_found_among_others_however_it_is_spelled(url: str, rel: str, quoted: bool) -> None:
    written = f'"{rel}"' if quoted or " " in rel else rel
    for header in (
        f"<{url}>; rel={written}",
        f'<http://first.test/>; rel="first" , <{url}> ;title="a, b";  rel = {written}',
        f"<{url}>;rel={written}, <http://last.test/>; rel=last",
    ):
        assert next_link(header) == url
    assert next_link(format_next_link(url)) == url


@pytest.mark.parametrize(
    "header",
    ["", "<>; rel=next", "http://a.test/; rel=next", "<http://a.test/>", '<http://a.test/>; rel="prev"'],
)
def test_next_link_where_there_is_none_is_none(header: str) -> None:
    assert next_link(header) is None
