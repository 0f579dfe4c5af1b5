"""``ocn key``: private keys in encrypted keystores."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ocn.signing.keys import PrivateKey

app = typer.Typer(
    name="key",
    no_args_is_help=True,
    help="Make, import and look at keys in encrypted keystores (JSON, version 3).",
)
_Out = Annotated[
    Path, typer.Option("--out", "-o", help="The keystore to write; never over an existing file.")
]
_PasswordFile = Annotated[
    Path | None,
    typer.Option("--password-file", help="The password; else OCN_KEYSTORE_PASSWORD, else you are asked."),
]
_AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("new", epilog="Example: ocn key new --out operator.json")
def new(out: _Out, password_file: _PasswordFile = None, as_json: _AsJson = False) -> None:
    """Make a new key and print its address."""
    from ocn.signing.keys import PrivateKey

    _write(out, PrivateKey.generate(), password_file, as_json=as_json)


@app.command("import", epilog="Example: ocn key import --out operator.json < key.hex")
def import_key(
    out: _Out,
    file: Annotated[
        Path | None, typer.Argument(help="File with the key in hex; without it, the key is read from stdin.")
    ] = None,
    password_file: _PasswordFile = None,
    as_json: _AsJson = False,
) -> None:
    """Put a key in hex into a keystore and print its address.

    The key is not taken from the command line: other users of the machine could see it there.
    """
    from ocn.chain.wallet import key_from_file, key_from_hex, password_source

    if file is not None:
        key = key_from_file(file, password_source(None, os.environ, prompt=f"Password of {file}: "))
    else:
        key = key_from_hex(_hidden_line(), "the input")
    _write(out, key, password_file, as_json=as_json)


@app.command("show", epilog="Example: ocn key show operator.json")
def show(
    keystore: Annotated[Path, typer.Argument(help="The keystore.")],
    password_file: _PasswordFile = None,
    reveal: Annotated[bool, typer.Option("--reveal", help="Open it and print the private key.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --reveal: do not ask again.")] = False,
    as_json: _AsJson = False,
) -> None:
    """Print the address that a keystore holds; with --reveal also the key."""
    from ocn.chain.wallet import key_from_file, keystore_address, password_source

    address = None if reveal else keystore_address(keystore)
    if address is not None:
        _print(address, None, as_json=as_json)
        return
    if reveal and not yes:
        typer.confirm("Print the private key? Whoever sees it owns the account.", abort=True, err=True)
    key = key_from_file(keystore, password_source(password_file, os.environ))
    _print(key.address, f"0x{key.secret.hex()}" if reveal else None, as_json=as_json)


def _write(out: Path, key: "PrivateKey", password_file: Path | None, *, as_json: bool) -> None:
    from ocn.chain.errors import WalletError
    from ocn.chain.wallet import encrypted, write_keystore

    if out.exists():
        raise WalletError(f"{out} exists already", hint="Choose another file: a key is never replaced.")
    write_keystore(out, encrypted(key, _new_password(password_file)))
    _print(key.address, None, as_json=as_json)


def _new_password(path: Path | None) -> str:
    from ocn.chain.errors import WalletError
    from ocn.chain.wallet import PASSWORD_VARIABLE, password_source

    password = password_source(path, os.environ, prompt="New password: ")()
    if not password:
        raise WalletError(
            "an empty password protects nothing", hint="Choose one of twelve characters or more."
        )
    if path is None and PASSWORD_VARIABLE not in os.environ:
        again = password_source(None, {}, prompt="Again: ")()
        if again != password:
            raise WalletError("the two passwords are not the same")
    return password


def _hidden_line() -> str:
    from ocn.chain.wallet import password_source

    if sys.stdin.isatty():
        return password_source(None, {}, prompt="Private key (not shown): ")()
    return sys.stdin.readline(200)


def _print(address: str, secret: str | None, *, as_json: bool) -> None:
    if as_json:
        import json

        print(json.dumps({"address": address} | ({} if secret is None else {"privateKey": secret}), indent=2))
        return
    print(address)
    if secret is not None:
        print(secret)
