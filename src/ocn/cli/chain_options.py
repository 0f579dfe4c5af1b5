"""Options of the commands that reach a chain: which network it is, and whose key signs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

if TYPE_CHECKING:
    from ocn.chain.networks import Network

CHAIN: Final = "Chain"
KEYS: Final = "Keys"

NetworkName = Annotated[
    str, typer.Option("--network", "--net", "-n", help="local, volta or prod.", rich_help_panel=CHAIN)
]
NetworkFile = Annotated[
    Path | None,
    typer.Option(
        "--network-file", "--net-file", "--nf", help="JSON that changes the network.", rich_help_panel=CHAIN
    ),
]
RpcUrl = Annotated[
    str | None, typer.Option("--rpc", help="URL of a JSON-RPC endpoint.", rich_help_panel=CHAIN)
]
PasswordFile = Annotated[
    Path | None,
    typer.Option(
        "--password-file",
        help="Its password; else OCN_KEYSTORE_PASSWORD, else you are asked.",
        rich_help_panel=KEYS,
    ),
]


def signer_flag(whose: str) -> Any:
    """Return the flag of a private key on the command line."""
    return typer.Option(
        "--signer",
        "-s",
        help=f"Private key of the {whose}, in hex; else the variable SIGNER.",
        rich_help_panel=KEYS,
    )


def keystore_flag(whose: str) -> Any:
    """Return the flag of a private key in a keystore."""
    return typer.Option(
        "--keystore", help=f"The {whose}'s keystore, instead of --signer.", rich_help_panel=KEYS
    )


def chosen_network(name: str, file: Path | None, rpc_url: str | None) -> "Network":
    """Return the network that the options describe; the more particular option wins.

    Raises:
        ConfigurationError: an option that cannot be used.
    """
    from dataclasses import replace

    from ocn.chain.networks import built_in, with_file

    chosen = built_in(name)
    if file is not None:
        chosen = with_file(chosen, file)
    return chosen if rpc_url is None else replace(chosen, rpc_url=rpc_url)
