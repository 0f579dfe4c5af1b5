"""The ``ocn`` command: thin, over the rooms; a file or a folder for each group of commands.

Commands import the room they start when they start it, so that ``--help`` is quick. What fails on purpose is
one line and a hint on standard error, exit status 1.
"""

import sys

import typer
from rich.console import Console

from ocn import __version__
from ocn.cli import chain, key
from ocn.cli.demo import commands as demo
from ocn.cli.literal import literal
from ocn.cli.network import commands as network
from ocn.cli.node import commands as node
from ocn.cli.registry import commands as registry
from ocn.cli.settlement import commands as settlement
from ocn.cli.simulate import commands as simulate
from ocn.cli.smart import commands as smart
from ocn.cli.tariff import commands as tariff
from ocn.errors import OcnError

app = typer.Typer(
    name="ocn",
    help="The Open Charging Network: node, registry, party kit and local network.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo", epilog=demo.EPILOG)(demo.demo)
app.add_typer(network.app, name="network")
app.add_typer(simulate.app, name="simulate")
app.add_typer(node.app, name="node")
app.add_typer(chain.app, name="chain")
app.add_typer(registry.app, name="registry")
app.add_typer(settlement.app, name="settlement")
app.add_typer(key.app, name="key")
app.add_typer(smart.app, name="smart")
app.add_typer(tariff.app, name="tariff")


def _version(wanted: bool) -> None:
    if wanted:
        print(f"ocn {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Show the version and exit."
    ),
) -> None:
    """Hold the options of the command itself."""


def main() -> int:
    """Run the command line and return its exit status."""
    try:
        app(standalone_mode=True)
    except OcnError as error:
        console = Console(stderr=True, highlight=False, soft_wrap=True)
        console.print(f"[red]Error:[/red] {_told(error.message)}")
        if error.hint:
            console.print(f"[dim]Hint:[/dim] {_told(error.hint)}")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _told(text: str) -> str:
    """Some say several lines on purpose; what else they quote is another's."""
    return "\n".join(map(literal, text.split("\n")))


if __name__ == "__main__":
    sys.exit(main())
