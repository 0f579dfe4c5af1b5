"""From an HTTP request to ``Received``: headers looked at once, everything bounded, nothing guessed."""

from ocn.node.edge.addresses import read_address
from ocn.node.edge.server import HttpRequest
from ocn.node.node_headers import (
    COPY,
    COPY_RECEIVER,
    LONGEST_MESSAGE_ID,
    NODE_SIGNATURE,
    VIA,
    WAY,
    new_message_id,
)
from ocn.node.stages import Door, Received
from ocn.ocpi import headers as names
from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.party_id import PartyId, known_party

_LOOKED_AT = (
    names.AUTHORIZATION,
    names.REQUEST_ID,
    names.CORRELATION_ID,
    *names.ROUTING,
    names.SIGNATURE,
    names.STRICT_SIGNATURE,
    NODE_SIGNATURE,
    "content-type",
    "content-encoding",
    VIA,
    WAY,
    COPY,
    COPY_RECEIVER,
)
_KNOWN = frozenset(_LOOKED_AT)
_ONCE = _KNOWN - {VIA}
_PRINTABLE = bytes(range(0x20, 0x7F))


def read_headers(request: HttpRequest) -> dict[str, str]:
    """Return the headers this node looks at.

    Raises:
        InvalidParameters: one of them stands there twice, is not printable ASCII, or says that the body is
            compressed.
    """
    headers = request.headers
    found = {name: value for name, value in headers.items() if name in _KNOWN}
    if request.doubled:
        for name in request.doubled & _ONCE:
            raise InvalidParameters(f"the header {names.DISPLAY_NAME.get(name, name)} is there twice")
    values = "".join(found.values())
    if not values.isascii() or values.encode().translate(None, _PRINTABLE):
        name = next(name for name, value in found.items() if not (value.isascii() and value.isprintable()))
        raise InvalidParameters(f"the header {names.DISPLAY_NAME.get(name, name)} is not printable ASCII")
    if found.get("content-encoding", "identity").lower() != "identity":
        raise InvalidParameters("bodies are taken unencoded; send no Content-Encoding")
    return found


def read_functional(door: Door, path: str, request: HttpRequest, found: dict[str, str]) -> Received:
    """Make ``Received`` of a request to a functional or custom module; ``path`` is what follows the door.

    Raises:
        UnknownObject, MethodNotAllowed, InvalidParameters: see :func:`read_address`, :func:`read_headers`.
    """
    method, query = request.method, request.query
    if door is Door.PARTY and COPY in found:
        # Only nodes make copies; a party that says so would have its receiver ignore the message.
        found = {name: value for name, value in found.items() if name not in {COPY, COPY_RECEIVER}}
    address = read_address(method, path, query)
    target = f"{path}?{query}" if query else path
    request_id = _message_id(found, names.REQUEST_ID)
    return Received(
        door=door,
        method=method,
        target=target,
        address=address,
        headers=found,
        body=request.body,
        sender=_party(found, names.FROM_COUNTRY, names.FROM_PARTY, "OCPI-from"),
        receiver=_party(found, names.TO_COUNTRY, names.TO_PARTY, "OCPI-to"),
        request_id=request_id,
        correlation_id=_message_id(found, names.CORRELATION_ID),
    )


def _party(found: dict[str, str], country: str, party: str, which: str) -> PartyId | None:
    country_code, party_id = found.get(country), found.get(party)
    if country_code is None and party_id is None:
        return None
    if not country_code or not party_id:
        raise InvalidParameters(f"the headers {which}-country-code and {which}-party-id are both needed")
    try:
        return known_party(country_code, party_id)
    except ValueError as error:
        raise InvalidParameters(f"{which}: {error}") from error


def _message_id(found: dict[str, str], name: str) -> str:
    value = found.get(name)
    if not value:
        return new_message_id()
    if len(value) > LONGEST_MESSAGE_ID:
        raise InvalidParameters(f"{names.DISPLAY_NAME[name]} is longer than {LONGEST_MESSAGE_ID} characters")
    return value
