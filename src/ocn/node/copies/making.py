"""Make copies of a request on its way: under which names, and with which signature.

A copy has the body of the request byte for byte, with one exception: where the request carries a
``response_url``, the copy has an address of this node that leads nowhere, so that a service can neither
call the party back nor learn where it could. The party's signature cannot go along then, since it would
have to carry the address; the node, which is entitled to, signs in its own name.

What follows an address that this node handed out (a page, the Location of a CDR) is not copied: the request
that it continues was. The result of a command is, under an id that leads nowhere too.
"""

from hashlib import blake2b
from urllib.parse import quote

import msgspec

from ocn.node.copies.agreements import Permitted as PermittedService
from ocn.node.copies.copy import CopyKind, NewCopy
from ocn.node.copies.lanes import lane_of
from ocn.node.copies.strict import StrictCopies
from ocn.node.links import NODE_DOOR, endpoint_path
from ocn.node.party_signatures import Renamed, readdressed, signed_request
from ocn.node.ports import Clock
from ocn.node.stages import Address, Permitted, Received
from ocn.ocpi.errors import OcpiError
from ocn.ocpi.modules import Carries, InterfaceRole, ModuleID
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.response_urls import in_body, in_query
from ocn.signing import JsonInvalid, PrivateKey, Unsignable, encode, sign

_LONGEST_SIGNATURE = 16 * 1024
"""Of a header; longer answers are not copied."""


class Making:
    """Makes the copies of a node."""

    def __init__(self, *, url: str, key: PrivateKey, clock: Clock, strict: StrictCopies) -> None:
        self._url = url
        self._key = key
        self._clock = clock
        self._strict = strict

    def of_request(
        self, permitted: Permitted, receiver: PartyId | None, services: list[PermittedService]
    ) -> list[NewCopy]:
        """Return a copy for each service, each with an envelope of its own; empty for what is not copied.

        Raises:
            OcpiError: the request has no ``response_url`` where one belongs; nor can it be delivered then.
        """
        received = permitted.received
        version = received.address.version
        if version is None or (received.address.link_id is not None and not _is_result(received)):
            return []
        address, body, response_url = self._content(received)
        now = self._clock.now()
        changed = body != received.body or address.query != received.address.query
        return [
            NewCopy(
                kind=CopyKind.REQUEST,
                lane=lane_of(service.service, permitted.sender, address, body),
                service=service.service,
                provider=service.provider,
                user=permitted.sender,
                other=receiver,
                method=received.method,
                module=str(address.module),
                interface_role=address.interface_role,
                version=version,
                path=address.path,
                query=address.query,
                content_type=received.headers.get("content-type", "application/json"),
                correlation_id=received.correlation_id,
                signature=self._signature(
                    permitted, service.service, (address.query, body) if changed else None
                ),
                strict=self._strict.text(permitted, service.service, address, response_url),
                body=body,
                created_at=now,
            )
            for service in services
        ]

    def of_response(
        self, permitted: Permitted, responder: PartyId, body: bytes, services: list[PermittedService]
    ) -> list[NewCopy]:
        """Return a copy of an answer for each service, signed by this node; empty where it cannot be signed.

        An answer has no routing headers that its party signed, so it is the node that vouches for it.
        """
        received = permitted.received
        address = received.address
        if address.version is None or address.link_id is not None:
            return []
        copies = []
        for service in services:
            headers = Renamed.of(permitted.received, responder, service.service).headers
            try:
                signature = encode(sign(signed_request(headers, "", body), self._key))
            except (Unsignable, JsonInvalid):
                continue
            if len(signature) > _LONGEST_SIGNATURE:
                continue
            copies.append(
                NewCopy(
                    kind=CopyKind.RESPONSE,
                    lane=lane_of(service.service, responder, address, b"", response=True),
                    service=service.service,
                    provider=service.provider,
                    user=responder,
                    other=permitted.sender,
                    method=received.method,
                    module=str(address.module),
                    interface_role=address.interface_role,
                    version=address.version,
                    path=address.path,
                    query="",
                    content_type="application/json",
                    correlation_id=received.correlation_id,
                    signature=signature,
                    strict=None,
                    body=body,
                    created_at=self._clock.now(),
                )
            )
        return copies

    def _content(self, received: Received) -> tuple[Address, bytes, str | None]:
        """Return address and body with nothing in them that could be called, and what stands for that."""
        address = received.address
        if _is_result(received):
            start, _, link_id = address.path.rpartition("/")
            path = f"{start}/{_id_of_nothing(link_id)}"
            return msgspec.structs.replace(address, path=path), received.body, None
        match address.carries:
            case Carries.RESPONSE_URL_IN_BODY:
                found = in_body(received.body, address.query)
            case Carries.RESPONSE_URL_IN_QUERY:
                found = in_query(received.body, address.query)
            case _:
                return address, received.body, None
        response_url = self._address_of_nothing(received)
        body, query = found.exchanged(response_url)
        return msgspec.structs.replace(address, query=query), body, response_url

    def _address_of_nothing(self, received: Received) -> str:
        """Return one at the door for nodes: so the service's own node takes it for an address of this one."""
        module = received.address.module
        middle = received.address.path.strip("/") if module == ModuleID.COMMANDS else "result"
        endpoint = endpoint_path(module, InterfaceRole.SENDER, received.address.version)
        link_id = _id_of_nothing(received.correlation_id)
        return f"{self._url}{NODE_DOOR}{endpoint}/{quote(middle)}/{link_id}"

    def _signature(
        self, permitted: Permitted, service: PartyId, changed: tuple[str, bytes] | None
    ) -> str | None:
        """Keep the party's signature valid, or sign in this node's name where that cannot be."""
        if permitted.authenticated.signature is None:
            return None
        if changed is None:
            try:
                return readdressed(permitted, permitted.sender, service, self._key)
            except OcpiError:
                changed = permitted.received.address.query, permitted.received.body
        headers = Renamed.of(permitted.received, permitted.sender, service).headers
        try:
            return encode(sign(signed_request(headers, *changed), self._key))
        except (Unsignable, JsonInvalid):
            return None


def _is_result(received: Received) -> bool:
    """Whether it is the result of a command or of a charging profile, posted to a link of this node."""
    return received.address.link_id is not None and received.method == "POST"


def _id_of_nothing(seed: str) -> str:
    """Return an id in the form of a link's that was never given to one."""
    return blake2b(seed.encode(errors="replace"), digest_size=11, person=b"ocn copies").hexdigest()
