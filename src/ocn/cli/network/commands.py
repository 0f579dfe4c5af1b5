"""``ocn network``: the local network without the play, for whoever connects a back end of their own."""

import json
import shlex
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from ocn.cli.network.options import ChainPort, Directory, Node1Port, Node2Port, chosen_ports
from ocn.cli.party_options import PairCommand, party_id
from ocn.errors import ConfigurationError
from ocn.ocpi.roles import Role

if TYPE_CHECKING:
    from ocn.ocpi.party_id import PartyId
    from ocn.simulation.network.files import Ports
    from ocn.simulation.network.network import LocalNetwork
    from ocn.simulation.play.cast import Cast

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
    from ocn.simulation.cpo.cpo import Pace
    from ocn.simulation.network.network import local_network
    from ocn.simulation.play.cast import EMSP, LOCAL_CPO, REMOTE_CPO, on_the_network
    from ocn.simulation.play.traffic import Traffic

    if you in (EMSP, LOCAL_CPO, REMOTE_CPO):
        raise ConfigurationError(
            f"{you} is one of the simulated parties of this network", hint="Take another --party for yours."
        )
    console = Console(highlight=False, quiet=as_json, soft_wrap=True)
    variables = _variables(directory)
    console.print("[dim]Starting a chain, two nodes and three parties ...[/dim]")
    async with (
        local_network(directory, ports, signatures_required=False) as network,
        on_the_network(
            network, Traffic(), pace=Pace(speed=speed), signatures_required=False, hired=_hired(you, role)
        ) as cast,
    ):
        facts = await _facts(network, cast, you, role)
        with _variables_of_shell(variables, facts):
            if as_json:
                print(json.dumps(facts, indent=2), flush=True)
            _show(console, facts)
            await network.watch()


def _hired(you: "PartyId", role: Role) -> "frozenset[PartyId]":
    return frozenset([you] if role is Role.SCSP else [])


def _driver(cast: "Cast") -> str:
    """What makes a car of the simulated eMSP charge at the first CPO."""
    from ocn.simulation.play.curl import CurlLines

    cpo = cast.cpos[0]
    location = next(iter(cpo.operations.points.locations.values()))
    lines = CurlLines(cast.emsp.party, cast.emsp.id)
    return lines.start_session(cpo.id, cast.emsp.tokens[1], location["id"], location["evses"][0]["uid"])


async def _facts(network: "LocalNetwork", cast: "Cast", you: "PartyId", role: Role) -> dict[str, Any]:
    """Everything that an integrator needs, as it is printed in JSON."""
    from ocn.party.identity.key import load_or_create_key
    from ocn.simulation.network.files import CHAIN, SPENDER

    node = network.nodes[0]
    key_file = network.directory / "parties" / you.key / "key"
    load_or_create_key(key_file)
    set_party = [
        *("ocn", "registry", "set-party-raw", "--rpc", network.chain_url),
        *("--credentials", you.country_code, you.party_id),
        *("--roles", str(role), "--operator", node.operator),
    ]
    key = f'SIGNER="$(cat {shlex.quote(str(key_file))})" SPENDER={SPENDER.secret.hex()}'
    registered = await network.is_connected(you, node)
    return {
        "chain": {
            "url": network.chain_url,
            "chain_id": CHAIN.chain_id,
            "registry": network.registry,
            "permissions": network.permissions,
        },
        "nodes": [
            {
                "name": each.name,
                "url": each.url,
                "versions_url": each.versions_url,
                "operator": each.operator,
                "admin_key": each.admin_key,
            }
            for each in network.nodes
        ],
        "parties": [
            {"party": str(player.id), "node": player.node_url, "url": player.party.base_url}
            for player in cast.players
        ],
        "you": {
            "party": str(you),
            "role": str(role),
            "node": node.name,
            "versions_url": node.versions_url,
            "registered": registered,
            "token_a": None if registered else await network.invite(you, node),
            "key_file": str(key_file),
            "spender": SPENDER.secret.hex(),
            "set_party": f"{key} {shlex.join(set_party)}",
        },
        "driver": _driver(cast) if role is Role.SCSP else None,
        "directory": str(network.directory),
        "variables": str(_variables(network.directory)),
        "logs": str(network.logs),
    }


def _variables(directory: Path) -> Path:
    """The file that is there while the network is up."""
    return directory / "network.env"


@contextmanager
def _variables_of_shell(file: Path, facts: dict[str, Any]) -> Iterator[None]:
    """Have what a shell needs in a file, for ``. network.env``; readable by its owner only."""
    nodes = {
        f"NODE{n}_{name.upper()}": node[name]
        for n, node in enumerate(facts["nodes"], start=1)
        for name in ("url", "operator", "admin_key")
    }
    variables = {
        "CHAIN_URL": facts["chain"]["url"],
        **nodes,
        "PARTY_KEY_FILE": facts["you"]["key_file"],
        "SPENDER": facts["you"]["spender"],
    }
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text("".join(f"{name}={shlex.quote(str(value))}\n" for name, value in variables.items()))
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def _show(console: Console, facts: dict[str, Any]) -> None:
    def line(name: str, value: object) -> None:
        console.print(f"  {name:12} {escape(str(value))}")

    console.print(f"[dim]Up. Logs are in {escape(facts['logs'])}. Ctrl-C ends everything.[/dim]")
    console.print(f"[dim]As shell variables, all of this is in {escape(facts['variables'])}[/dim]")
    console.print("\n[bold]Chain[/bold]")
    for name, value in facts["chain"].items():
        line(name, value)
    for node in facts["nodes"]:
        console.print(f"\n[bold]{node['name']}[/bold]")
        for name in ("url", "versions_url", "operator", "admin_key"):
            line(name, node[name])
    console.print("\n[bold]Parties to talk to[/bold]")
    for party in facts["parties"]:
        line(party["party"], f"at {party['node']}")
    if facts["driver"] is not None:
        console.print("\n[bold]A car to plan: paste this, and it charges at DE CPO[/bold]\n")
        console.print(f"  {facts['driver']}\n", markup=False)
    you = facts["you"]
    console.print(f"\n[bold]You: {you['party']}, {you['role']} at {you['node']}[/bold]")
    line("versions", you["versions_url"])
    if you["registered"]:
        console.print("  Your party is registered already.")
        return
    line("TOKEN_A", you["token_a"])
    console.print("  First list your party in the registry (the key is yours, made just now):\n")
    console.print(f"  {you['set_party']}\n", markup=False)
