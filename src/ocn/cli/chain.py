"""``ocn chain``: the embedded EVM chain, and the contracts on any chain."""

from pathlib import Path

import typer

app = typer.Typer(help="The embedded EVM chain.", no_args_is_help=True)


@app.command(
    epilog="""
[bold]Examples[/bold]

  ocn chain run

  ocn chain run --state ~/.ocn/chain.sqlite --port 8544

The registry client `ocn-registry` of npm finds this chain and both contracts without configuration; so does
`ocn settlement` with the contract Lanes and the test tokens EUR and CHF.
"""
)
def run(
    host: str = typer.Option("localhost", help="Where to listen. The accounts are public: stay on loopback."),
    port: int = typer.Option(8544, min=0, max=65535, help="TCP port; 0 takes a free one."),
    state: Path | None = typer.Option(
        Path("ocn-chain.sqlite"), help="File that keeps the state across restarts.", show_default=True
    ),
    memory: bool = typer.Option(False, "--memory", help="Keep nothing: the state ends with the process."),
) -> None:
    """Run the embedded chain with all contracts and test tokens deployed, until Ctrl-C."""
    from ocn.cli.logs import set_up_logging
    from ocn.cli.signals import run_until_signalled

    set_up_logging()
    run_until_signalled(_run(host, port, None if memory else state))


async def _run(host: str, port: int, state: Path | None) -> None:
    from rich.console import Console

    from ocn.chain.artifacts import load
    from ocn.chain.deploy import local_settlement
    from ocn.chain.embedded import (
        DEVELOPMENT_MNEMONIC,
        Devnet,
        deploy_network_contracts,
        deploy_settlement_contracts,
        serve,
    )

    async with await Devnet.open(state) as devnet:
        contracts = await deploy_network_contracts(
            devnet, load("Registry").bytecode, load("Permissions").bytecode
        )
        lanes, *tokens = await deploy_settlement_contracts(devnet, local_settlement())

        def ready(address: str) -> None:
            console = Console(stderr=True, highlight=False, soft_wrap=True)
            console.print(f"chain listening on [bold]{address}[/bold], chain id {devnet.chain_id}")
            console.print(f"  Registry    {contracts.registry}")
            console.print(f"  Permissions {contracts.permissions}")
            console.print(f"  Lanes       {lanes}")
            console.print(f"  tokens      EUR {tokens[0]}, CHF {tokens[1]}, for tests")
            console.print(f"  accounts    20, public: {DEVELOPMENT_MNEMONIC}")
            console.print(f"  state       {state or 'in memory'}")

        await serve(devnet, host, port, ready=ready)
