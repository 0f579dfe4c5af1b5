"""Route a request: its target, its address there, and its ``response_url`` exchanged where it has one."""

from datetime import timedelta

import msgspec

from ocn.node.endpoints import endpoint_of, join
from ocn.node.handed_out import HandedOut, Place
from ocn.node.links import NODE_DOOR, below_node_door
from ocn.node.model import Link, LinkKind
from ocn.node.node_headers import COPY
from ocn.node.party_signatures import Renamed, readdressed, signed_request
from ocn.node.ports import Clock, UrlCheck
from ocn.node.routing.audiences import Audiences
from ocn.node.routing.receivers import Receivers
from ocn.node.stages import (
    Door,
    Everyone,
    LocalPlatform,
    Permitted,
    Received,
    RemoteNode,
    Routed,
    Signatures,
    Stored,
    Way,
)
from ocn.node.strict import StrictLinks
from ocn.node.strict.parts import place_of, version_at
from ocn.ocpi import headers as names
from ocn.ocpi.errors import InvalidParameters, UnknownObject, UnknownReceiver
from ocn.ocpi.modules import Carries, InterfaceRole, ModuleID
from ocn.ocpi.response_urls import ResponseUrl, in_body, in_query, reserved_until
from ocn.signing import JsonValue, PrivateKey, Unsignable, encode, rewrite
from ocn.signing.strict import Standing

_DIRECT, _NOTHING = Way.DIRECT, Carries.NOTHING


