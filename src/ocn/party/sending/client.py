"""This party's way to everybody on the network: through its node, signed, whatever the module."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast
from urllib.parse import quote, urlencode

from ocn.ocpi.modules import InterfaceRole, ModuleID
from ocn.ocpi.objects import ClientInfo
from ocn.ocpi.party_id import PartyId
from ocn.party.errors import AnswerUnusable, ModuleNotOffered, NotRegistered
from ocn.party.identity.credentials import Door
from ocn.party.json_text import encode_json
from ocn.party.limits import Limits
from ocn.party.object_edge import ObjectEdge
from ocn.party.reply import Reply
from ocn.party.sending.channel import Call, Channel, Routing
from ocn.party.sending.counterparty import Counterparty
from ocn.party.sending.results import AwaitedResults
from ocn.party.sending.rules import RulesCalls
from ocn.party.storage.registration import Registration
from ocn.party.subjects import subject_of

_UNROUTED = frozenset({ModuleID.CREDENTIALS, ModuleID.HUB_CLIENT_INFO})
CUSTOM = "custom"
"""Under this identifier OCN nodes offer whatever module two parties agree on."""


class Client:
    """Sends requests to other parties. Made by :class:`ocn.party.Party`."""

    def __init__(
        self,
        channel: Channel,
        door: Door,
        results: AwaitedResults,
        *,
        own: Sequence[PartyId],
        base_url: str,
        limits: Limits,
        edge: ObjectEdge | None = None,
    ) -> None:
        self._edge = edge or ObjectEdge()
        self._channel = channel
        self._door = door
        self.results = results
        self.limits = limits
        self._own = tuple(own)
        self._base_url = base_url

    @property
    def registration(self) -> Registration:
        """The registration in force.

        Raises:
            NotRegistered: there is none.
        """
        if self._door.registration is None:
            raise NotRegistered("This party is not registered with a node.")
        return self._door.registration

    @property
    def agreed(self) -> Registration | None:
        """The registration in force, if there is one: a peer may call before its handshake is at its end."""
        return self._door.registration

    def to(
        self, party: PartyId | str, *, as_party: PartyId | str | None = None, correlation_id: str = ""
    ) -> Counterparty:
        """Return the client for one party, all modules typed; ``as_party`` if this platform has several."""
        receiver = PartyId.parse(party) if isinstance(party, str) else party
        sender = PartyId.parse(as_party) if isinstance(as_party, str) else as_party
        return Counterparty(self, sender or self._own[0], receiver, correlation_id)

    @property
    def rules(self) -> RulesCalls:
        """Who may send to this platform, as its node applies it."""
        return RulesCalls(self)

    async def hub_clients(self) -> list[ClientInfo]:
        """Return who is on the network and how they stand, as this party's node tells it."""
        found: list[ClientInfo] = []
        interface = ModuleID.HUB_CLIENT_INFO, InterfaceRole.SENDER
        async for reply in self.pages(interface, routing=None, correlation_id=""):
            found += cast("list[ClientInfo]", reply.data)
        return found

    async def request(
        self,
        method: str,
        module: str,
        interface_role: InterfaceRole,
        path: Sequence[str] = (),
        *,
        routing: Routing | None,
        query: Mapping[str, str] | None = None,
        body: object = None,
        correlation_id: str = "",
        timeout_s: float | None = None,
        check: bool = True,
    ) -> Reply[Any]:
        """Send any request: to the discovered endpoint of the module, path segments and query encoded.

        ``body`` is JSON to write, or bytes to send as they are. With ``check`` off an answer that says no is
        returned like any other.

        Raises:
            RequestFailed: the answer is not a success.
            NotConverted: it cannot be said in the version agreed on, or the answer not in the back end's.
            ModuleNotOffered, NotRegistered, PeerUnreachable, PeerTimedOut, AnswerUnusable,
            AnswerSignatureInvalid: see :mod:`ocn.party.errors`.
        """
        url = "/".join(
            [self.endpoint(module, interface_role).rstrip("/"), *(quote(s, safe="") for s in path)]
        )
        if query:
            url += ("&" if "?" in url else "?") + urlencode(query)
        call = Call(
            method,
            url,
            body if isinstance(body, bytes) or body is None else encode_json(body),
            None if module in _UNROUTED else routing,
            module,
            correlation_id,
            timeout_s,
            subject_of(method, (module, interface_role), tuple(path), *_ends(routing)),
        )
        return await self.send(call, check=check)

    async def send(self, call: Call, *, check: bool = True) -> Reply[Any]:
        """Send a request to an address somebody gave, such as a response_url, a page or a Location.

        Raises:
            AddressNotAllowed: it is not below this party's node; as :meth:`request` for the rest.
        """
        token, wire = self.registration.their_token, self.registration.version
        call = replace(call, body=await self._edge.request_out(call.body, call.subject, wire))
        reply = await (self._channel.expect(call, token) if check else self._channel.exchange(call, token))
        return await self._edge.answer_in(reply, call.subject, wire)

    async def pages(
        self,
        interface: tuple[str, InterfaceRole],
        *,
        routing: Routing | None,
        query: Mapping[str, str] | None = None,
        correlation_id: str,
    ) -> AsyncIterator[Reply[list[Any]]]:
        """Crawl a list: every page, in one conversation, by the ``Link`` that each page gives.

        Raises:
            AnswerUnusable: a page is no list, or the crawl goes in circles.
        """
        reply = await self.request(
            "GET", *interface, routing=routing, query=query, correlation_id=correlation_id
        )
        seen = {reply.url}
        while True:
            if not isinstance(reply.data, list):
                raise AnswerUnusable(f"{reply.url} answered no list")
            yield reply
            url = reply.next_url
            if url is None:
                return
            if url in seen or len(seen) >= self.limits.pages:
                raise AnswerUnusable(f"the pages of {interface[0]} go in circles or never end")
            seen.add(url)
            routed = None if interface[0] in _UNROUTED else routing
            subject = subject_of("GET", interface, (), *_ends(routed))
            reply = await self.send(
                Call("GET", url, None, routed, interface[0], reply.correlation_id, subject=subject)
            )

    @staticmethod
    def written(value: object) -> bytes:
        """Write JSON, every Decimal with its digits."""
        return encode_json(value)

    def endpoint(self, module: str, interface_role: InterfaceRole) -> str:
        """Return where the node takes a module's requests.

        Raises:
            ModuleNotOffered: nowhere.
        """
        endpoints = self.registration.endpoints
        if url := endpoints.get((module, interface_role)):
            return url
        if module not in set(ModuleID) and (url := endpoints.get((CUSTOM, interface_role))):
            return f"{url.rstrip('/')}/{quote(module, safe='')}"
        raise ModuleNotOffered(
            f"the node offers no {interface_role} interface of {module}",
            hint="If it does, at another address than its own, name that in allowed_urls.",
        )

    def own_endpoint(self, module: str, interface_role: InterfaceRole) -> str:
        """Return where this party takes a module's requests."""
        return endpoint_url(self._base_url, self.registration.version, module, interface_role)


def _ends(routing: Routing | None) -> tuple[PartyId | None, PartyId | None]:
    return (routing.sender, routing.receiver) if routing else (None, None)


def endpoint_url(base_url: str, version: str, module: str, interface_role: InterfaceRole) -> str:
    """Return the address of one of this party's endpoints."""
    return f"{base_url}/ocpi/{version}/{interface_role.lower()}/{quote(module, safe='')}"
