"""Keys from text, files and keystores; nothing of a secret in any error."""

import json
import stat
from pathlib import Path

import pytest

from ocn.chain.errors import WalletError
from ocn.chain.wallet import (
    decrypted,
    encrypted,
    key_from_file,
    key_from_hex,
    keystore_address,
    password_source,
    write_keystore,
)
from ocn.signing.keys import PrivateKey

SECRET = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"
KEY = PrivateKey.from_hex(SECRET)
FEW = 1024
"""Work for tests; the default takes seconds on purpose."""


@pytest.mark.parametrize("text", [SECRET, f"0x{SECRET}", f"  {SECRET.upper()}\n"])
def test_hex_key_is_read_with_and_without_prefix(text: str) -> None:
    assert key_from_hex(text, "the flag") == KEY


@pytest.mark.parametrize("text", ["", "0x", SECRET[:-1], SECRET + "00", "zz" * 32, "00" * 32])
def test_what_is_no_key_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(WalletError) as caught:
        key_from_hex(text, "the flag")
    assert "the flag" in caught.value.message
    assert SECRET[:8] not in str(caught.value)
    assert SECRET[:8] not in repr(caught.value.__cause__)


def test_keystore_gives_back_what_was_put_in(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "operator.json"
    write_keystore(path, encrypted(KEY, "pässword", iterations=FEW))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert SECRET not in path.read_text()
    assert key_from_file(path, lambda: "pässword") == KEY
    assert keystore_address(path) == KEY.address


def test_wrong_password_is_told_as_such() -> None:
    keystore = json.dumps(encrypted(KEY, "right", iterations=FEW))
    with pytest.raises(WalletError, match="password does not open"):
        decrypted(keystore, "wrong", "operator.json")


def test_keystore_is_never_written_over_a_file(tmp_path: Path) -> None:
    path = tmp_path / "operator.json"
    path.write_text("something dear")
    with pytest.raises(WalletError, match="exists already"):
        write_keystore(path, encrypted(KEY, "x", iterations=FEW))
    assert path.read_text() == "something dear"


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "{}",
        '{"version": 1}',
        '{"version": 3}',
        '{"version": 3, "crypto": []}',
        '{"version": 3, "crypto": {"kdfparams": {}}}',
        '{"version": 3, "crypto": {"kdf": "scrypt", "kdfparams": {"n": 1073741824, "r": 8, "p": 1}}}',
        '{"version": 3, "crypto": {"kdfparams": {"n": "many"}}}',
        "[]",
    ],
)
def test_what_is_no_keystore_is_refused(content: str) -> None:
    with pytest.raises(WalletError, match="no keystore"):
        decrypted(content, "x", "operator.json")


def test_key_file_in_hex_needs_no_password(tmp_path: Path) -> None:
    path = tmp_path / "key.hex"
    path.write_text(f"0x{SECRET}\n")

    def never() -> str:
        raise AssertionError

    assert key_from_file(path, never) == KEY


def test_missing_binary_and_huge_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "huge").write_bytes(b" " * 100_000)
    for name in ("missing", "binary", "huge"):
        with pytest.raises(WalletError, match=name):
            key_from_file(tmp_path / name, str)


def test_password_comes_from_file_before_environment(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("from file\nsecond line\n")
    environment = {"OCN_KEYSTORE_PASSWORD": "from environment"}
    assert password_source(path, environment)() == "from file"
    assert password_source(None, environment)() == "from environment"
