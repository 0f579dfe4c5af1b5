"""``ocn simulate``: one simulated party at any node, also one that is not ours."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from ocn.cli.options import takes
from ocn.cli.party_options import PairCommand
from ocn.cli.simulate.joining import Joining
from ocn.cli.simulate.options import joining_options
from ocn.ocpi.roles import Role

if TYPE_CHECKING:
    from ocn.party.traffic import Exchange, Watch
    from ocn.simulation.cpo.cpo import SimulatedCpo
    from ocn.simulation.emsp.emsp import SimulatedEmsp
    from ocn.simulation.parties.connection import Connection
    from ocn.simulation.parties.simulated_party import SimulatedParty

app = typer.Typer(help="One simulated party at any node.", no_args_is_help=True)

_EPILOG = """
The first start needs a TOKEN_A and registers; later ones need the directory alone. A node of the Open
Charging Network also wants the party listed in the registry: use `ocn registry set-party`, or --list-at.

[bold]Examples[/bold]

  ocn simulate {role} --party {party} --node http://127.0.0.1:8080 --token-a TOKEN

  ocn simulate {role} --party {party} --node http://127.0.0.1:8080
"""


@app.command(cls=PairCommand, epilog=_EPILOG.format(role="cpo", party="DE CPO"))
@takes(joining=joining_options)
def cpo(
    joining: Joining,
    speed: Annotated[
        int, typer.Option("--speed", min=1, help="How many times faster than real the meters run.")
    ] = 60,
) -> None:
    """Run a CPO: ten locations, four tariffs, sessions that charge and are billed."""

    def made(connection: "Connection") -> "SimulatedCpo":
        from ocn.simulation.cpo.cpo import Pace, SimulatedCpo

        return SimulatedCpo(joining.party, connection, Pace(speed=speed))

    _run(joining, Role.CPO, made)


@app.command(cls=PairCommand, epilog=_EPILOG.format(role="emsp", party="DE MSP"))
@takes(joining=joining_options)
def emsp(joining: Joining) -> None:
    """Run an eMSP: ten drivers' tokens, and a memory of what CPOs push."""

    def made(connection: "Connection") -> "SimulatedEmsp":
        from ocn.simulation.emsp.emsp import SimulatedEmsp

        return SimulatedEmsp(joining.party, connection)

    _run(joining, Role.EMSP, made)


def _run(joining: Joining, role: Role, made: "Callable[[Connection], SimulatedParty]") -> None:
    from ocn.cli.logs import set_up_logging
    from ocn.cli.signals import run_until_signalled

    set_up_logging("warning")
    run_until_signalled(_serve(joining, role, made))


async def _serve(joining: Joining, role: Role, made: "Callable[[Connection], SimulatedParty]") -> None:
    console = Console(highlight=False, soft_wrap=True)
    joining.refuse_directory_of_another(role)
    async with AsyncExitStack() as stack:
        connection = await stack.enter_async_context(joining.connection(_watch(console)))
        player = await stack.enter_async_context(made(connection))
        registration = player.party.client.registration
        joining.refuse_registration_elsewhere(registration.versions_url)
        joining.keep_directory_for(role)
        console.print(
            f"[bold]{player.id}[/bold] is registered with {joining.node} (OCPI {registration.version}), "
            f"reached at {player.party.base_url}; its directory is {joining.directory}"
        )
        if not joining.register_only:
            await asyncio.Event().wait()


def _watch(console: Console) -> "Watch":
    def show(exchange: "Exchange") -> None:
        if exchange.sender is None or exchange.receiver is None:
            return
        console.print(
            f"{exchange.direction:6} {exchange.sender} → {exchange.receiver}  {exchange.method:6} "
            f"{escape(exchange.url)}  {exchange.http_status or '-'} {exchange.status_code or '-'}  "
            f"{exchange.latency_s * 1000:.1f} ms"
        )

    return show
