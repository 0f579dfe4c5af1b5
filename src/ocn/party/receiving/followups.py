"""What this party still owes after it answered: the results of commands and profiles it accepted."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from ocn.errors import OcnError
from ocn.party.limits import Limits
from ocn.party.receiving.answers import Followup

_LOG = logging.getLogger("ocn.party")
_TIMED_OUT = {"commands": "TIMEOUT", "chargingprofiles": "UNKNOWN"}
_FAILED = {"commands": "FAILED", "chargingprofiles": "REJECTED"}


class Followups:
    """Owns one task per result that is owed, and awaits them all at the end."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def full(self) -> bool:
        """Whether no more can be taken on."""
        return len(self._tasks) >= self._limits.followups

    def start(self, followup: Followup) -> None:
        """Work on a result from now on; the answer has left already."""
        task = asyncio.create_task(_deliver(followup), name=f"result of {followup.request.request_id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settled(self) -> None:
        """Wait until nothing is owed."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> None:
        """Give what is owed a little time, then give up on it."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._limits.closing_s)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _deliver(followup: Followup) -> None:
    result = await _result(followup)
    request = followup.request
    try:
        await request.caller.post_result(followup.response_url, result, module=request.module)
    except OcnError as error:
        _LOG.warning("result not delivered: %s", error, extra={"correlation_id": request.correlation_id})


async def _result(followup: Followup) -> Mapping[str, Any]:
    """Await what the handler promised; whatever happens, there is a result."""
    module, outcome = followup.request.module, followup.outcome
    if outcome.later is None:
        return {"result": "ACCEPTED"}
    try:
        result = await asyncio.wait_for(outcome.later, outcome.timeout_s)
    except TimeoutError:
        return {"result": _TIMED_OUT[module]}
    except Exception:  # noqa: BLE001  a back end's failure must still reach the party that waits
        _LOG.exception(
            "a handler failed on its result", extra={"correlation_id": followup.request.correlation_id}
        )
        return {"result": _FAILED[module]}
    return {"result": result} if isinstance(result, str) else result
