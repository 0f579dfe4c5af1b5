"""Asynchronous results that this party awaits: minting response_urls, and matching what comes to them."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Generic, TypeVar, cast
from uuid import uuid4

from ocn.party.errors import PartyError, ResultOverdue
from ocn.party.json_text import JsonObject
from ocn.party.limits import Limits
from ocn.party.reply import Reply

R = TypeVar("R")
A = TypeVar("A")


@dataclass(slots=True)
class _Awaited:
    until: float
    inbox: "asyncio.Queue[JsonObject]" = field(default_factory=asyncio.Queue)


class AwaitedResults:
    """The results outstanding, each under an id that nobody can guess; bounded in number and time.

    They live in memory: what comes after a restart is handed to ``late_result`` (of commands) or
    ``late_profile_result``, if a handler has it.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._awaited: dict[str, _Awaited] = {}

    def mint(self, keep_s: float) -> str:
        """Return a new id, under which results are taken for ``keep_s`` seconds.

        Raises:
            PartyError: too many are outstanding.
        """
        now = time.monotonic()
        for result_id in [key for key, awaited in self._awaited.items() if awaited.until < now]:
            del self._awaited[result_id]
        if len(self._awaited) >= self._limits.awaited_results:
            raise PartyError(f"{len(self._awaited)} asynchronous results are outstanding already")
        result_id = str(uuid4())
        self._awaited[result_id] = _Awaited(now + keep_s)
        return result_id

    def take(self, result_id: str, result: JsonObject) -> bool:
        """Hand a result to whoever awaits it; False when nobody does."""
        awaited = self._awaited.get(result_id)
        if awaited is None or awaited.until < time.monotonic() or awaited.inbox.qsize() >= 16:
            return False
        awaited.inbox.put_nowait(result)
        return True

    def forget(self, result_id: str) -> None:
        """Await no more."""
        self._awaited.pop(result_id, None)

    async def next(self, result_id: str, timeout_s: float) -> JsonObject:
        """Return the next result posted under an id.

        Raises:
            ResultOverdue: none came in time, or the id is not awaited any more.
        """
        awaited = self._awaited.get(result_id)
        if awaited is None:
            raise ResultOverdue("this result is not awaited any more")
        try:
            return await asyncio.wait_for(awaited.inbox.get(), timeout_s)
        except TimeoutError as error:
            raise ResultOverdue(f"no result came within {timeout_s:g} s") from error


@dataclass(frozen=True, slots=True)
class Pending(Generic[A, R]):
    """A command or charging profile that was sent: what was answered at once, and what is still to come."""

    reply: Reply[A]
    response_url: str
    _result_id: str
    _results: AwaitedResults = field(repr=False)
    _timeout_s: float

    @property
    def accepted(self) -> bool:
        """Whether a result will follow."""
        return isinstance(self.reply.data, dict) and self.reply.data.get("result") == "ACCEPTED"

    async def result(self, timeout_s: float | None = None) -> R:
        """Wait for the result, by default for as long as the answer said.

        A later result under the same address (a reservation that is cancelled by its CPO) is had by calling
        again.

        Raises:
            ResultOverdue: it did not come in time; asking again may still find it.
        """
        if not self.accepted:
            raise ResultOverdue("no result will follow: the request was not accepted")
        return cast("R", await self._results.next(self._result_id, timeout_s or self._timeout_s))
