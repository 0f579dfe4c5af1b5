"""Options that many registry commands share, declared once.

A command names the group it needs as an argument (``connection``, ``keys``); :func:`takes` replaces that
argument by the group's own options and hands over what the group makes of them.
"""

import functools
import inspect
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ocn.cli.party_options import PairCommand

if TYPE_CHECKING:
    from ocn.cli.registry.session import Connection, Keys, RawKeys

_CHAIN = "Chain"
_KEYS = "Keys"


def takes(**groups: Callable[..., Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of these groups in place of the arguments of these names."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = [p for p in inspect.signature(command).parameters.values() if p.name not in groups]
        shared = {name: inspect.signature(group).parameters for name, group in groups.items()}
        every = [*own, *(parameter for group in shared.values() for parameter in group.values())]

        @functools.wraps(command)
        def run(**values: Any) -> None:
            made = {
                name: group(**{option: values.pop(option) for option in shared[name]})
                for name, group in groups.items()
            }
            command(**values, **made)

        keyword = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in every]
        run.__signature__ = inspect.Signature(keyword)  # type: ignore[attr-defined]  # read by typer
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in keyword}
        return run

    return decorate


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
    rpc: Annotated[
        str | None, typer.Option("--rpc", help="URL of a JSON-RPC endpoint.", rich_help_panel=_CHAIN)
    ] = None,
    registry: Annotated[
        str | None, typer.Option("--registry", help="Address of the Registry.", rich_help_panel=_CHAIN)
    ] = None,
    permissions_address: Annotated[
        str | None,
        typer.Option("--permissions-address", help="Address of Permissions.", rich_help_panel=_CHAIN),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> "Connection":
    """Where the chain and the contracts are, and how to print."""
    from ocn.cli.registry.session import connect

    return connect(network, network_file, rpc, registry, permissions_address, as_json=as_json)


_Signer = Annotated[
    str | None,
    typer.Option(
        "--signer",
        "-s",
        help="Private key of the listing's owner, in hex. The variable SIGNER wins over it.",
        rich_help_panel=_KEYS,
    ),
]
_Keystore = Annotated[
    Path | None,
    typer.Option("--keystore", help="The owner's keystore, instead of --signer.", rich_help_panel=_KEYS),
]
_PasswordFile = Annotated[
    Path | None,
    typer.Option(
        "--password-file",
        help="Its password; else OCN_KEYSTORE_PASSWORD, else you are asked.",
        rich_help_panel=_KEYS,
    ),
]


def key_options(
    signer: _Signer = None, keystore: _Keystore = None, password_file: _PasswordFile = None
) -> "Keys":
    """Whose listing it is."""
    from ocn.cli.registry.session import Keys

    return Keys(signer, keystore, password_file, os.environ)


def raw_key_options(
    signer: _Signer = None,
    keystore: _Keystore = None,
    password_file: _PasswordFile = None,
    spender: Annotated[
        str | None,
        typer.Option(
            "--spender",
            "-x",
            help="Private key that pays, in hex. The variable SPENDER wins over it.",
            rich_help_panel=_KEYS,
        ),
    ] = None,
    spender_keystore: Annotated[
        Path | None,
        typer.Option("--spender-keystore", help="The payer's keystore.", rich_help_panel=_KEYS),
    ] = None,
    spender_password_file: Annotated[
        Path | None,
        typer.Option("--spender-password-file", help="Its password.", rich_help_panel=_KEYS),
    ] = None,
    typed: Annotated[
        bool,
        typer.Option(
            "--typed",
            help="Sign by EIP-712: for one use, on this chain. Original contracts do not have it.",
            rich_help_panel=_KEYS,
        ),
    ] = False,
) -> "RawKeys":
    """Whose listing it is, and who pays for the transaction."""
    from ocn.cli.registry.session import Keys, RawKeys

    return RawKeys(
        owner=Keys(signer, keystore, password_file, os.environ),
        payer=Keys(spender, spender_keystore, spender_password_file, os.environ, who="spender"),
        typed=typed,
    )
