"""``ocn smart``: plan the charging of sites."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from ocn.cli.party_options import PairCommand
from ocn.cli.smart.explain import explain
from ocn.cli.smart.serve import EPILOG, serve
from ocn.cli.smart.simulate import simulate
from ocn.errors import ConfigurationError

app = typer.Typer(help="Smart charging: plan a site by prices and limits.", no_args_is_help=True)


@app.command(
    epilog="""
[bold]Examples[/bold]

  ocn smart check site.toml
"""
)
def check(site: Annotated[Path, typer.Argument(help="The site file.")]) -> None:
    """Read a site file, show fuses, EVSEs and prices, and say what is wrong; status 1 if anything is."""
    from ocn.cli.smart.site_files import loaded_site, show_site

    loaded = loaded_site(site)
    show_site(loaded)
    if loaded.faults:
        raise typer.Exit(1)


app.command(
    "simulate",
    epilog="""
[bold]Examples[/bold]

  ocn smart simulate

  ocn smart simulate --kind depot --evses 200 --seed 7 --plot depot.svg

  ocn smart simulate --kind public --congested --peak-price 0.25 --json
""",
)(simulate)

app.command("serve", cls=PairCommand, epilog=EPILOG)(serve)


@app.command(
    epilog="""
Each line on standard input is one slot, each line on standard output the limits for it: see
docs/reference/smart-controller.md.

[bold]Examples[/bold]

  ocn smart controller --json-lines < slots.jsonl

  ocn smart controller --json-lines --plans plans.jsonl
"""
)
def controller(
    json_lines: Annotated[
        bool, typer.Option("--json-lines", help="One JSON object a line; the only format there is.")
    ] = True,
    plans: Annotated[
        Path | None, typer.Option("--plans", help="Write each plan to this file, a line each.")
    ] = None,
) -> None:
    """Answer a simulator slot by slot, until its input ends."""
    from ocn.smart_charging.controller.controller import Controller
    from ocn.smart_charging.controller.serving import serve

    if sys.stdin is None or sys.stdout is None:
        raise ConfigurationError(
            "lines come by standard input and limits go by standard output: one of them is closed"
        )
    serve(Controller(), sys.stdin.buffer, sys.stdout.buffer, plans)


app.command(
    epilog="""
[bold]Examples[/bold]

  ocn smart explain plans.jsonl

  ocn smart explain plans.jsonl --slot 42 --car S00017

  ocn smart explain plans.jsonl --changes --car S00017

  ocn smart explain plans.jsonl --for-drivers
"""
)(explain)
