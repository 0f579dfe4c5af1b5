"""The four ways out, by the target that routing chose."""

from typing import Protocol

from ocn.node.forwarding.broadcasts import Broadcasts
from ocn.node.forwarding.delivery import Delivery
from ocn.node.stages import Delivered, Everyone, Routed, Stored


class StoredObjects(Protocol):
    """What the hub has been sent, for GET ALL."""

    async def answer(self, routed: Routed, /) -> Delivered:
        """Answer a GET on a Sender interface that is addressed to the hub."""
        ...


class Deliveries:
    """Gives a routed request to whoever takes it there."""

    def __init__(self, *, one: Delivery, broadcasts: Broadcasts, stored: StoredObjects) -> None:
        self._one = one
        self._broadcasts = broadcasts
        self._stored = stored

    async def deliver(self, routed: Routed) -> Delivered:
        """Deliver to one receiver, to everyone, or to the hub's own store; raises their errors."""
        match routed.target:
            case Everyone() as everyone:
                return await self._broadcasts.accept(routed, everyone)
            case Stored():
                return await self._stored.answer(routed)
            case _:
                return await self._one.deliver(routed)
