"""``ocn demo --smart``: a day at two charging sites, planned over the network."""

import asyncio
import json
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from ocn.cli.demo_smart_screen import SmartScreen, show_cast, show_outcomes
from ocn.cli.signals import close_undisturbed
from ocn.errors import ConfigurationError
from ocn.simulation.network import LocalNetwork, local_network
from ocn.simulation.network_files import Ports
from ocn.simulation.smart.cast import SmartCast, on_the_smart_network
from ocn.simulation.smart.day import Played, play_day
from ocn.simulation.smart.hired import hired_planner, keep_page
from ocn.simulation.smart.outcome import Outcomes, outcomes_of
from ocn.simulation.smart.scenario import Scenario, build_scenario
from ocn.simulation.traffic import Traffic
from ocn.smart_charging.simulation.plot import check_picture, plot

if TYPE_CHECKING:
    from collections.abc import Awaitable


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

    async def run(self, directory: Path) -> None:
        """Start everything, play the day, and show what came of it.

        Raises:
            StepFailed: somebody was answered otherwise than it must be.
        """
        if (directory / "network.json").exists():
            raise ConfigurationError(
                f"{directory} holds a network, and its parties remember another day",
                hint="Name a directory that is empty, or none.",
            )
        began = time.perf_counter()
        scenario = build_scenario(self._choices.seed)
        traffic = Traffic()
        async with AsyncExitStack() as stack:
            screen = stack.enter_context(SmartScreen(self._console, scenario))
            screen.phase("Starting the chain and two nodes")
            network = await stack.enter_async_context(local_network(directory, self._choices.ports))
            screen.phase("Bringing two sites, their drivers' eMSP and a planner on the network")
            cast = await stack.enter_async_context(
                on_the_smart_network(network, scenario, traffic, hired_planner)
            )
            show_cast(self._console, network, cast)
            screen.phase("Playing the day, slot by slot")
            played = await _unless_it_breaks(play_day(scenario, cast, screen), network)
            screen.phase("Playing it again without a network, under other policies")
            outcomes = outcomes_of(cast, played, time.perf_counter() - began)
            screen.__exit__(None, None, None)
            self._tell(outcomes)
            if self._choices.keep:
                await self._keep(network, cast, stack)
            close_undisturbed()

    def _tell(self, outcomes: Outcomes) -> None:
        plot([each.compared for each in outcomes.sites], self._choices.plot)
        show_outcomes(self._console, outcomes)
        self._console.print(f"The picture is {escape(str(self._choices.plot))}.", soft_wrap=True)
        self.outcomes = outcomes
        if self._choices.as_json:
            said = {**outcomes.as_json(), "plot": str(self._choices.plot)}
            print(json.dumps(said, indent=2), flush=True)
