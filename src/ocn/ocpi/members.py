"""Change one top-level member of a JSON object and leave every other byte as it was.

A relay that replaces a ``response_url`` or a signature must not rewrite the sender's numbers, spacing or
member order with it, so the value is cut out of the text and the new one put in its place.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from ocn.ocpi.errors import InvalidParameters

_OPENING, _CLOSING = (b"{", b"["), (b"}", b"]")
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


@dataclass(frozen=True, slots=True)
class Member:
    """Where a top-level member stands: ``body[start:end]`` is its value's text."""

    start: int
    end: int


def find_member(body: bytes, name: str) -> Member | None:
    """Locate a top-level member of the object that ``body`` holds.

    Raises:
        InvalidParameters: the body is no JSON object, or names the member twice (which of the two
            a receiver would take is anybody's guess).
    """
    try:
        msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidParameters("the body is not a JSON object") from error
    found = [member for key, member in _top_level_members(body) if key == name]
    if len(found) > 1:
        raise InvalidParameters(f"the body names {name} twice")
    return found[0] if found else None


def replace_member(body: bytes, member: Member, value: object) -> bytes:
    """Put ``value``, encoded, in the member's place."""
    return body[: member.start] + msgspec.json.encode(value) + body[member.end :]


def member_value(body: bytes, member: Member) -> object:
    """Decode the member's value."""
    return msgspec.json.decode(body[member.start : member.end])


def append_member(body: bytes, name: str, value: object) -> bytes:
    """Add a member at the end of the object that ``body`` holds; it must not have one of that name."""
    end = body.rindex(b"}")
    comma = b"" if body[:end].rstrip().endswith(b"{") else b","
    return body[:end] + comma + msgspec.json.encode(name) + b":" + msgspec.json.encode(value) + body[end:]


def _top_level_members(body: bytes) -> Iterator[tuple[str, Member]]:
    depth, start, name = 0, -1, None
    previous = b"", 0
    for token in _TOKEN.finditer(body):
        text = token.group()
        depth -= text in _CLOSING
        if name is not None and ((text == b"," and depth == 1) or (text == b"}" and depth == 0)):
            yield name, Member(start, previous[1])
            name = None
        elif text == b":" and depth == 1:
            name, start = msgspec.json.decode(previous[0], type=str), -1
        elif name is not None and start < 0:
            start = token.start()
        depth += text in _OPENING
        previous = text, token.end()
