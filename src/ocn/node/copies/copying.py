"""Store copies while a message is being delivered: a decorator of forwarding.

Where no service is permitted anything, this costs a dictionary lookup. Else the copies are written while the
receiver is being asked, and the sender gets its answer when both are done: so a crash after the answer loses
none. The message comes first: copies that cannot be stored hold nothing up, and are counted as lost.
"""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any

import structlog

from ocn.errors import OcnError
from ocn.node.copies.agreements import Agreements, Permitted
from ocn.node.copies.copy import NewCopy
from ocn.node.copies.making import Making
from ocn.node.copies.ports import CopyStore
from ocn.node.copies.waking import Waking
from ocn.node.delivery import Delivery
from ocn.node.stages import Delivered, Door, Everyone, LocalPlatform, Routed
from ocn.ocpi.errors import OcpiError
from ocn.ocpi.party_id import PartyId

_PARTY = Door.PARTY
_log = structlog.get_logger("ocn.node.copies")


class CopyingForwarding:
    """``Forwarding`` that leaves copies behind; only of what parties of this node send."""

    def __init__(
        self,
        inner: Delivery,
        *,
        agreements: Agreements,
        making: Making,
        store: CopyStore,
        waking: Waking,
        responses_to: frozenset[PartyId] = frozenset(),
    ) -> None:
        self._inner = inner
        self._agreements = agreements
        self._making = making
        self._store = store
        self._waking = waking
        self._responses_to = responses_to

    def deliver(self, routed: Routed) -> Coroutine[Any, Any, Delivered]:
        """Deliver as the one inside does, with its errors; copies are stored whether it succeeds or not."""
        received = routed.permitted.addressed.authenticated.received
        copies = self._copies_of(routed) if received.door is _PARTY else []
        if copies or self._responses_to:
            return self._copied(routed, copies)
        return self._inner.deliver(routed)

    async def _copied(self, routed: Routed, copies: list[NewCopy]) -> Delivered:
        delivered = await self._beside(routed, copies)
        if self._responses_to and (copies := self._copies_of_answer(delivered)):
            await self._keep(copies)
        return delivered

    async def _beside(self, routed: Routed, copies: list[NewCopy]) -> Delivered:
        if not copies:
            return await self._inner.deliver(routed)
        storing = asyncio.create_task(self._keep(copies))
        try:
            return await self._inner.deliver(routed)
        finally:
            await storing

    def _copies_of(self, routed: Routed) -> list[NewCopy]:
        permitted = routed.permitted
        authenticated = permitted.addressed.authenticated
        address = authenticated.received.address
        found = self._agreements.services_for(authenticated.sender, address.module, address.interface_role)
        if not found:
            return []
        target, receiver = routed.target, routed.receiver
        if isinstance(target, Everyone):
            served, receiver = self._reached(target, found), None
        else:
            served = {receiver}
        services = [service for service in found if service.service not in served]
        try:
            return self._making.of_request(permitted, receiver, services)
        except OcpiError as error:
            _log.warning("copy_not_made", sender=str(permitted.sender), error=error.message)
            return []

    def _reached(self, everyone: Everyone, services: Iterable[Permitted]) -> set[PartyId | None]:
        """Return who gets a broadcast as its receiver, here or at another node, and so no copy of it."""
        nodes = [node.address for node in everyone.nodes]
        return {
            *(party for party, _ in everyone.parties),
            *(
                each.service
                for each in services
                if self._agreements.is_behind(each.service, nodes, everyone.audience)
            ),
        }

    def _copies_of_answer(self, delivered: Delivered) -> list[NewCopy]:
        """Only of what a party of this node answers, and only by its own agreements."""
        routed = delivered.routed
        responder, permitted = routed.receiver, routed.permitted
        if (
            responder is None
            or not isinstance(routed.target, LocalPlatform)
            or delivered.answer.status >= 300
        ):
            return []
        address = routed.received.address
        found = self._agreements.services_for(responder, address.module, address.interface_role)
        services = [
            service
            for service in found
            if service.service in self._responses_to and service.service != permitted.sender
        ]
        return self._making.of_response(permitted, responder, delivered.answer.body, services)

    async def _keep(self, copies: list[NewCopy]) -> None:
        try:
            await self._store.add(copies)
        except OcnError as error:
            self._waking.lost += len(copies)
            _log.error("copies_lost", number=len(copies), sender=str(copies[0].user), error=error.message)
            return
        for copy in copies:
            self._waking.wake(copy.service)
