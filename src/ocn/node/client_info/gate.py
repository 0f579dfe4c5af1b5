"""Before every delivery to a platform: refused at once while it is OFFLINE (HUB-82), introduced first."""

from collections.abc import Coroutine
from typing import Any

from ocn.node.client_info.introductions import Introductions
from ocn.node.delivery import Delivery
from ocn.node.model import Platform
from ocn.node.stages import Delivered, LocalPlatform, Routed
from ocn.ocpi.party_id import PartyId


class Gate:
    """A delivery that knows who is there. Whatever a platform answers, it is alive."""

    def __init__(self, delivery: Delivery, introductions: Introductions) -> None:
        self._delivery = delivery
        self._introductions = introductions

    def deliver(self, routed: Routed) -> Coroutine[Any, Any, Delivered]:
        """Deliver, with the owner introduced where it was not.

        Raises:
            ReceiverUnreachable: the receiver is OFFLINE.
        """
        target = routed.target
        if isinstance(target, LocalPlatform):
            sender = routed.permitted.addressed.authenticated.sender
            if self._introductions.needed(target.platform, sender):
                return self._introduced(routed, target.platform, sender)
        return self._delivery.deliver(routed)

    async def _introduced(self, routed: Routed, platform: Platform, sender: PartyId) -> Delivered:
        await self._introductions.before(platform, sender)
        delivered = await self._delivery.deliver(routed)
        self._introductions.answered(platform)
        return delivered
