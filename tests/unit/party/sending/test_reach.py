"""What a peer may make this party call."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocn.party.errors import AddressNotAllowed
from ocn.party.receiving.asgi import read_query
from ocn.party.sending.reach import Reach

REACH = Reach(["https://node.test/ocn", "http://127.0.0.1:8080"])


@pytest.mark.parametrize(
    "url",
    [
        "https://node.test/ocn",
        "https://node.test/ocn/ocpi/versions?x=1",
        "https://NODE.test:443/ocn/a",
        "http://127.0.0.1:8080/anything",
    ],
)
def test_address_below_a_base_is_allowed(url: str) -> None:
    assert REACH.require(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://node.test/ocn/a",
        "https://node.test/ocnx/a",
        "https://node.test/",
        "https://node.test:8443/ocn/a",
        "https://node.test.evil.test/ocn/a",
        "https://user@node.test/ocn/a",
        "https://node.test@evil.test/ocn/a",
        "https://node.test/ocn/../admin",
        "https://node.test/ocn/%2e%2E/admin",
        "https://node.test/ocn/./a",
        "https://node.test\\@evil.test/ocn/a",
        "http://127.0.0.1:8081/x",
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "//node.test/ocn",
        "https://node.test:99999/ocn",
        "https://[::1",
        "",
        "https://node.test/ocn/a b",
        "https://node.test/ocn/\r\nX: 1",
        "https://node.test/ocn/" + "a" * 2048,
    ],
)
def test_any_other_address_is_refused(url: str) -> None:
    with pytest.raises(AddressNotAllowed):
        REACH.require(url)


@given(st.text(max_size=80))
def test_any_text_is_allowed_or_refused_and_nothing_else(text: str) -> None:
    try:
        REACH.require(text)
    except AddressNotAllowed:
        return
    assert text.startswith(("https:", "http:", "HTTP"))


@pytest.mark.parametrize(
    ("raw", "url"),
    [
        ("duration=9&response_url=https%3A%2F%2Fn.test%2Fr%3Fa%3D1%26b%3D2", "https://n.test/r?a=1&b=2"),
        ("response_url=https%3A%2F%2Fn.test%2Fr&duration=9", "https://n.test/r"),
        ("duration=9&response_url=https://n.test/r?a=1&b=2", "https://n.test/r?a=1&b=2"),
        ("response_url=https://n.test/r&duration=9", "https://n.test/r"),
    ],
)
def test_response_url_is_read_encoded_and_raw(raw: str, url: str) -> None:
    query = read_query(raw)
    assert query["response_url"] == url
    assert query.get("duration") == ("9" if "duration" in raw else None)
