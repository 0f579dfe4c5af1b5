"""This party and another one: what every typed call is made of."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self, TypeVar

from ocn.ocpi.modules import InterfaceRole, ModuleID
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import format_datetime
from ocn.party.reply import Reply
from ocn.party.sending.channel import Call, Routing
from ocn.party.sending.results import Pending
from ocn.party.subjects import subject_of_location, subject_of_result

if TYPE_CHECKING:
    from ocn.party.sending.client import Client

ConversationT = TypeVar("ConversationT", bound="Conversation")


@dataclass(frozen=True, slots=True)
class Conversation:
    """``party``, addressed by ``own``. Calls share a correlation id only if one is set."""

    client: "Client" = field(repr=False)
    own: PartyId
    party: PartyId
    correlation_id: str = ""

    def in_conversation(self, correlation_id: str) -> Self:
        """The same counterparty, all calls under one correlation id."""
        return replace(self, correlation_id=correlation_id)

    @property
    def routing(self) -> Routing:
        """From this party to that one."""
        return Routing(self.own, self.party, told=self.client.registration.version.has_routing)

    async def request(
        self,
        method: str,
        module: str,
        interface_role: InterfaceRole,
        path: Sequence[str] = (),
        *,
        query: Mapping[str, str] | None = None,
        body: object = None,
        timeout_s: float | None = None,
        check: bool = True,
    ) -> Reply[Any]:
        """Send any request, custom modules included; see :meth:`ocn.party.sending.client.Client.request`."""
        return await self.client.request(
            method,
            module,
            interface_role,
            path,
            routing=self.routing,
            query=query,
            body=body,
            correlation_id=self.correlation_id,
            timeout_s=timeout_s,
            check=check,
        )

    async def read(self, url: str) -> Reply[Any]:
        """GET an address this party was given: the ``Location`` of a CDR."""
        routing, subject = self.routing, subject_of_location(self.own, self.party)
        return await self.client.send(
            Call("GET", url, routing=routing, correlation_id=self.correlation_id, subject=subject)
        )

    async def post_result(
        self, response_url: str, result: Mapping[str, Any], *, module: str = ModuleID.COMMANDS
    ) -> Reply[None]:
        """POST an asynchronous result to a response_url; also for a reservation cancelled later."""
        body = self.client.written(result)
        subject = subject_of_result(module, self.own, self.party)
        return await self.client.send(
            Call("POST", response_url, body, self.routing, module, self.correlation_id, subject=subject)
        )

    async def pages(
        self,
        module: str,
        interface_role: InterfaceRole = InterfaceRole.SENDER,
        *,
        date_from: datetime | None = None,
        date_to: datetime | None = None,
        offset: int | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[Reply[list[Any]]]:
        """The pages of a list from ``offset`` on; ``limit`` is the size of a page, not of the list."""
        asked = {"date_from": date_from, "date_to": date_to, "offset": offset, "limit": limit}
        query = {
            name: format_datetime(value) if isinstance(value, datetime) else str(value)
            for name, value in asked.items()
            if value is not None
        }
        async for reply in self.client.pages(
            (module, interface_role),
            routing=self.routing,
            query=query,
            correlation_id=self.correlation_id,
        ):
            yield reply

    async def items(
        self,
        module: str,
        *,
        date_from: datetime | None = None,
        date_to: datetime | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[Any]:
        """Every object of a list, page by page."""
        async for reply in self.pages(module, date_from=date_from, date_to=date_to, limit=limit):
            for item in reply.data:
                yield item

    def owned(self, *ids: str, owner: PartyId | None = None) -> tuple[str, ...]:
        """The path of an object on a receiver interface: this party's own unless said otherwise."""
        whose = owner or self.own
        return (whose.country_code, whose.party_id, *ids)

    def mint(self, module: ModuleID, middle: str, *, keep_s: float = 0) -> tuple[str, str]:
        """Return the id of a result to come, and the response_url it is to be posted to."""
        result_id = self.client.results.mint(max(keep_s, self.client.limits.result_kept_s))
        endpoint = self.client.own_endpoint(module, InterfaceRole.SENDER)
        return result_id, f"{endpoint}/{middle}/{result_id}"

    def pending(self, result_id: str, response_url: str, reply: Reply[Any]) -> Pending[Any, Any]:
        """Await a result as long as the answer says; nothing comes of an answer that is no ACCEPTED."""
        data = reply.data if isinstance(reply.data, dict) else {}
        timeout = data.get("timeout")
        usual = self.client.limits.result_s
        found: Pending[Any, Any] = Pending(
            reply,
            response_url,
            result_id,
            self.client.results,
            float(timeout) if isinstance(timeout, int) and timeout > 0 else usual,
        )
        if not found.accepted:
            self.client.results.forget(result_id)
        return found
