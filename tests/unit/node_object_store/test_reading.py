import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocn.node.object_store.model import Push
from ocn.node.object_store.reading import read_push
from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.versions import VersionNumber

CPO = PartyId("NL", "CPX")


def read(method: str, module: str, path: str, body: bytes = b"{}", query: str = "") -> Push:
    return read_push(method, module, path, query, body, version=VersionNumber.V2_2_1, sender=CPO)


def test_escaped_path_is_read_plain() -> None:
    push = read("PUT", "locations", "/NL/CPX/LOC%2F1/E%201", b'{"uid":"e 1"}')
    assert (push.object_id, push.parts) == ("LOC/1", ("E 1",))


def test_token_is_its_uid_and_the_type_of_body_or_query() -> None:
    keys = [
        read("PUT", "tokens", "/NL/CPX/u1", b'{"uid":"U1","type":"APP_USER"}').object_key,
        read(
            "PATCH", "tokens", "/NL/CPX/u1", b'{"last_updated":"2026-01-01T00:00:00Z"}', "type=app_user"
        ).object_key,
        read("PUT", "tokens", "/NL/CPX/u1", b'{"uid":"U1"}').object_key,
    ]
    assert keys == ["U1 APP_USER", "U1 APP_USER", "U1 RFID"]


@pytest.mark.parametrize(
    ("method", "module", "path", "body"),
    [
        ("PUT", "commands", "/NL/CPX/1", b"{}"),
        ("DELETE", "locations", "/NL/CPX/1", b""),
        ("PUT", "locations", "/NL/CPX", b"{}"),
        ("PUT", "tariffs", "/NL/CPX/1/2", b"{}"),
        ("PUT", "locations", "/NL/CPX/1/2/3/4", b"{}"),
        ("PUT", "locations", "/NLD/CPX/1", b"{}"),
        ("PUT", "locations", "/NL/CPX/%00", b"{}"),
        ("PUT", "locations", "/NL/CPX/%FF", b"{}"),
        ("PUT", "locations", "/NL/CPX/" + "x" * 256, b"{}"),
        ("PUT", "locations", "/NL/CPX/1", b"[]"),
        ("PUT", "locations", "/NL/CPX/1", b"\xff"),
        ("PUT", "locations", "/NL/CPX/1", b"[" * 100_000),
        ("PUT", "locations", "/NL/CPX/1", b'{"id":"2"}'),
        ("PUT", "locations", "/NL/CPX/1", b'{"id":"1","party_id":"CPY"}'),
        ("PUT", "locations", "/NL/CPX/1/E", b'{"uid":"F"}'),
        ("PATCH", "locations", "/NL/CPX/1", b'{"name":"x"}'),
        ("PATCH", "locations", "/NL/CPX/1", b'{"last_updated":"2026-01-01T00:00:00+02:00"}'),
        ("POST", "cdrs", "", b"{}"),
    ],
)
def test_push_that_names_no_one_object_is_refused(method: str, module: str, path: str, body: bytes) -> None:
    with pytest.raises(InvalidParameters) as caught:
        read(method, module, path, body)
    assert caught.value.status_code == 2001


@given(st.binary(max_size=200), st.sampled_from(["PUT", "PATCH"]))
def test_any_body_is_read_or_refused(body: bytes, method: str) -> None:
    with contextlib.suppress(InvalidParameters):
        read(method, "locations", "/NL/CPX/1", body)
