"""``ocn demo --smart``: a day at two charging sites, planned over the network."""

import json
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from ocn.cli.demo.smart_screen import SmartScreen, show_cast, show_outcomes
from ocn.cli.signals import close_undisturbed
from ocn.errors import ConfigurationError
from ocn.simulation.errors import StepFailed
from ocn.simulation.network.files import Ports
from ocn.simulation.network.network import LocalNetwork, local_network
from ocn.simulation.play.traffic import Traffic
from ocn.simulation.smart.cast import on_the_smart_network
from ocn.simulation.smart.day import play_day
from ocn.simulation.smart.hired import HiredPlanner, page_of
from ocn.simulation.smart.outcome import Outcomes, broken_off, outcomes_of
from ocn.simulation.smart.scenario import build_scenario
from ocn.smart_charging.simulation.plot import check_picture, plot


@dataclass(frozen=True, slots=True)
class SmartChoices:
    """What the command was given."""

    seed: int
    plot: Path
    keep: bool
    as_json: bool
    ports: Ports
    page_port: int


class SmartDemo:
    """One run of the command. ``outcomes`` stays None when it was interrupted."""

    def __init__(self, choices: SmartChoices) -> None:
        check_picture(choices.plot)
        self._choices = choices
        self._console = Console(stderr=choices.as_json, quiet=choices.as_json, highlight=False)
        self.outcomes: Outcomes | None = None

    @property
    def finished(self) -> bool:
        """Whether the day was played to its end."""
        return self.outcomes is not None

    @property
    def ok(self) -> bool:
        """Whether every claim held."""
        return self.outcomes is not None and self.outcomes.ok

    async def run(self, directory: Path) -> None:
        """Start everything, play the day, and show what came of it.

        Raises:
            ConfigurationError: the directory holds a network.
            NetworkFailed: a process of the network ended.
        """
        if (directory / "network.json").exists():
            raise ConfigurationError(
                f"{directory} holds a network, and its parties remember another day",
                hint="Name a directory that is empty, or none.",
            )
        began = time.perf_counter()
        scenario = build_scenario(self._choices.seed)
        async with AsyncExitStack() as stack:
            screen = stack.enter_context(SmartScreen(self._console, scenario))
            screen.phase("Starting the chain and two nodes")
            network = await stack.enter_async_context(local_network(directory, self._choices.ports))
            screen.phase("Bringing two sites, an eMSP and a planner on the network")
            cast = await stack.enter_async_context(
                on_the_smart_network(network, scenario, Traffic(), HiredPlanner)
            )
            show_cast(self._console, network, cast)
            self._console.print(f"  {scenario.visits} cars will come. Every message is signed by its sender.")
            screen.phase(
                "Playing the day, slot by slot: load against limit, cars that charge and that are there"
            )
            try:
                played = await network.while_up(play_day(scenario, cast, screen))
            except StepFailed as error:
                outcomes = broken_off(cast, error, time.perf_counter() - began)
            else:
                screen.phase("Playing it again without a network, under other policies")
                outcomes = outcomes_of(cast, played, time.perf_counter() - began)
            screen.__exit__(None, None, None)
            self._tell(outcomes)
            if self._choices.keep and isinstance(cast.planner, HiredPlanner):
                await self._keep(network, cast.planner)
            close_undisturbed()

    def _tell(self, outcomes: Outcomes) -> None:
        show_outcomes(self._console, outcomes)
        said = outcomes.as_json()
        if outcomes.sites:
            plot(*(each.compared for each in outcomes.sites), file=self._choices.plot)
            said["plot"] = str(self._choices.plot)
            self._console.print(f"The picture of the day: {escape(said['plot'])}", soft_wrap=True)
        self.outcomes = outcomes
        if self._choices.as_json:
            print(json.dumps(said, indent=2), flush=True)

    async def _keep(self, network: LocalNetwork, planner: HiredPlanner) -> None:
        """Leave all of it up; the clock stands at the end of the day."""
        console = Console(stderr=self._choices.as_json, highlight=False)
        async with page_of(planner, self._choices.page_port) as url:
            console.print(f"\nThe planner's page: {url}", soft_wrap=True)
            console.print("The network stays up until Ctrl-C.")
            await network.watch()
