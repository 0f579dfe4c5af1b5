"""Route a request: its target, its address there, and its ``response_url`` exchanged where it has one."""

from datetime import timedelta

from ocn.node.handed_out import HandedOut, Place
from ocn.node.links import NODE_DOOR, below_node_door, endpoint_path
from ocn.node.model import Link, LinkKind
from ocn.node.party_signatures import signed_request
from ocn.node.ports import Clock, UrlCheck
from ocn.node.routing.receivers import Receivers
from ocn.node.routing.response_urls import ResponseUrl, in_body, in_query, reserved_until
from ocn.node.stages import Door, LocalPlatform, Permitted, Received, RemoteNode, Routed, Signatures
from ocn.ocpi import headers as names
from ocn.ocpi.errors import InvalidParameters, UnknownObject, UnknownReceiver
from ocn.ocpi.modules import Carries, InterfaceRole, ModuleID
from ocn.signing import JsonValue, PrivateKey, Unsignable, encode, rewrite

_LONGEST_URL = 2048
"""What the outbound client sends."""


class Router:
    """Makes ``Routed`` of ``Permitted``."""

    def __init__(
        self,
        *,
        receivers: Receivers,
        handed_out: HandedOut,
        url_check: UrlCheck,
        clock: Clock,
        key: PrivateKey,
    ) -> None:
        self._receivers = receivers
        self._handed_out = handed_out
        self._url_check = url_check
        self._clock = clock
        self._key = key

    async def route(self, permitted: Permitted) -> Routed:
        """Find the target and rewrite what must be; raises the errors of its parts."""
        received = permitted.received
        target = self._receivers.find(permitted)
        signature = received.headers.get(names.SIGNATURE)
        if received.address.link_id is not None:
            link = await self._handed_out.resolve(received.address.link_id, received)
            return Routed(permitted, target, _address_of(link, target), received.body, signature)
        endpoint = _endpoint(received, target)
        match received.address.carries:
            case Carries.RESPONSE_URL_IN_BODY:
                found = in_body(received.body, received.address.query)
            case Carries.RESPONSE_URL_IN_QUERY:
                found = in_query(received.body, received.address.query)
            case _:
                url = _join(endpoint, received.address.path, received.address.query)
                return Routed(permitted, target, url, received.body, signature)
        return await self._with_callback(permitted, target, endpoint, found)

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
            holder=received.receiver,
            owner=received.sender,
            owner_platform=sender.id if (sender := permitted.authenticated.platform) else None,
            target=callback_target,
            for_node=isinstance(target, RemoteNode),
            lifetime=self._callback_lifetime(received),
        )
        body, query = found.exchanged(callback)
        signature = received.headers.get(names.SIGNATURE)
        if permitted.authenticated.signature is not None:
            signature = self._sign_again(permitted.authenticated.signature, found, received, query, body)
        return Routed(permitted, target, _join(endpoint, received.address.path, query), body, signature)

    def _sign_again(
        self, signed: Signatures, found: ResponseUrl, received: Received, query: str, body: bytes
    ) -> str:
        old_values: dict[str, JsonValue] = {found.signed_path: found.url}
        try:
            values = signed_request(received.headers, query, body)
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


def _endpoint(received: Received, target: LocalPlatform | RemoteNode) -> str:
    address = received.address
    if isinstance(target, RemoteNode):
        door = f"{target.url}{NODE_DOOR}"
        return door + endpoint_path(address.module, address.interface_role, address.version)
    endpoint = target.platform.endpoints.get((address.module, address.interface_role))
    if endpoint is None:
        raise UnknownReceiver(
            f"{received.receiver} does not offer the {address.interface_role} interface of {address.module}"
        )
    return endpoint


def _address_of(link: Link, target: LocalPlatform | RemoteNode) -> str:
    here = target.platform.id if isinstance(target, LocalPlatform) else None
    if link.owner_platform != here:
        raise UnknownObject(f"{link.owner} has moved since this address was handed out")
    return f"{target.url}{NODE_DOOR}{link.target}" if isinstance(target, RemoteNode) else link.target


def _join(endpoint: str, path: str, query: str) -> str:
    url = endpoint.rstrip("/") + path if path else endpoint
    if query:
        url = f"{url}?{query}"
    if len(url) > _LONGEST_URL:
        raise InvalidParameters("path and query are too long to be sent on")
    return url
