"""HTTP in and out, as ASGI says it: the whole request within bounds, the whole answer at once."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, unquote

from ocn.ocpi import headers as h
from ocn.ocpi.errors import InvalidParameters, TooLarge, TooSlow
from ocn.ocpi.party_id import PartyId
from ocn.party.limits import Limits

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_ONCE = frozenset(
    {h.AUTHORIZATION, h.REQUEST_ID, h.CORRELATION_ID, *h.ROUTING, h.SIGNATURE, h.STRICT_SIGNATURE}
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request line and its headers; lower-case names. ``steps`` are the decoded segments of the path."""

    method: str
    path: str
    steps: tuple[str, ...]
    raw_query: str
    headers: Mapping[str, str] = field(repr=False)


def read_head(scope: Scope) -> Asked:
    """Read everything but the body.

    Raises:
        InvalidParameters: a header that must stand alone is there twice, or bytes that are no text.
    """
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        if name in headers and name in _ONCE:
            raise InvalidParameters(f"{h.DISPLAY_NAME[name]} is given twice")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    raw_path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1").partition("?")[0]
    try:
        steps = tuple(unquote(step, errors="strict") for step in raw_path.strip("/").split("/"))
    except UnicodeDecodeError as error:
        raise InvalidParameters("the path is not UTF-8") from error
    return Asked(scope["method"], raw_path, steps, scope["query_string"].decode("latin-1"), headers)


async def read_body(asked: Asked, receive: Receive, limits: Limits) -> bytes:
    """Read the body, chunked or not.

    Raises:
        TooLarge, TooSlow: beyond the limits; InvalidParameters: the peer hung up.
    """
    announced = asked.headers.get("content-length", "0")
    if not announced.isdigit() or int(announced) > limits.request_body_bytes:
        raise TooLarge(f"a body may have {limits.request_body_bytes} bytes")
    pieces: list[bytes] = []
    size, more = 0, True
    try:
        async with asyncio.timeout(limits.receive_s):
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise InvalidParameters("the connection was closed within the body")
                piece: bytes = message.get("body", b"")
                size += len(piece)
                if size > limits.request_body_bytes:
                    raise TooLarge(f"a body may have {limits.request_body_bytes} bytes")
                pieces.append(piece)
                more = message.get("more_body", False)
    except TimeoutError as error:
        raise TooSlow(f"the body did not arrive within {limits.receive_s:g} s") from error
    return b"".join(pieces)


async def send_answer(send: Send, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Write an answer."""
    written = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    written += [
        (h.DISPLAY_NAME.get(name, name).encode("latin-1"), value.encode("latin-1"))
        for name, value in headers.items()
    ]
    await send({"type": "http.response.start", "status": status, "headers": written})
    await send({"type": "http.response.body", "body": body})


def read_query(raw: str) -> dict[str, str]:
    """Decode a query string; of a name given twice the first counts.

    A ``response_url`` written without encoding, with a query of its own, is everything that follows it: the
    texts' own example of charging profiles does that.
    """
    head, found, tail = raw.partition("response_url=")
    pairs = dict(reversed(parse_qsl(raw, keep_blank_values=True)))
    if found and (not head or head.endswith("&")) and "://" in tail and "?" in tail.partition("&")[0]:
        pairs = dict(reversed(parse_qsl(head, keep_blank_values=True)))
        pairs["response_url"] = tail
    return pairs


def party_in(headers: Mapping[str, str], country: str, party: str) -> PartyId | None:
    """Return the party that two headers name, or None when they are absent or name none."""
    try:
        return PartyId(headers.get(country, ""), headers.get(party, ""))
    except ValueError:
        return None
