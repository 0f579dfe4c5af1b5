"""Options that many registry commands share; see :func:`ocn.cli.options.takes`."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ocn.cli.chain_options import (
    CHAIN,
    KEYS,
    NetworkFile,
    NetworkName,
    PasswordFile,
    RpcUrl,
    keystore_flag,
    signer_flag,
)
from ocn.cli.options import AsJson
from ocn.cli.party_options import PairCommand

if TYPE_CHECKING:
    from ocn.cli.accounts import Keys
    from ocn.cli.registry.session import Connection, RawKeys


class SpreadCommand(PairCommand):
    """A command whose list options take several values after one flag, as in ``--roles CPO EMSP``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Repeat the flag before each further value, which is the form the parser knows."""
        lists = {flag for option in self.params if getattr(option, "multiple", False) for flag in option.opts}
        return super().parse_args(ctx, _repeated(args, lists))


def _repeated(args: list[str], lists: set[str]) -> list[str]:
    result: list[str] = []
    flag: str | None = None
    for argument in args:
        if argument.startswith("-"):
            flag = argument if argument in lists else None
            result.append(argument)
        elif flag is not None and result[-1] != flag:
            result += [flag, argument]
        else:
            result.append(argument)
    return result


def connection_options(
    network: NetworkName = "local",
    network_file: NetworkFile = None,
    rpc: RpcUrl = None,
    registry: Annotated[
        str | None, typer.Option("--registry", help="Address of the Registry.", rich_help_panel=CHAIN)
    ] = None,
    permissions_address: Annotated[
        str | None,
        typer.Option("--permissions-address", help="Address of Permissions.", rich_help_panel=CHAIN),
    ] = None,
    as_json: AsJson = False,
) -> "Connection":
    """Where the chain and the contracts are, and how to print."""
    from ocn.cli.registry.session import connect

    return connect(network, network_file, rpc, registry, permissions_address, as_json=as_json)


_Signer = Annotated[str | None, signer_flag("listing's owner")]
_Keystore = Annotated[Path | None, keystore_flag("owner")]


def key_options(
    signer: _Signer = None, keystore: _Keystore = None, password_file: PasswordFile = None
) -> "Keys":
    """Whose listing it is."""
    from ocn.cli.accounts import Keys

    return Keys(signer, keystore, password_file, os.environ)


def raw_key_options(
    signer: _Signer = None,
    keystore: _Keystore = None,
    password_file: PasswordFile = None,
    spender: Annotated[
        str | None,
        typer.Option(
            "--spender",
            "-x",
            help="Private key that pays, in hex; else the variable SPENDER.",
            rich_help_panel=KEYS,
        ),
    ] = None,
    spender_keystore: Annotated[
        Path | None,
        typer.Option("--spender-keystore", help="The payer's keystore.", rich_help_panel=KEYS),
    ] = None,
    spender_password_file: Annotated[
        Path | None,
        typer.Option("--spender-password-file", help="Its password.", rich_help_panel=KEYS),
    ] = None,
    typed: Annotated[
        bool,
        typer.Option(
            "--typed",
            help="Sign by EIP-712: for one use, on this chain. Original contracts do not have it.",
            rich_help_panel=KEYS,
        ),
    ] = False,
) -> "RawKeys":
    """Whose listing it is, and who pays for the transaction."""
    from ocn.cli.accounts import Keys
    from ocn.cli.registry.session import RawKeys

    return RawKeys(
        owner=Keys(signer, keystore, password_file, os.environ),
        payer=Keys(spender, spender_keystore, spender_password_file, os.environ, who="spender"),
        typed=typed,
    )
