"""``ocn demo``: a whole network, and a charging session that roams through it."""

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ocn.cli.network.options import ChainPort, Directory, Node1Port, Node2Port, chosen_ports

if TYPE_CHECKING:
    from ocn.cli.demo.playing import ProgrammeDemo
    from ocn.cli.demo.programme import Programme
    from ocn.cli.demo.smart import SmartDemo
    from ocn.simulation.network.files import Ports

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
    demo_run: ProgrammeDemo | SmartDemo
    if smart:
        demo_run = _smart_demo(seed, plot, keep, as_json, ports, page_port)
    else:
        demo_run = _programme_demo(settle, versions, keep, as_json, ports)
    with ExitStack() as stack:
        if directory is None:
            directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ocn-demo-")))
        run_until_signalled(demo_run.run(directory))
    if not demo_run.finished:
        raise typer.Exit(130)
    if not demo_run.ok:
        raise typer.Exit(1)


def _smart_demo(
    seed: int, plot: Path, keep: bool, as_json: bool, ports: "Ports", page_port: int
) -> "SmartDemo":
    from ocn.cli.demo.smart import SmartChoices, SmartDemo

    return SmartDemo(SmartChoices(seed, plot, keep, as_json, ports, page_port))


def _programme_demo(
    settle: bool, versions: bool, keep: bool, as_json: bool, ports: "Ports"
) -> "ProgrammeDemo":
    from ocn.cli.demo.playing import ProgrammeDemo

    return ProgrammeDemo(_programme(settle=settle, versions=versions), keep, as_json, ports)


def _programme(*, settle: bool, versions: bool) -> "Programme":
    if settle:
        from ocn.cli.demo.settling import Settling

        return Settling()
    from ocn.cli.demo.programme import Roaming

    return Roaming(versions=versions)
