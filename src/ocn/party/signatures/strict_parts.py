"""From requests and answers of this party to the parts that strict signatures cover."""

import re
from collections.abc import Mapping

from ocn.ocpi import headers as h
from ocn.ocpi.members import without_value
from ocn.ocpi.modules import SPELLINGS, Carries, InterfaceRole, operations_at
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.response_urls import in_body, in_query
from ocn.ocpi.versions import VERSION_BY_NUMBER, VersionNumber
from ocn.signing.strict import AnswerParts, RequestParts
from ocn.signing.values import SIGNATURE_MEMBER

_PLACE = re.compile(
    r"/(?:(?P<custom>custom)/(?P<role0>sender|receiver)"
    r"|(?P<role1>sender|receiver)/(?P<version1>[0-9.]+)"
    r"|(?P<version2>[0-9.]+)/(?P<role2>sender|receiver))/(?P<module>[^/?#]+)"
)


def request_parts(
    method: str, url: str, query: str, headers: Mapping[str, str], body: bytes
) -> RequestParts | None:
    """Return the parts of a request to an address or a path; None when it names no interface of a module.

    Raises:
        InvalidParameters: it should have one ``response_url``, and has none or two.
    """
    path = url.partition("?")[0]
    place = _PLACE.search(path)
    if place is None:
        return None
    role = InterfaceRole((place["role0"] or place["role1"] or place["role2"]).upper())
    module, below = place["module"], path[place.end() :].rstrip("/")
    version = VERSION_BY_NUMBER.get(place["version1"] or place["version2"] or "")
    carries = _carries(method, module, role, below, version)
    response_url = ""
    if carries is not Carries.NOTHING:
        found = (in_body if carries is Carries.RESPONSE_URL_IN_BODY else in_query)(body, query)
        (body, query), response_url = found.cut(), found.url
    return RequestParts(
        method=method,
        version=version.value if version is not None and module in SPELLINGS else "",
        module=module,
        role=role.value,
        path=below,
        query=query,
        body=body,
        response_url=response_url,
        sender=codes(headers, h.FROM_COUNTRY, h.FROM_PARTY),
        receiver=codes(headers, h.TO_COUNTRY, h.TO_PARTY),
        correlation_id=headers.get(h.CORRELATION_ID, ""),
    )


def answer_parts(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    request: str,
    sender: str,
    receiver: str,
    correlation_id: str,
) -> AnswerParts:
    """Return the parts of an answer; header names are lower case.

    Raises:
        InvalidParameters: the body has two notary signatures.
    """
    return AnswerParts(
        request=request,
        status=status,
        body=without_value(body, SIGNATURE_MEMBER),
        link=headers.get(h.LINK, ""),
        location=headers.get(h.LOCATION, ""),
        total_count=headers.get(h.TOTAL_COUNT, ""),
        limit=headers.get(h.LIMIT, ""),
        sender=sender,
        receiver=receiver,
        correlation_id=correlation_id,
    )


def credentials_parts(method: str, version: str, url: str, body: bytes, party: PartyId) -> RequestParts:
    """Return what a party signs of a POST or PUT of its credentials, to show that it holds its key."""
    return RequestParts(
        method=method,
        version=version,
        module="credentials",
        role="",
        path=url,
        query="",
        body=body,
        response_url="",
        sender=party.key,
        receiver="",
        correlation_id="",
    )


def codes(headers: Mapping[str, str], country: str, party: str) -> str:
    """Return a party of the routing headers as strict signatures name it."""
    return (headers.get(country, "") + headers.get(party, "")).upper()


def _carries(
    method: str, module: str, role: InterfaceRole, below: str, version: VersionNumber | None
) -> Carries:
    if version is None:
        return Carries.NOTHING
    segments = tuple(below.strip("/").split("/")) if below else ()
    for operation in operations_at(module, role, segments, version):
        if method in operation.methods and operation.carries in _RESPONSE_URL:
            return operation.carries
    return Carries.NOTHING


_RESPONSE_URL = frozenset({Carries.RESPONSE_URL_IN_BODY, Carries.RESPONSE_URL_IN_QUERY})
