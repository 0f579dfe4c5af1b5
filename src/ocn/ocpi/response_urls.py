"""The ``response_url`` of commands and charging profiles: where it stands, and how it is exchanged.

It is a member of the body (commands, PUT of a profile) or a query parameter (GET and DELETE of a profile).
The texts' own example shows the nested address unescaped, so both forms are read; the escaped one is written.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, unquote

import msgspec

from ocn.ocpi.errors import InvalidParameters, TooLarge
from ocn.ocpi.members import find_member, member_value, replace_member
from ocn.ocpi.timestamps import parse_datetime

MOST_BYTES = 256 * 1024
"""Of a body whose ``response_url`` is exchanged: a charging profile of several thousand periods."""

_NAME = re.compile(r"(?:^|[&;])([^=&;]*)=")
_VALUE = re.compile(r"https?://[^?&]*\?.*|[^&]*")


@dataclass(frozen=True, slots=True)
class ResponseUrl:
    """The address found, and the request around it."""

    url: str
    body: bytes
    query: str
    start: int
    end: int
    in_query: bool

    @property
    def signed_path(self) -> str:
        """Where a party signature names it."""
        return f"$['{'params' if self.in_query else 'body'}']['response_url']"

    def cut(self) -> tuple[bytes, str]:
        """Return body and query without the address, which a signature covers by itself."""
        if self.in_query:
            return self.body, self.query[: self.start] + self.query[self.end :]
        return self.body[: self.start] + self.body[self.end :], self.query

    def exchanged(self, url: str) -> tuple[bytes, str]:
        """Return body and query with another address in its place and no other byte changed."""
        if self.in_query:
            return self.body, self.query[: self.start] + quote(url, safe="") + self.query[self.end :]
        member = find_member(self.body, "response_url")
        if member is None:
            raise AssertionError("a body once read has lost its member")
        return replace_member(self.body, member, url), self.query


def in_body(body: bytes, query: str) -> ResponseUrl:
    """Find the member of a command or a charging profile.

    Raises:
        InvalidParameters: no JSON object, no ``response_url``, two, or not a string.
        TooLarge: a body that no command or charging profile has.
    """
    if len(body) > MOST_BYTES:
        raise TooLarge(f"a body with a response_url has at most {MOST_BYTES} bytes")
    member = find_member(body, "response_url")
    url = member_value(body, member) if member else None
    if member is None or not isinstance(url, str):
        raise InvalidParameters("the body has no response_url")
    return ResponseUrl(url, body, query, member.start, member.end, in_query=False)


def in_query(body: bytes, query: str) -> ResponseUrl:
    """Find the query parameter, escaped or not.

    Raises:
        InvalidParameters: there is none, or a second one that a receiver could take instead.
    """
    named = [name for name in _NAME.finditer(query) if unquote(name[1]).lower() == "response_url"]
    value = _VALUE.match(query, named[0].end()) if named else None
    if value is None or not value[0] or unquote(named[0][1]) != "response_url":
        raise InvalidParameters("the query has no response_url")
    if named[-1].start() >= value.end():
        raise InvalidParameters("the query names response_url twice")
    url = value[0] if "?" in value[0] else unquote(value[0])
    return ResponseUrl(url, body, query, value.start(), value.end(), in_query=True)


class _Reservation(msgspec.Struct):
    expiry_date: str | None = None


def reserved_until(body: bytes) -> datetime | None:
    """Return the ``expiry_date`` of a RESERVE_NOW: until then its response_url may be called again."""
    try:
        text = msgspec.json.decode(body, type=_Reservation).expiry_date
        return parse_datetime(text) if text else None
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
