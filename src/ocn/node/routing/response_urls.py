"""The ``response_url`` of commands and charging profiles: where it stands, and how it is exchanged.

It is a member of the body (commands, PUT of a profile) or a query parameter (GET and DELETE of a profile).
The texts' own example shows the nested address unescaped, so both forms are read; the escaped one is written.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, unquote

import msgspec

from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.members import find_member, member_value, replace_member
from ocn.ocpi.timestamps import parse_datetime

_IN_QUERY = re.compile(r"(?:^|&)response_url=(?P<url>https?://[^?]*\?.*|[^&]*)")


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
        InvalidParameters: no JSON object, no ``response_url``, or not a string.
    """
    member = find_member(body, "response_url")
    url = member_value(body, member) if member else None
    if member is None or not isinstance(url, str):
        raise InvalidParameters("the body has no response_url")
    return ResponseUrl(url, body, query, member.start, member.end, in_query=False)


def in_query(body: bytes, query: str) -> ResponseUrl:
    """Find the query parameter, escaped or not.

    Raises:
        InvalidParameters: there is none.
    """
    match = _IN_QUERY.search(query)
    if match is None or not match["url"]:
        raise InvalidParameters("the query has no response_url")
    url = match["url"] if "?" in match["url"] else unquote(match["url"])
    return ResponseUrl(url, body, query, match.start("url"), match.end("url"), in_query=True)


class _Reservation(msgspec.Struct):
    expiry_date: str | None = None


def reserved_until(body: bytes) -> datetime | None:
    """Return the ``expiry_date`` of a RESERVE_NOW: until then its response_url may be called again."""
    try:
        text = msgspec.json.decode(body, type=_Reservation).expiry_date
        return parse_datetime(text) if text else None
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
