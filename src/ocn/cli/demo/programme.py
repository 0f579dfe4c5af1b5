"""What a demo plays: who speaks what, which scenes, and what there is to show beside the steps."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from ocn.cli.demo.screen import show_losses
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.versions import VersionNumber
from ocn.simulation.cpo.cpo import Pace
from ocn.simulation.network.network import LocalNetwork
from ocn.simulation.play.cast import PLAY_PACE, VERSIONS, Cast, OpenPurse
from ocn.simulation.play.losses import as_json, lost_in
from ocn.simulation.play.play import SCENES, SCENES_OF_VERSIONS, Audience, Scene, StepResult, play
from ocn.simulation.play.scenes.stage import Stage
from ocn.simulation.play.traffic import Traffic


class Programme(ABC):
    """One kind of demo."""

    pace: Pace = PLAY_PACE
    versions: Mapping[PartyId, VersionNumber] = {}
    purses: "OpenPurse | None" = None
    scenes: Sequence[tuple[str, Scene[Any]]] = SCENES

    @abstractmethod
    async def play(self, cast: Cast, traffic: Traffic, audience: Audience) -> list[StepResult]:
        """Play every scene with every CPO."""

    @abstractmethod
    async def show(self, console: Console, network: LocalNetwork) -> dict[str, Any]:
        """Show what came of it beside the steps; return the same for JSON."""

    @property
    def ok(self) -> bool:
        """Whether that holds, too."""
        return True


class Roaming(Programme):
    """A charging session that roams; with ``versions`` everybody speaks another OCPI."""

    def __init__(self, *, versions: bool) -> None:
        if versions:
            self.versions, self.scenes = VERSIONS, SCENES_OF_VERSIONS

    async def play(self, cast: Cast, traffic: Traffic, audience: Audience) -> list[StepResult]:
        """See :class:`Programme`."""
        return await play([Stage(cast.emsp, cpo, traffic) for cpo in cast.cpos], audience, self.scenes)

    async def show(self, console: Console, network: LocalNetwork) -> dict[str, Any]:
        """What was lost in conversions."""
        lost = lost_in(await network.conversions())
        if lost:
            show_losses(console, lost)
        return {"lost": as_json(lost)} if lost else {}
