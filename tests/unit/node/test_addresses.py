"""What a path says, and that none says more than it seems to."""

from urllib.parse import unquote, unquote_to_bytes

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ocn.node.edge.addresses import read_address
from ocn.ocpi.errors import InvalidParameters, OcpiError, UnknownObject

_CUSTOM = "/custom/sender/nltnm-things/"
_METHODS = st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "TRACE", "get", ""])
_PIECES = st.sampled_from(
    [
        *("/", "..", ".", ";", "%2e", "%2F", "%5c", "%25", "252e", "%", "\\", "\x00", "%00", "a", "é"),
        *("sender", "receiver", "2.2", "2.2.1", "custom", "locations", "commands", "cdrs", "page"),
        *("START_SESSION", "chargingprofiles", "result", "AAAAAAAAAAAAAAAAAAAAAA", "?", "#", " "),
    ]
)
_PATHS = st.lists(_PIECES | st.text(max_size=4), max_size=8).map("".join)


@given(_METHODS, _PATHS | _PATHS.map(lambda path: _CUSTOM + path), _PATHS)
@example("GET", _CUSTOM + "%25252e%25252e/x", "")
@example("GET", _CUSTOM + "..;/x", "")
@example("GET", _CUSTOM + "%c0%ae%c0%ae", "")
def test_read_address_any_path_raises_ocpi_errors_only_and_lets_no_dot_segment_through(
    method: str, path: str, query: str
) -> None:
    try:
        address = read_address(method, path, query)
    except OcpiError:
        return
    assert address.query == query
    for segment in address.path.split("/")[1:]:
        plain = segment
        for _ in range(len(segment) + 1):
            unquote_to_bytes(plain).decode()
            for part in plain.replace("\\", "/").split("/"):
                assert part.partition(";")[0] not in {".", ".."}
            assert plain.isprintable()
            plain = unquote(plain)


@pytest.mark.parametrize(
    "segment",
    ["..", ".", "%2e%2e", "%252e%252e", "%25252e", "..;", "..;v=1", ".;a", "a%2f..", "a%5c..", "%00", "%0a"],
)
def test_read_address_segment_that_leads_elsewhere_is_unknown(segment: str) -> None:
    with pytest.raises(UnknownObject):
        read_address("GET", f"{_CUSTOM}a/{segment}/b", "")


@pytest.mark.parametrize("segment", ["...", "a..b", "S%2F1", "a;b=..", "%C3%A9", "a%20b", "%25", "100%2525"])
def test_read_address_honest_segment_is_kept_as_written(segment: str) -> None:
    assert read_address("GET", f"{_CUSTOM}{segment}", "").path == f"/{segment}"


@pytest.mark.parametrize("query", ["a=é", "a=\xff", "a=b\\c", "a=#b", "a=\x7f", "a= b"])
def test_read_address_query_that_must_be_escaped_is_refused(query: str) -> None:
    with pytest.raises(InvalidParameters):
        read_address("GET", "/sender/2.2.1/locations", query)
