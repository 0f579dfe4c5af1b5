"""Before every delivery to a platform: refused at once while it is OFFLINE (HUB-82), introduced first."""

from typing import Protocol

from ocn.node.client_info.introductions import Introductions
from ocn.node.stages import Delivered, LocalPlatform, Routed


class Delivery(Protocol):
    """What is wrapped."""

    async def deliver(self, routed: Routed) -> Delivered:
        """Send and wait for the answer; raises OcpiError."""
        ...


class Gate:
    """A delivery that knows who is there. Whatever a platform answers, it is alive."""

    def __init__(self, delivery: Delivery, introductions: Introductions) -> None:
        self._delivery = delivery
        self._introductions = introductions

    async def deliver(self, routed: Routed) -> Delivered:
        """Deliver, with the owner introduced where it was not.

        Raises:
            ReceiverUnreachable: the receiver is OFFLINE.
        """
        target = routed.target
        if not isinstance(target, LocalPlatform):
            return await self._delivery.deliver(routed)
        sender = routed.permitted.sender
        if not self._introductions.needed(target.platform, sender):
            return await self._delivery.deliver(routed)
        await self._introductions.before(target.platform, sender)
        delivered = await self._delivery.deliver(routed)
        self._introductions.answered(target.platform)
        return delivered
