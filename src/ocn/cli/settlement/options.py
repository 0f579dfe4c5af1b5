"""Options that the settlement commands share; see :func:`ocn.cli.options.takes`."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ocn.cli.chain_options import (
    CHAIN,
    NetworkFile,
    NetworkName,
    PasswordFile,
    RpcUrl,
    keystore_flag,
    signer_flag,
)
from ocn.cli.options import AsJson

if TYPE_CHECKING:
    from ocn.cli.accounts import Keys
    from ocn.cli.settlement.network import Settlement

Amount = Annotated[str, typer.Argument(metavar="AMOUNT", help="In whole units, such as 12.5.")]
TokenName = Annotated[
    str, typer.Option("--token", "-t", help="Name of a token of the network, such as EUR, or its address.")
]
OneToken = Annotated[
    str | None, typer.Option("--token", "-t", help="In this token only, by name or address.")
]
Payee = Annotated[str, typer.Option("--payee", help="Address of the vault that is paid.")]


def settlement_options(
    network: NetworkName = "local",
    network_file: NetworkFile = None,
    rpc: RpcUrl = None,
    lanes: Annotated[
        str | None, typer.Option("--lanes", help="Address of Lanes.", rich_help_panel=CHAIN)
    ] = None,
    index_file: Annotated[
        Path | None,
        typer.Option(
            "--index-file",
            help="Keep here what was read of the chain, so that it is read once.",
            rich_help_panel=CHAIN,
        ),
    ] = None,
    as_json: AsJson = False,
) -> "Settlement":
    """Where the chain and the contract are, and how to print."""
    from ocn.cli.settlement.network import settlement

    return settlement(network, network_file, rpc, lanes, index_file, as_json=as_json)


def vault_options(
    signer: Annotated[str | None, signer_flag("vault")] = None,
    keystore: Annotated[Path | None, keystore_flag("vault")] = None,
    password_file: PasswordFile = None,
) -> "Keys":
    """Whose money it is."""
    from ocn.cli.accounts import Keys

    return Keys(signer, keystore, password_file, os.environ)
