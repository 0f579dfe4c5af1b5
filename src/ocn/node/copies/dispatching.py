"""A courier for every service for which something waits: one task that owns them all."""

import asyncio
from collections.abc import Callable

import structlog

from ocn.errors import OcnError
from ocn.node.copies.courier import Courier
from ocn.node.copies.ports import CopyStore
from ocn.node.copies.waking import Waking
from ocn.ocpi.party_id import PartyId

_log = structlog.get_logger("ocn.node.copies")


class Dispatching:
    """Looks for what waits, in this process at once and in the database every so often."""

    def __init__(
        self,
        *,
        store: CopyStore,
        waking: Waking,
        new_courier: Callable[[PartyId], Courier],
        poll_s: float,
    ) -> None:
        self._store = store
        self._waking = waking
        self._new_courier = new_courier
        self._poll_s = poll_s
        self._couriers: dict[PartyId, tuple[Courier, asyncio.Task[None]]] = {}

    async def run(self) -> None:
        """Send copies until cancelled; then every courier is stopped and awaited."""
        try:
            await self._recover()
            clock = asyncio.get_running_loop().time
            look_at = clock()
            while True:
                services = await self._waking.woken(max(0.0, look_at - clock()))
                if clock() >= look_at:
                    services |= await self._waiting()
                    look_at = clock() + self._poll_s
                for service in services:
                    self._call(service)
        finally:
            tasks = [task for _, task in self._couriers.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _recover(self) -> None:
        try:
            await self._store.recover()
        except OcnError as error:
            _log.warning("copies_not_recovered", error=error.message)

    async def _waiting(self) -> set[PartyId]:
        try:
            return set(await self._store.services_waiting())
        except OcnError as error:
            _log.warning("copies_wait", error=error.message)
            return set()

    def _call(self, service: PartyId) -> None:
        """Wake the courier of a service, or send for one."""
        found = self._couriers.get(service)
        if found is not None and not found[1].done():
            found[0].wake.set()
            return
        courier = self._new_courier(service)
        task = asyncio.create_task(courier.run(), name=f"copies for {service}")
        self._couriers[service] = courier, task
        task.add_done_callback(lambda ended: self._ended(service, ended))

    def _ended(self, service: PartyId, task: "asyncio.Task[None]") -> None:
        if self._couriers[service][1] is task:
            del self._couriers[service]
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("courier_ended", service=str(service), exc_info=error)
