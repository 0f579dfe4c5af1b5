"""The planner as this day sees it: a party of role SCSP, told by hand when to plan."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol, TypeAlias

from ocn.party.receiving.routes import Interface
from ocn.party.sending.client import Client
from ocn.party.storage.port import PartyStorage
from ocn.simulation.smart.scenario import GridCut, Scenario


class Planner(Protocol):
    """What is asked of it."""

    @property
    def handlers(self) -> Sequence[object]:
        """What hears copies and results."""
        ...

    @property
    def modules(self) -> frozenset[Interface]:
        """The interfaces it offers."""
        ...

    def running(self, client: Client) -> AbstractAsyncContextManager[object]:
        """Be at work, but do nothing unless :meth:`step` says so."""
        ...

    async def step(self) -> None:
        """Plan, send what changed, and wait for every result."""
        ...

    def cut(self, site_name: str, cut: GridCut) -> None:
        """Hear of a limit that has fallen."""
        ...


MakePlanner: TypeAlias = Callable[[Scenario, PartyStorage, Callable[[], datetime]], Planner]
"""Given the sites, where it may keep things, and the time."""
