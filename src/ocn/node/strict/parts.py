"""From messages to the parts that strict signatures cover."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from ocn.node.stages import LocalPlatform, Received, RemoteNode
from ocn.ocpi import headers as names
from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.members import without_value
from ocn.ocpi.modules import Carries
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.response_urls import in_body, in_query
from ocn.ocpi.versions import VersionNumber
from ocn.signing import SignatureInvalid
from ocn.signing.strict import AnswerParts, RequestParts
from ocn.signing.values import SIGNATURE_MEMBER


def codes(party: PartyId | None) -> str:
    """Return a party as strict signatures name it; nobody is the empty text."""
    return party.key if party is not None else ""


def request_parts(received: Received, sender: PartyId) -> RequestParts:
    """Return the parts of a request as it came in.

    Raises:
        InvalidParameters: it should have one ``response_url`` and has none, or two, or no correlation id.
    """
    address = received.address
    correlation_id = received.headers.get(names.CORRELATION_ID)
    if not correlation_id:
        raise InvalidParameters("a strictly signed request needs an X-Correlation-ID")
    body, query, response_url = received.body, address.query, ""
    if address.carries is Carries.RESPONSE_URL_IN_BODY and address.link_id is None:
        found = in_body(body, query)
        body, query, response_url = *found.cut(), found.url
    elif address.carries is Carries.RESPONSE_URL_IN_QUERY and address.link_id is None:
        found = in_query(body, query)
        body, query, response_url = *found.cut(), found.url
    return RequestParts(
        method=received.method,
        version=address.version.value if address.version is not None else "",
        module=address.module,
        role=address.interface_role.value,
        path=address.path,
        query=query,
        body=body,
        response_url=response_url,
        sender=codes(sender),
        receiver=codes(received.receiver),
        correlation_id=correlation_id,
    )


def answer_parts(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    request: str,
    sender: PartyId | None,
    receiver: PartyId | None,
    correlation_id: str,
) -> AnswerParts:
    """Return the parts of an answer; ``headers`` are those relayed with answers.

    The notary's signature in the body is not covered: a node signs it anew when it exchanges an address.

    Raises:
        SignatureInvalid: the body names that signature twice.
    """
    try:
        signed = without_value(body, SIGNATURE_MEMBER)
    except InvalidParameters as error:
        raise SignatureInvalid(f"the signed body cannot be read: {error}") from error
    return AnswerParts(
        request=request,
        status=status,
        body=signed,
        link=headers.get(names.LINK, ""),
        location=headers.get(names.LOCATION, ""),
        total_count=headers.get(names.TOTAL_COUNT, ""),
        limit=headers.get(names.LIMIT, ""),
        sender=codes(sender),
        receiver=codes(receiver),
        correlation_id=correlation_id,
    )


def place_of(url: str, endpoint: str | None) -> tuple[str, str]:
    """Return path and query of an address as its owner sees them.

    The path is what follows the owner's endpoint; all of it when the address is below none.
    """
    split = urlsplit(url)
    base = urlsplit(endpoint).path.rstrip("/") if endpoint else None
    path = split.path.rstrip("/")
    if base is not None and (path == base or path.startswith(f"{base}/")):
        path = path[len(base) :]
    return path, split.query


def version_at(target: LocalPlatform | RemoteNode, version: VersionNumber | None) -> str | None:
    """Return the version a receiver is called in, None when it stays: between nodes it is the sender's."""
    if isinstance(target, RemoteNode) or version is None:
        return None
    return target.platform.version.value
