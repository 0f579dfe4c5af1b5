"""One attempt to deliver a copy, and what its outcome means for it.

A copy goes the way of any message, by the same forwarding, and so is converted where the service speaks
another version. What another node answers, and what is worth another attempt:

- delivered: an answer of OCPI's own success, or none under HTTP 2xx
- refused: the service's own 2xxx, a module it does not offer, a conversion that may not be: the same bytes
  would meet the same answer, until somebody changes something and has the copy tried again
- anything else is tried again: not connected, no answer in time, refused credentials, 3xxx, 4xxx, HTTP 5xx
"""

from dataclasses import dataclass
from enum import Enum, auto

from ocn.conversion import ConversionRefused
from ocn.node.copies.copy import Copy, CopyKind, NewCopy
from ocn.node.copies.ports import ServiceDirectory
from ocn.node.copies.strict import StrictCopies
from ocn.node.delivery import Delivery
from ocn.node.endpoints import endpoint_of, join
from ocn.node.links import endpoint_path
from ocn.node.members import Members
from ocn.node.node_headers import COPY, COPY_RECEIVER, new_message_id
from ocn.node.ports import Clock, OutboundAnswer
from ocn.node.responding.verdicts import relayed_body
from ocn.node.stages import (
    Address,
    Addressed,
    Authenticated,
    Door,
    LocalPlatform,
    Permitted,
    Received,
    RemoteNode,
    Routed,
    Way,
)
from ocn.ocpi import headers as names
from ocn.ocpi.envelope import read_status_code, read_status_message
from ocn.ocpi.errors import ClientFault, OcpiError, ReceiverTimeout, ReceiverUnreachable, UnknownReceiver
from ocn.ocpi.modules import Carries, InterfaceRole, operations_at
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.statuses import is_success
from ocn.signing import same_address

RESPONSES_MODULE = "ocn-responses"
"""The custom module whose RECEIVER interface a service offers to have copies of answers posted to."""
_LONGEST_PROBLEM = 300
_RESPONSE_URL = frozenset({Carries.RESPONSE_URL_IN_BODY, Carries.RESPONSE_URL_IN_QUERY})


class Result(Enum):
    """What an attempt came to."""

    DELIVERED = auto()
    REFUSED = auto()
    FAILED = auto()
    """To be tried again."""
    UNREACHABLE = auto()
    """To be tried again, and so is everything else for that service."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """The result, and in words why it is no better."""

    result: Result
    problem: str | None = None


class Sending:
    """Sends copies."""

    def __init__(
        self,
        delivery: Delivery,
        *,
        address: str,
        members: Members,
        directory: ServiceDirectory,
        clock: Clock,
        strict: StrictCopies,
    ) -> None:
        self._delivery = delivery
        self._address = address
        self._members = members
        self._directory = directory
        self._clock = clock
        self._strict = strict

    async def attempt(self, copy: Copy) -> Attempt:
        """Send a copy once and say what came of it; nothing is raised."""
        try:
            answer = (await self._delivery.deliver(self._routed(copy))).answer
            return self._judged(answer)
        except (ReceiverUnreachable, ReceiverTimeout) as error:
            return Attempt(Result.UNREACHABLE, _shortened(error.message))
        except (ClientFault, UnknownReceiver, ConversionRefused) as error:
            return Attempt(Result.REFUSED, _shortened(error.message))
        except OcpiError as error:
            return Attempt(Result.FAILED, _shortened(error.message))

    def _judged(self, answer: OutboundAnswer) -> Attempt:
        """Read an answer; raises what it would be relayed as where it is no envelope."""
        body = relayed_body(answer, self._clock)
        status = read_status_code(body) or 0
        if is_success(status):
            return Attempt(Result.DELIVERED)
        result = Result.REFUSED if 2000 <= status < 3000 else Result.FAILED
        said = read_status_message(body)
        problem = f"answered HTTP {answer.status}, OCPI {status}"
        return Attempt(result, _shortened(f"{problem}: {said}" if said else problem))

    def _routed(self, copy: Copy) -> Routed:
        message = copy.message
        service = message.service
        target = self._target(service)
        address = _address(message)
        received = Received(
            door=Door.PARTY,
            method="POST" if message.kind is CopyKind.RESPONSE else message.method,
            target="",
            address=address,
            headers=_headers(copy),
            body=message.body,
            sender=message.user,
            receiver=service,
            request_id=new_message_id(),
            correlation_id=message.correlation_id,
        )
        sender_platform = self._members.by_party(message.user)
        proof = self._strict.taken_up(message, received, self._clock.now())
        authenticated = Authenticated(received, message.user, sender_platform, None, None, proof)
        platform = target.platform if isinstance(target, LocalPlatform) else None
        permitted = Permitted(Addressed(authenticated, Way.DIRECT, service), platform)
        url = join(endpoint_of(address, target, service), address.path, address.query)
        strict = self._strict.called_in_its_version(proof, received, target)
        return Routed(permitted, target, message.user, service, url, message.body, message.signature, strict)

    def _target(self, service: PartyId) -> LocalPlatform | RemoteNode:
        platform = self._members.by_party(service)
        if platform is not None:
            return LocalPlatform(platform)
        listing = self._directory.party(service)
        if listing is None:
            raise ReceiverUnreachable(f"{service} is not listed in the registry")
        if same_address(listing.operator, self._address):
            raise ReceiverUnreachable(f"{service} is not connected")
        if listing.node_url is None:
            raise ReceiverUnreachable(f"the node of {service} is not listed in the registry")
        return RemoteNode(listing.operator, listing.node_url.rstrip("/"))


def _address(message: NewCopy) -> Address:
    """Return where a copy goes; that of an answer to a custom module which says whose answer it is."""
    if message.kind is CopyKind.REQUEST:
        return Address(
            message.module,
            message.interface_role,
            message.version,
            message.path,
            message.query,
            _carries(message),
            None,
        )
    asked = endpoint_path(message.module, message.interface_role, message.version) + message.path
    path = f"/{message.method}{asked}"
    return Address(RESPONSES_MODULE, InterfaceRole.RECEIVER, None, path, "", Carries.NOTHING, None)


def _carries(message: NewCopy) -> Carries:
    """Return where the copy has its ``response_url``, a part of its own in strict signatures."""
    path = tuple(message.path.strip("/").split("/")) if message.path else ()
    for operation in operations_at(message.module, message.interface_role, path, message.version):
        if message.method in operation.methods and operation.carries in _RESPONSE_URL:
            return operation.carries
    return Carries.NOTHING


def _headers(copy: Copy) -> dict[str, str]:
    """Return the headers that forwarding looks at; those of the copy travel as they are."""
    message = copy.message
    headers = {
        names.FROM_COUNTRY: message.user.country_code,
        names.FROM_PARTY: message.user.party_id,
        names.TO_COUNTRY: message.service.country_code,
        names.TO_PARTY: message.service.party_id,
        names.CORRELATION_ID: message.correlation_id,
        "content-type": message.content_type,
        COPY: message.kind.value,
    }
    if message.other is not None:
        headers[COPY_RECEIVER] = str(message.other)
    if message.signature is not None:
        headers[names.SIGNATURE] = message.signature
    return headers


def _shortened(problem: str) -> str:
    return problem[:_LONGEST_PROBLEM]
