"""Private keys from where people keep them: the environment, a file, an encrypted keystore."""

import getpass
import json
import os
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from ocn.bounded import bounded_file
from ocn.chain.errors import WalletError
from ocn.signing.keys import PrivateKey

_LONGEST_FILE: Final = 64 * 1024
PASSWORD_VARIABLE: Final = "OCN_KEYSTORE_PASSWORD"  # noqa: S105  # the name of a variable, not a password
_MOST_WORK: Final = 2**24  # the usual scrypt is n = 2**18, r = 8
_EXPECTED: Final = "Expected 64 hex digits, with or without 0x."


def key_from_hex(text: str, source: str) -> PrivateKey:
    """Read a key; ``source`` says in an error where it came from.

    Raises:
        WalletError: not a private key; the text shows nothing of it.
    """
    try:
        return PrivateKey.from_hex(text)
    except ValueError as error:
        raise WalletError(f"{source} is no private key: {error}", hint=_EXPECTED) from None


def key_from_file(path: Path, password: Callable[[], str]) -> PrivateKey:
    """Read a file: a keystore (JSON, version 3), which needs the password, or a key in hex.

    Raises:
        WalletError: no such file, neither of both, or a wrong password.
    """
    text = _text(path)
    if text.lstrip().startswith("{"):
        _keystore(text, str(path))  # before somebody types a password
        return decrypted(text, password(), str(path))
    return key_from_hex(text, f"the file {path}")


def decrypted(keystore: str, password: str, source: str) -> PrivateKey:
    """Open a keystore.

    Raises:
        WalletError: not a keystore of version 3, or a wrong password.
    """
    from eth_keyfile.keyfile import decode_keyfile_json

    content = _keystore(keystore, source)
    try:
        secret = decode_keyfile_json(content, password.encode())
    except ValueError as error:
        if "MAC mismatch" in str(error):
            raise WalletError(f"the password does not open the keystore {source}") from None
        raise WalletError(f"{source} is no keystore of version 3") from error
    except (KeyError, TypeError, AttributeError, NotImplementedError) as error:
        raise WalletError(f"{source} is no keystore of version 3") from error
    return key_from_hex(secret.hex(), source)


def encrypted(key: PrivateKey, password: str, *, iterations: int | None = None) -> dict[str, Any]:
    """Return the key as a keystore (version 3, scrypt); ``iterations`` lowers the work for tests only."""
    from eth_keyfile.keyfile import create_keyfile_json

    keystore: dict[str, Any] = create_keyfile_json(
        key.secret, password.encode(), kdf="scrypt", iterations=iterations
    )
    keystore["address"] = key.address[2:].lower()
    return keystore


def write_keystore(path: Path, keystore: Mapping[str, Any]) -> None:
    """Write a keystore that only its owner may read; never over an existing file.

    Raises:
        WalletError: the file exists or cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise WalletError(
            f"{path} exists already", hint="Choose another file: a key is never replaced."
        ) from None
    except OSError as error:
        raise WalletError(f"cannot write {path}: {error.strerror}") from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(dict(keystore), file, indent=2)
        file.write("\n")


def keystore_address(path: Path) -> str | None:
    """Return the address that a keystore says it holds, without opening it; None when it does not say."""
    from ocn.signing.addresses import address_bytes, checksummed
    from ocn.signing.errors import SignatureInvalid

    try:
        address = json.loads(_text(path)).get("address")
        return None if address is None else checksummed(address_bytes("0x" + str(address).removeprefix("0x")))
    except (ValueError, AttributeError, SignatureInvalid) as error:
        raise WalletError(f"{path} is no keystore of version 3") from error


def password_source(
    path: Path | None, environment: Mapping[str, str], *, prompt: str = "Password of the keystore: "
) -> Callable[[], str]:
    """Return where the password comes from: a file's first line, OCN_KEYSTORE_PASSWORD, or the terminal.

    What is returned asks when it is called, so that nobody types a password for nothing.
    """

    def ask() -> str:
        if path is not None:
            return _text(path).split("\n", 1)[0].rstrip("\r")
        if PASSWORD_VARIABLE in environment:
            return environment[PASSWORD_VARIABLE]
        try:
            with warnings.catch_warnings():
                # it warns when there is no terminal on which typing can be hidden
                warnings.simplefilter("error", getpass.GetPassWarning)
                return getpass.getpass(prompt)
        except (EOFError, getpass.GetPassWarning):
            raise WalletError(
                "there is no terminal to ask for a password",
                hint=f"Use --password-file or {PASSWORD_VARIABLE}.",
            ) from None

    return ask


def _keystore(text: str, source: str) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(text)
        if content["version"] == 3 and _work(content) <= _MOST_WORK:
            return content
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WalletError(f"{source} is no keystore of version 3") from error
    raise WalletError(f"{source} is no keystore of version 3")


def _work(content: Any) -> int:
    """Return what a keystore demands to be opened, so that a made-up one cannot stop the machine."""
    crypto = content.get("crypto") or content["Crypto"]
    demands = crypto["kdfparams"]
    return int(demands.get("n", 1)) * int(demands.get("r", 1)) * int(demands.get("p", 1)) + int(
        demands.get("c", 0)
    )


def _text(path: Path) -> str:
    try:
        content = bounded_file(path, _LONGEST_FILE)
    except OSError as error:
        raise WalletError(f"cannot read {path}: {error.strerror}") from error
    if content is None:
        raise WalletError(f"{path} is too large to be a key")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise WalletError(f"{path} is not a text file") from error
