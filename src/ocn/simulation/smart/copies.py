"""Which copies the planner must still get: what was sent to others, less what has come to it.

A node makes copies beside the delivery and sends them when it can. A day that is stepped waits for them, or
its outcome would depend on how fast they are.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from ocn.ocpi.modules import ModuleID
from ocn.ocpi.party_id import PartyId
from ocn.party.traffic import Direction, Exchange
from ocn.simulation.errors import StepFailed

_WAIT_S = 30.0


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a message and its copy have in common; of one conversation there may be several."""

    correlation_id: str
    method: str
    module: str


class Copies:
    """Watches all parties of the day. ``permitted`` says of which modules a party's requests are copied.

    Reading is not watched: what is only asked for changes no plan.
    """

    def __init__(
        self, service: PartyId, permitted: Mapping[PartyId, frozenset[ModuleID]], wait_s: float = _WAIT_S
    ) -> None:
        self.arrived = 0
        self._wait_s = wait_s
        self._service = service
        self._permitted = permitted
        self._missing: Counter[_Kind] = Counter()
        self._changed = asyncio.Event()

    def watch(self, exchange: Exchange) -> None:
        """Take note of an exchange between two parties."""
        if exchange.sender is None or exchange.http_status is None or exchange.method == "GET":
            return
        if exchange.module not in self._permitted.get(exchange.sender, ()):
            return
        if exchange.direction is Direction.SENT and exchange.receiver != self._service:
            self._missing[_kind(exchange)] += 1
        elif exchange.direction is Direction.SERVED and exchange.receiver == self._service:
            self._missing[_kind(exchange)] -= 1
            self.arrived += 1
            self._changed.set()

    async def settled(self) -> None:
        """Wait until every copy has come.

        Raises:
            StepFailed: one did not.
        """
        try:
            async with asyncio.timeout(self._wait_s):
                while +self._missing:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            missing = +self._missing
            one = next(iter(missing))
            raise StepFailed(
                f"{missing.total()} copies did not reach {self._service} within {self._wait_s:g} s, "
                f"among them {one.method} {one.module}"
            ) from None
        self._missing.clear()


def _kind(exchange: Exchange) -> _Kind:
    return _Kind(exchange.correlation_id, exchange.method, str(exchange.module))
