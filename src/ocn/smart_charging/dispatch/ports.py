"""What the dispatcher needs of the world: somebody to ask, and a memory."""

from collections.abc import Mapping
from typing import Any, Protocol

from ocn.ocpi.objects import ActiveChargingProfile, ChargingProfile
from ocn.smart_charging.errors import SmartChargingError


class Unanswered(SmartChargingError):
    """A message got no answer, or one that does not say whether the CPO took it; it may still arrive."""


class Answered(Protocol):
    """What a CPO answered at once, and the result to come."""

    @property
    def answer(self) -> str:
        """ACCEPTED, NOT_SUPPORTED, REJECTED, TOO_OFTEN or UNKNOWN_SESSION."""
        ...

    @property
    def ticket(self) -> str:
        """What tells the result of this message from all others: the last part of our own response_url.

        The results of setting and of clearing look the same, so nothing in them can tell.
        """
        ...

    async def result(self, timeout_s: float) -> str | None:
        """Wait for the result (ACCEPTED, REJECTED, UNKNOWN); None if none came. May be called again."""
        ...


class Chargers(Protocol):
    """The charge points of all CPOs, asked by session; each call is one message.

    Raises:
        Unanswered: nothing, or nothing that tells, came back; by every method, and nothing else is raised.
    """

    async def set(self, session: str, profile: ChargingProfile) -> Answered:
        """PUT a profile on a session."""
        ...

    async def clear(self, session: str) -> Answered:
        """DELETE what was set on a session, so that it may draw all it can."""
        ...

    async def active(self, session: str, duration_s: int) -> ActiveChargingProfile | None:
        """GET what is in force for the next so many seconds; None if the CPO does not say."""
        ...


class Memory(Protocol):
    """Keeps what must outlive the process: one JSON object per session."""

    async def __call__(self, records: Mapping[str, Mapping[str, Any] | None]) -> None:
        """Store the record of each session, or remove it where None. Returns once it is durable."""
        ...


async def keep_nothing(records: Mapping[str, Mapping[str, Any] | None]) -> None:
    """Store nothing: for a dispatcher that need not outlive its process."""
