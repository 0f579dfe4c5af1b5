"""From an ASGI request to ``Received``: headers looked at once, everything bounded, nothing guessed."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any

from ocn.node.edge.addresses import read_address
from ocn.node.node_headers import NODE_SIGNATURE, VIA
from ocn.node.stages import Door, Received
from ocn.ocpi import headers as names
from ocn.ocpi.errors import InvalidParameters, TooLarge, TooSlow
from ocn.ocpi.party_id import PartyId, known_party

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_LOOKED_AT = {
    name.encode(): name
    for name in (
        names.AUTHORIZATION,
        names.REQUEST_ID,
        names.CORRELATION_ID,
        *names.ROUTING,
        names.SIGNATURE,
        NODE_SIGNATURE,
        "content-type",
        "content-length",
        "content-encoding",
        "transfer-encoding",
        VIA,
    )
}
_LONGEST_ID = 128


@dataclass(frozen=True, slots=True)
class EdgeLimits:
    """What a request may be at most."""

    body_bytes: int
    body_timeout_s: float


def read_headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return the headers this node looks at.

    Raises:
        InvalidParameters: one of them stands there twice, or is not printable ASCII.
    """
    found: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name = _LOOKED_AT.get(raw_name)
        if name is None:
            continue
        if name in found and name != VIA:
            raise InvalidParameters(f"the header {names.DISPLAY_NAME.get(name, name)} is there twice")
        value = raw_value.decode("latin-1").strip()
        if not value.isascii() or not value.isprintable():
            raise InvalidParameters(f"the header {names.DISPLAY_NAME.get(name, name)} is not printable ASCII")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


async def read_body(found: dict[str, str], receive: Receive, limits: EdgeLimits) -> bytes:
    """Read the whole body within the limits of size and time.

    Raises:
        TooLarge, TooSlow, InvalidParameters: beyond a limit, in an encoding, or cut off.
    """
    length = found.get("content-length", "")
    if length.isdecimal() and int(length) > limits.body_bytes:
        raise TooLarge(f"the body is larger than {limits.body_bytes} bytes")
    if found.get("transfer-encoding", "chunked").lower() != "chunked":
        raise InvalidParameters("bodies are taken unencoded or chunked; send no other Transfer-Encoding")
    if found.get("content-encoding", "identity").lower() != "identity":
        raise InvalidParameters("bodies are taken unencoded; send no Content-Encoding")
    if length == "0":
        return b""
    # As a rule the whole body is here with its headers; a timeout for what has come would cost as much
    # as reading it. That nothing at all comes is watched by the protocol.
    event = await receive()
    if not event.get("more_body") and event["type"] == "http.request":
        body: bytes = event.get("body", b"")
        if len(body) <= limits.body_bytes:
            return body
    try:
        async with asyncio.timeout(limits.body_timeout_s):
            return await _drain(event, receive, limits.body_bytes)
    except TimeoutError as error:
        raise TooSlow(f"the body did not arrive within {limits.body_timeout_s:g} seconds") from error


async def _drain(event: MutableMapping[str, Any], receive: Receive, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        if event["type"] == "http.disconnect":
            raise InvalidParameters("the connection closed before the body was whole")
        parts.append(event.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            raise TooLarge(f"the body is larger than {limit} bytes")
        if not event.get("more_body"):
            return b"".join(parts)
        event = await receive()


def read_functional(door: Door, prefix: str, scope: Scope, found: dict[str, str], body: bytes) -> Received:
    """Make ``Received`` of a request to a functional or custom module.

    Raises:
        UnknownObject, MethodNotAllowed, InvalidParameters: see :func:`read_address`, :func:`read_headers`.
    """
    method: str = scope["method"]
    path = scope["raw_path"].decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    path = path.removeprefix(prefix)
    address = read_address(method, path, query)
    target = f"{path}?{query}" if query else path
    request_id = _message_id(found, names.REQUEST_ID)
    return Received(
        door=door,
        method=method,
        target=target,
        address=address,
        headers=found,
        body=body,
        sender=_party(found, names.FROM_COUNTRY, names.FROM_PARTY, "OCPI-from"),
        receiver=_party(found, names.TO_COUNTRY, names.TO_PARTY, "OCPI-to"),
        request_id=request_id,
        correlation_id=_message_id(found, names.CORRELATION_ID),
    )


def _party(found: dict[str, str], country: str, party: str, which: str) -> PartyId:
    country_code, party_id = found.get(country), found.get(party)
    if not country_code or not party_id:
        raise InvalidParameters(f"the headers {which}-country-code and {which}-party-id are both needed")
    try:
        return known_party(country_code, party_id)
    except ValueError as error:
        raise InvalidParameters(f"{which}: {error}") from error


def _message_id(found: dict[str, str], name: str) -> str:
    value = found.get(name)
    if not value:
        return str(uuid.uuid4())
    if len(value) > _LONGEST_ID:
        raise InvalidParameters(f"{names.DISPLAY_NAME[name]} is longer than {_LONGEST_ID} characters")
    return value
