"""Read a platform's versions and endpoints during registration, with the token it gave us."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

from ocn.node.links import is_at
from ocn.node.node_headers import new_message_id
from ocn.node.ports import Outbound, OutboundAnswer, UrlCheck
from ocn.ocpi.authorization import encode_authorization
from ocn.ocpi.errors import (
    HubFault,
    InvalidParameters,
    NoMatchingEndpoints,
    UnsupportedVersion,
    UnusableClientApi,
)
from ocn.ocpi.modules import SPELLINGS, InterfaceRole
from ocn.ocpi.registration import Version, VersionDetails
from ocn.ocpi.roles import Role
from ocn.ocpi.sides import sides
from ocn.ocpi.statuses import is_success
from ocn.ocpi.unreadable import UNREADABLE
from ocn.ocpi.versions import HUB_VERSIONS, VersionNumber

MOST_ENDPOINTS = 200

Data = TypeVar("Data")


class _Answer(msgspec.Struct, Generic[Data]):
    status_code: int
    data: Data


@dataclass(frozen=True, slots=True)
class Discovered:
    """What a platform offers, and whether it took our token Base64-encoded."""

    endpoints: Mapping[tuple[str, InterfaceRole], str]
    sends_base64: bool


class Discovery:
    """Calls a platform's versions endpoint and the details of the version it chose."""

    def __init__(self, *, own_url: str, outbound: Outbound, url_check: UrlCheck, timeout_s: float) -> None:
        self._own_url = own_url
        self._outbound = outbound
        self._url_check = url_check
        self._timeout_s = timeout_s

    async def discover(self, versions_url: str, token: str, version: VersionNumber, role: Role) -> Discovered:
        """Find the endpoints of ``version``, which the platform chose by where it sent its credentials.

        The form in which that version has the token is tried first, and the other after a 401: field and
        texts disagree about Base64. ``role`` says of a 2.1.1 platform which side of a module an endpoint is.

        Raises:
            UnusableClientApi, UnsupportedVersion, NoMatchingEndpoints: 3001, 3002, 3003.
        """
        conversation = new_message_id()
        versions, as_base64 = await self._get(
            versions_url, token, list[Version], conversation, base64_first=version.token_is_base64
        )
        url = next((offered.url for offered in versions if offered.version == version), None)
        if url is None:
            raise UnsupportedVersion(
                f"the credentials were sent to {version}, which {versions_url} does not offer;"
                f" this node speaks {', '.join(HUB_VERSIONS)}"
            )
        details, as_base64 = await self._get(url, token, VersionDetails, conversation, base64_first=as_base64)
        return Discovered(self._endpoints(details, None if version.has_routing else role), as_base64)

    def _endpoints(
        self, details: VersionDetails, flat_role: Role | None
    ) -> dict[tuple[str, InterfaceRole], str]:
        endpoints: dict[tuple[str, InterfaceRole], str] = {}
        if len(details.endpoints) > MOST_ENDPOINTS:
            raise UnusableClientApi(f"more than {MOST_ENDPOINTS} endpoints")
        for endpoint in details.endpoints:
            identifier = SPELLINGS.get(endpoint.identifier, endpoint.identifier)
            role = _side(identifier, endpoint.role, flat_role)
            if role is None:
                continue
            self._accept(endpoint.url, f"endpoint {endpoint.identifier[:64]}")
            endpoints[identifier, role] = endpoint.url
        if not endpoints:
            raise NoMatchingEndpoints("the version details name no endpoint")
        return endpoints

    def _accept(self, url: str, what: str) -> None:
        if is_at(url, self._own_url):
            raise UnusableClientApi(f"{what}: that is an address of this node")
        try:
            self._url_check.check(url)
        except InvalidParameters as error:
            raise UnusableClientApi(f"{what}: {error}") from error

    async def _get(
        self, url: str, token: str, kind: type[Data], conversation: str, *, base64_first: bool
    ) -> tuple[Data, bool]:
        self._accept(url, "versions")
        for as_base64 in (base64_first, not base64_first):
            authorization = encode_authorization(token, base64_encoded=as_base64)
            answer = await self._send(url, authorization, conversation)
            if answer.status != 401:
                return _read(url, answer, kind), as_base64
        raise UnusableClientApi(f"GET {url} refuses the token of the credentials object (HTTP 401)")

    async def _send(self, url: str, authorization: str, conversation: str) -> OutboundAnswer:
        headers = {
            "Authorization": authorization,
            "Accept": "application/json",
            "X-Request-ID": new_message_id(),
            "X-Correlation-ID": conversation,
        }
        try:
            return await self._outbound.request("GET", url, headers, b"", timeout_s=self._timeout_s)
        except HubFault as error:
            raise UnusableClientApi(f"GET {url} failed: {error}") from error


def _side(identifier: str, role: str, flat_role: Role | None) -> InterfaceRole | None:
    """Return the side an endpoint is of; None for a role of a later edition, which is nobody's error."""
    if flat_role is not None:
        return {str(module): side for module, side in sides(flat_role).items()}.get(
            identifier, InterfaceRole.SENDER
        )
    try:
        return InterfaceRole((role or InterfaceRole.SENDER).upper())
    except ValueError:
        return None


def _read(url: str, answer: OutboundAnswer, kind: type[Data]) -> Data:
    if answer.status != 200:
        raise UnusableClientApi(f"GET {url} answered HTTP {answer.status}")
    try:
        read = msgspec.json.decode(answer.body, type=_Answer[kind])  # type: ignore[valid-type]  # a runtime type
    except UNREADABLE as error:
        raise UnusableClientApi(f"GET {url} did not answer as OCPI says: {error}") from error
    if not is_success(read.status_code):
        raise UnusableClientApi(f"GET {url} answered {read.status_code}")
    return read.data
