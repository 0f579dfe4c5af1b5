"""Options that the settlement commands share; see :func:`ocn.cli.registry.options.takes`."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ocn.cli.registry.session import Keys
    from ocn.cli.settlement.network import Settlement

_CHAIN = "Chain"
_KEYS = "Keys"

Amount = Annotated[str, typer.Argument(metavar="AMOUNT", help="In whole units, such as 12.5.")]
TokenName = Annotated[
    str, typer.Option("--token", "-t", help="Name of a token of the network, such as EUR, or its address.")
]
Payee = Annotated[str, typer.Option("--payee", help="Address of the vault that is paid.")]


def settlement_options(
    network: Annotated[
        str,
        typer.Option("--network", "--net", "-n", help="local, volta or prod.", rich_help_panel=_CHAIN),
    ] = "local",
    network_file: Annotated[
        Path | None,
        typer.Option(
            "--network-file",
            "--net-file",
            "--nf",
            help="JSON that changes the network.",
            rich_help_panel=_CHAIN,
        ),
    ] = None,
    chain_url: Annotated[
        str | None,
        typer.Option("--chain-url", "--rpc", help="URL of a JSON-RPC endpoint.", rich_help_panel=_CHAIN),
    ] = None,
    lanes: Annotated[
        str | None, typer.Option("--lanes", help="Address of Lanes.", rich_help_panel=_CHAIN)
    ] = None,
    index_file: Annotated[
        Path | None,
        typer.Option(
            "--index-file",
            help="Keep here what was read of the chain, so that it is read once.",
            rich_help_panel=_CHAIN,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> "Settlement":
    """Where the chain and the contract are, and how to print."""
    from ocn.cli.settlement.network import settlement

    return settlement(network, network_file, chain_url, lanes, index_file, as_json=as_json)


def vault_options(
    signer: Annotated[
        str | None,
        typer.Option(
            "--signer",
            "-s",
            help="Private key of the vault, in hex. The variable SIGNER wins over it.",
            rich_help_panel=_KEYS,
        ),
    ] = None,
    keystore: Annotated[
        Path | None,
        typer.Option("--keystore", help="The vault's keystore, instead of --signer.", rich_help_panel=_KEYS),
    ] = None,
    password_file: Annotated[
        Path | None,
        typer.Option(
            "--password-file",
            help="Its password; else OCN_KEYSTORE_PASSWORD, else you are asked.",
            rich_help_panel=_KEYS,
        ),
    ] = None,
) -> "Keys":
    """Whose money it is."""
    from ocn.cli.registry.session import Keys

    return Keys(signer, keystore, password_file, os.environ)
