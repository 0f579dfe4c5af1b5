"""Change one top-level member of a JSON object and leave every other byte as it was.

A relay that replaces a ``response_url`` or a signature must not rewrite the sender's numbers, spacing or
member order with it, so the value is cut out of the text and the new one put in its place.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.unreadable import UNREADABLE

_STRING = rb'"(?:[^"\\]++|\\.)*+"'
_NAME = re.compile(rb"[\s,]*+(" + _STRING + rb")\s*+:\s*+")
_SCALAR = re.compile(_STRING + rb'|[^\s,{}\[\]"]++')
_NEXT_BRACKET = re.compile(rb'(?:[^"{}\[\]]++|' + _STRING + rb")*+([{}\[\]])")


@dataclass(frozen=True, slots=True)
class Member:
    """Where a top-level member stands: ``body[start:end]`` is its value's text."""

    start: int
    end: int


def find_member(body: bytes, name: str) -> Member | None:
    """Locate a top-level member of the object that ``body`` holds.

    Raises:
        InvalidParameters: the body is no JSON object, or names the member twice, be it in another case
            (which of the two a receiver would take is anybody's guess).
    """
    try:
        body.decode()
        msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except UNREADABLE as error:
        raise InvalidParameters("the body is not a JSON object") from error
    found = [(key, member) for key, member in _top_level_members(body) if key.lower() == name]
    if len(found) > 1:
        raise InvalidParameters(f"the body names {name} twice")
    return found[0][1] if found and found[0][0] == name else None


def replace_member(body: bytes, member: Member, value: object) -> bytes:
    """Put ``value``, encoded, in the member's place."""
    return body[: member.start] + msgspec.json.encode(value) + body[member.end :]


def without_value(body: bytes, name: str) -> bytes:
    """Return the body with nothing where a top-level member has its value; unchanged when it has none.

    A body that does not hold the name, as it is written, is not read at all.

    Raises:
        InvalidParameters: see :func:`find_member`.
    """
    member = find_member(body, name) if f'"{name}"'.encode() in body else None
    return body if member is None else body[: member.start] + body[member.end :]


def member_value(body: bytes, member: Member) -> object:
    """Decode the member's value."""
    return msgspec.json.decode(body[member.start : member.end])


def append_member(body: bytes, name: str, value: object) -> bytes:
    """Add a member at the end of the object that ``body`` holds; it must not have one of that name."""
    end = body.rindex(b"}")
    comma = b"" if body[:end].rstrip().endswith(b"{") else b","
    return body[:end] + comma + msgspec.json.encode(name) + b":" + msgspec.json.encode(value) + body[end:]


def _top_level_members(body: bytes) -> Iterator[tuple[str, Member]]:
    position = body.index(b"{") + 1
    while name := _NAME.match(body, position):
        position = _end_of_value(body, name.end())
        yield msgspec.json.decode(name[1], type=str), Member(name.end(), position)


def _end_of_value(body: bytes, start: int) -> int:
    """Return where a value ends; looks at brackets and strings only, since the body is known to be JSON."""
    if scalar := _SCALAR.match(body, start):
        return scalar.end()
    depth, end = 0, start
    for bracket in _NEXT_BRACKET.finditer(body, start):
        depth += 1 if bracket[1] in b"{[" else -1
        end = bracket.end()
        if depth == 0:
            break
    return end
