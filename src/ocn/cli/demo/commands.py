"""``ocn demo``: a whole network, and a charging session that roams through it."""

import json
import tempfile
import time
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from ocn.cli.network.options import ChainPort, Directory, Node1Port, Node2Port, chosen_ports

if TYPE_CHECKING:
    from ocn.cli.demo.programme import Programme
    from ocn.cli.demo.smart import SmartDemo
    from ocn.simulation.network.files import Ports
    from ocn.simulation.play.cast import Cast
    from ocn.simulation.play.summary import Summary

EPILOG = """
Starts a chain with the registry, two nodes, and three parties: DE MSP and DE CPO at node 1, NL CPX at node 2.
Then DE MSP reads, reserves, charges and is billed at both CPOs, and every step is checked.

[bold]Examples[/bold]

  ocn demo

  ocn demo --json | jq .totals

  ocn demo --keep

  ocn demo --versions

  ocn demo --settle

  ocn demo --smart --plot day.svg
"""


def demo(
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the network up afterwards and print curl lines.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the summary as one JSON object, and nothing else.")
    ] = False,
    versions: Annotated[
        bool,
        typer.Option(
            "--versions",
            help="Let everybody speak another OCPI: DE MSP 2.3.0, DE CPO 2.1.1, NL CPX 2.2.1.",
        ),
    ] = False,
    settle: Annotated[
        bool,
        typer.Option(
            "--settle", help="Play settlement instead: sessions that are paid in a test token while they run."
        ),
    ] = False,
    smart: Annotated[
        bool,
        typer.Option(
            "--smart", help="Play a day of smart charging instead: two sites, and a planner they hire."
        ),
    ] = False,
    seed: Annotated[
        int, typer.Option("--seed", min=0, max=999, help="With --smart: another seed, another day.")
    ] = 3,
    plot: Annotated[
        Path,
        typer.Option("--plot", help="With --smart: where to draw the day, as .png, .svg or .pdf."),
    ] = Path("smart-demo.png"),
    page_port: Annotated[
        int,
        typer.Option(
            "--page-port", min=0, max=65535, help="With --smart and --keep: TCP port of the planner's page."
        ),
    ] = 0,
    directory: Directory = None,
    chain_port: ChainPort = 0,
    node1_port: Node1Port = 0,
    node2_port: Node2Port = 0,
) -> None:
    """Play a charging session that roams through two nodes, in ten seconds; or money, or a smart day."""
    from ocn.cli.logs import set_up_logging
    from ocn.cli.signals import run_until_signalled

    if settle and versions:
        raise typer.BadParameter("OCPI 2.1.1 has no modules of one's own, so nothing is settled in it.")
    if smart and (settle or versions):
        raise typer.BadParameter("--smart is a play of its own: leave --settle and --versions out.")

    set_up_logging("error" if smart else "warning")  # a planner's warnings are on its page
    ports = chosen_ports(chain_port, node1_port, node2_port)
    demo_run: _Demo | SmartDemo
    if smart:
        demo_run = _smart_demo(seed, plot, keep, as_json, ports, page_port)
    else:
        demo_run = _Demo(_programme(settle=settle, versions=versions), keep, as_json, ports)
    with ExitStack() as stack:
        if directory is None:
            directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ocn-demo-")))
        run_until_signalled(demo_run.run(directory))
    if not demo_run.finished:
        raise typer.Exit(130)
    if not demo_run.ok:
        raise typer.Exit(1)


class _Demo:
    """One run of the command. ``summary`` stays None when it was interrupted."""

    def __init__(self, programme: "Programme", keep: bool, as_json: bool, ports: "Ports") -> None:
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
        from ocn.cli.demo.screen import Screen, show_network, show_summary
        from ocn.cli.signals import close_undisturbed
        from ocn.simulation.network.network import local_network
        from ocn.simulation.play.cast import on_the_network
        from ocn.simulation.play.summary import Summary
        from ocn.simulation.play.traffic import Traffic

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


def _smart_demo(
    seed: int, plot: Path, keep: bool, as_json: bool, ports: "Ports", page_port: int
) -> "SmartDemo":
    from ocn.cli.demo.smart import SmartChoices, SmartDemo

    return SmartDemo(SmartChoices(seed, plot, keep, as_json, ports, page_port))


def _programme(*, settle: bool, versions: bool) -> "Programme":
    if settle:
        from ocn.cli.demo.settling import Settling

        return Settling()
    from ocn.cli.demo.programme import Roaming

    return Roaming(versions=versions)


def _show_curl(console: Console, cast: "Cast") -> None:
    from ocn.ocpi.modules import ModuleID
    from ocn.simulation.play.curl import CurlLines

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
