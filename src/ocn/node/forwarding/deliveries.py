"""The four ways out, by the target that routing chose."""

from collections.abc import Coroutine
from typing import Any, Protocol

from ocn.node.delivery import Delivery
from ocn.node.forwarding.broadcasts import Broadcasts
from ocn.node.stages import Delivered, Everyone, Routed, Stored, Way

_DIRECT = Way.DIRECT


class StoredObjects(Protocol):
    """What the hub has been sent, for GET ALL."""

    def answer(self, routed: Routed, /) -> Coroutine[Any, Any, Delivered]:
        """Answer a GET on a Sender interface that is addressed to the hub."""
        ...


class Deliveries:
    """Gives a routed request to whoever takes it there."""

    def __init__(self, *, one: Delivery, broadcasts: Broadcasts, stored: StoredObjects) -> None:
        self._one = one
        self._broadcasts = broadcasts
        self._stored = stored

    def deliver(self, routed: Routed) -> Coroutine[Any, Any, Delivered]:
        """Deliver to one receiver, to everyone, or to the hub's own store; raises their errors."""
        if routed.permitted.addressed.way is _DIRECT:
            return self._one.deliver(routed)
        match routed.target:
            case Everyone() as everyone:
                return self._broadcasts.accept(routed, everyone)
            case Stored():
                return self._stored.answer(routed)
            case _:
                return self._one.deliver(routed)
