"""``ocn network``: the local network without the play, for whoever connects a back end of their own."""

import json
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from ocn.cli.network.options import ChainPort, Directory, Node1Port, Node2Port, chosen_ports
from ocn.cli.party_options import PairCommand, party_id
from ocn.errors import ConfigurationError
from ocn.ocpi.roles import Role

if TYPE_CHECKING:
    from ocn.ocpi.party_id import PartyId
    from ocn.simulation.network.files import Ports

app = typer.Typer(help="A whole local network.", no_args_is_help=True)

_EPILOG = """
Starts a chain with the registry, two nodes, and simulated parties to talk to: DE MSP and DE CPO at node 1,
NL CPX at node 2. Prints all that a back end of your own needs to join at node 1. The tutorial in
`docs/tutorial` goes on from there with curl alone.

[bold]Examples[/bold]

  ocn network up

  ocn network up --directory ~/.ocn/network --chain-port 8544 --node1-port 8080 --node2-port 8081

  ocn network up --party FR XYZ --role CPO --json

  ocn network up --party DE PLN --role SCSP --speed 1
"""


@app.command(cls=PairCommand, epilog=_EPILOG)
def up(
    party: Annotated[
        tuple[str, str],
        typer.Option(
            "--party", metavar="CC ID", help="Your party: country code and party id.", show_default="DE ABC"
        ),
    ] = ("DE", "ABC"),
    role: Annotated[
        Role,
        typer.Option("--role", help="What your party is; the operators let an SCSP plan their sessions."),
    ] = Role.EMSP,
    speed: Annotated[
        int, typer.Option("--speed", min=1, help="How many times faster than real the meters run.")
    ] = 60,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object when the network is up, and nothing else.")
    ] = False,
    directory: Directory = None,
    chain_port: ChainPort = 0,
    node1_port: Node1Port = 0,
    node2_port: Node2Port = 0,
) -> None:
    """Start a local network and keep it up until Ctrl-C."""
    from ocn.cli.logs import set_up_logging
    from ocn.cli.signals import run_until_signalled

    set_up_logging("warning")
    you = party_id(" ".join(party))
    ports = chosen_ports(chain_port, node1_port, node2_port)
    with ExitStack() as stack:
        if directory is None:
            directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ocn-network-")))
        run_until_signalled(_up(directory, ports, you, role, speed, as_json=as_json))


async def _up(
    directory: Path, ports: "Ports", you: "PartyId", role: Role, speed: int, *, as_json: bool
) -> None:
    from ocn.cli.network.facts import facts_of, variables_of_shell
    from ocn.cli.network.screen import show
    from ocn.simulation.cpo.cpo import Pace
    from ocn.simulation.network.network import local_network
    from ocn.simulation.play.cast import EMSP, LOCAL_CPO, REMOTE_CPO, on_the_network
    from ocn.simulation.play.traffic import Traffic

    if you in (EMSP, LOCAL_CPO, REMOTE_CPO):
        raise ConfigurationError(
            f"{you} is one of the simulated parties of this network", hint="Take another --party for yours."
        )
    console = Console(highlight=False, quiet=as_json, soft_wrap=True)
    console.print("[dim]Starting a chain, two nodes and three parties ...[/dim]")
    async with (
        local_network(directory, ports, signatures_required=False) as network,
        on_the_network(
            network, Traffic(), pace=Pace(speed=speed), signatures_required=False, hired=_hired(you, role)
        ) as cast,
    ):
        facts = await facts_of(network, cast, you, role)
        with variables_of_shell(facts):
            if as_json:
                print(json.dumps(facts, indent=2), flush=True)
            show(console, facts)
            await network.watch()


def _hired(you: "PartyId", role: Role) -> "frozenset[PartyId]":
    return frozenset([you] if role is Role.SCSP else [])