class Router:
    """Makes ``Routed`` of ``Permitted``."""

    def __init__(
        self,
        *,
        receivers: Receivers,
        audiences: Audiences,
        handed_out: HandedOut,
        url_check: UrlCheck,
        clock: Clock,
        key: PrivateKey,
        strict_links: StrictLinks,
    ) -> None:
        self._receivers = receivers
        self._audiences = audiences
        self._handed_out = handed_out
        self._url_check = url_check
        self._clock = clock
        self._key = key
        self._strict_links = strict_links

    async def route(self, permitted: Permitted) -> Routed:
        """Find the target and rewrite what must be; raises the errors of its parts."""
        if permitted.addressed.way is not _DIRECT:
            stored = permitted.addressed.way is Way.STORED
            return _to_the_hub(permitted, Stored() if stored else self._audiences.of(permitted))
        received = permitted.received
        target = self._receivers.find(permitted)
        if received.address.link_id is not None and COPY not in received.headers:
            link = await self._handed_out.resolve(received.address.link_id, permitted)
            routed = self._routed(permitted, target, _address_of(link, target))
            return self._led(routed, target)
        endpoint = endpoint_of(received.address, target, permitted.addressed.receiver)
        if received.address.carries is _NOTHING:
            url = join(endpoint, received.address.path, received.address.query)
            return self._routed(permitted, target, url)
        match received.address.carries:
            case Carries.RESPONSE_URL_IN_BODY:
                found = in_body(received.body, received.address.query)
            case Carries.RESPONSE_URL_IN_QUERY:
                found = in_query(received.body, received.address.query)
            case _:
                url = join(endpoint, received.address.path, received.address.query)
                return self._routed(permitted, target, url)
        return await self._with_callback(permitted, target, endpoint, found)

    def _routed(self, permitted: Permitted, target: LocalPlatform | RemoteNode, url: str) -> Routed:
        authenticated, receiver = permitted.addressed.authenticated, permitted.addressed.receiver
        received, sender = authenticated.received, authenticated.sender
        signature = received.headers.get(names.SIGNATURE)
        if received.receiver is None and authenticated.signature is not None:
            signature = readdressed(permitted, sender, receiver, self._key)
        strict = self._strict(permitted, target) if authenticated.strict is not None else None
        return Routed(permitted, target, sender, receiver, url, received.body, signature, strict)

    def _strict(self, permitted: Permitted, target: LocalPlatform | RemoteNode) -> Standing | None:
        """Return the strict signature under the names and in the version that the receiver is called by."""
        proof = permitted.authenticated.strict
        if proof is None:
            return None
        links, version = self._strict_links, version_at(target, permitted.received.address.version)
        named = links.renamed(proof.standing, sender=permitted.sender.key, receiver=permitted.receiver.key)
        return links.converted(named, version=version)

    def _led(self, routed: Routed, target: LocalPlatform | RemoteNode) -> Routed:
        if routed.strict is None:
            return routed
        try:
            endpoint = endpoint_of(routed.received.address, target, routed.permitted.receiver)
        except UnknownReceiver:
            endpoint = None
        path, query = place_of(routed.url, endpoint)
        strict = self._strict_links.led_to(routed.strict, path=path, query=query)
        return msgspec.structs.replace(routed, strict=strict)

    async def _with_callback(
        self,
        permitted: Permitted,
        target: LocalPlatform | RemoteNode,
        endpoint: str,
        found: ResponseUrl,
    ) -> Routed:
        received = permitted.received
        callback_target = self._callback_target(permitted, found.url)
        callback = await self._handed_out.mint(
            LinkKind.CALLBACK,
            _callback_place(received, target),
            holder=permitted.receiver,
            owner=permitted.sender,
            owner_platform=sender.id if (sender := permitted.authenticated.platform) else None,
            target=callback_target,
            for_node=isinstance(target, RemoteNode),
            lifetime=self._callback_lifetime(received),
        )
        body, query = found.exchanged(callback)
        signature = received.headers.get(names.SIGNATURE)
        if permitted.authenticated.signature is not None:
            signature = self._sign_again(permitted, permitted.authenticated.signature, found, query, body)
        url = join(endpoint, received.address.path, query)
        strict = self._strict_links.called_back_at(self._strict(permitted, target), callback)
        return Routed(permitted, target, permitted.sender, permitted.receiver, url, body, signature, strict)

    def _sign_again(
        self, permitted: Permitted, signed: Signatures, found: ResponseUrl, query: str, body: bytes
    ) -> str:
        renamed = Renamed.of(permitted.received, permitted.sender, permitted.receiver)
        old_values: dict[str, JsonValue] = {**renamed.old_values, found.signed_path: found.url}
        try:
            values = signed_request(renamed.headers, query, body)
            return encode(rewrite(signed.envelope, old_values, values, self._key))
        except Unsignable as error:
            raise InvalidParameters(f"this node cannot sign the changed request: {error}") from error

    def _callback_target(self, permitted: Permitted, url: str) -> str:
        self._url_check.check(url)
        if permitted.received.door is Door.PARTY:
            if self._handed_out.is_own(url):
                raise InvalidParameters("the response_url is an address of this node")
            return url
        below = below_node_door(url, permitted.authenticated.node_url or "")
        if below is None:
            raise InvalidParameters("the response_url is not an address of the sending node")
        return below

    def _callback_lifetime(self, received: Received) -> timedelta:
        lifetimes = self._handed_out.lifetimes
        until = reserved_until(received.body) if received.address.path == "/RESERVE_NOW" else None
        if until is None:
            return lifetimes.callback
        reservation = min(until - self._clock.now(), lifetimes.longest_reservation)
        return max(lifetimes.callback, reservation + timedelta(hours=1))


def _callback_place(received: Received, target: LocalPlatform | RemoteNode) -> Place:
    module = received.address.module
    middle = received.address.path.strip("/") if module == ModuleID.COMMANDS else "result"
    version = target.platform.version if isinstance(target, LocalPlatform) else received.address.version
    return Place(module, InterfaceRole.SENDER, version, middle)


def _to_the_hub(permitted: Permitted, target: Everyone | Stored) -> Routed:
    received = permitted.received
    signature = received.headers.get(names.SIGNATURE)
    return Routed(permitted, target, permitted.sender, permitted.receiver, "", received.body, signature)


def _address_of(link: Link, target: LocalPlatform | RemoteNode) -> str:
    here = target.platform.id if isinstance(target, LocalPlatform) else None
    if link.owner_platform != here:
        raise UnknownObject(f"{link.owner} has moved since this address was handed out")
    return f"{target.url}{NODE_DOOR}{link.target}" if isinstance(target, RemoteNode) else link.target
