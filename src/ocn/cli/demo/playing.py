"""``ocn demo``: three parties play what a programme says, over two nodes."""

import json
import time
from contextlib import AsyncExitStack
from pathlib import Path

from rich.console import Console

from ocn.cli.demo.programme import Programme
from ocn.cli.demo.screen import Screen, show_network, show_summary
from ocn.cli.signals import close_undisturbed
from ocn.ocpi.modules import ModuleID
from ocn.simulation.network.files import Ports
from ocn.simulation.network.network import local_network
from ocn.simulation.play.cast import Cast, on_the_network
from ocn.simulation.play.curl import CurlLines
from ocn.simulation.play.summary import Summary
from ocn.simulation.play.traffic import Traffic


class ProgrammeDemo:
    """One run of the command. ``summary`` stays None when it was interrupted."""

    def __init__(self, programme: Programme, keep: bool, as_json: bool, ports: Ports) -> None:
        self._programme = programme
        self._keep = keep
        self._as_json = as_json
        self._ports = ports
        self._console = Console(stderr=as_json, quiet=as_json, highlight=False)
        self.summary: Summary | None = None

    @property
    def finished(self) -> bool:
        """Whether it was played to its end."""
        return self.summary is not None

    @property
    def ok(self) -> bool:
        """Whether everything held."""
        return self.summary is not None and self.summary.ok and self._programme.ok

    async def run(self, directory: Path) -> None:
        """Start everything, play, and show what came of it."""
        began = time.perf_counter()
        programme = self._programme
        async with AsyncExitStack() as stack:
            screen = stack.enter_context(Screen(self._console, steps=2 * len(programme.scenes)))
            screen.phase("Starting the chain and two nodes")
            # By hand nobody signs, and a conversion leaves no signature: none is demanded then, only checked.
            required = not self._keep and not programme.versions
            network = await stack.enter_async_context(
                local_network(directory, self._ports, signatures_required=required)
            )
            screen.phase("Bringing three parties on the network")
            traffic = Traffic(screen.message)
            cast = await stack.enter_async_context(
                on_the_network(
                    network,
                    traffic,
                    pace=programme.pace,
                    signatures_required=required,
                    versions=programme.versions,
                    purses=programme.purses,
                )
            )
            show_network(self._console, network, cast)
            if required:
                self._console.print("  Every message is signed by its sender; unsigned ones are refused.")
            results = await network.while_up(programme.play(cast, traffic, screen))
            seconds = time.perf_counter() - began
            summary = Summary.of(results, traffic, seconds, len(cast.cpos), programme.scenes)
            screen.__exit__(None, None, None)
            beside = await programme.show(self._console, network)
            show_summary(self._console, summary)
            self.summary = summary
            if self._as_json:
                said = {**summary.as_json(), "ok": self.ok, **beside}
                print(json.dumps(said, indent=2), flush=True)
            if self._keep:
                _show_curl(Console(stderr=self._as_json, highlight=False), cast)
                await network.watch()
            close_undisturbed()


def _show_curl(console: Console, cast: Cast) -> None:
    lines = CurlLines(cast.emsp.party, cast.emsp.id)
    console.print("\nThe network stays up until Ctrl-C. As DE MSP, paste one of these:\n")
    for cpo in cast.cpos:
        location = next(iter(cpo.operations.points.locations.values()))
        for line in (
            lines.get(cpo.id, ModuleID.LOCATIONS, "?limit=2"),
            lines.get(cpo.id, ModuleID.TARIFFS),
            lines.start_session(cpo.id, cast.emsp.tokens[1], location["id"], location["evses"][1]["uid"]),
            lines.get(cpo.id, ModuleID.SESSIONS, "?date_from=2020-01-01T00:00:00Z&offset=10"),
        ):
            console.print(line + "\n", soft_wrap=True, markup=False)
