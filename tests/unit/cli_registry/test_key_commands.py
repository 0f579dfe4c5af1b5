"""``ocn key`` in process."""

import getpass
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ocn.chain import wallet
from ocn.cli import app
from ocn.errors import OcnError

SECRET = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"
ADDRESS = "0x2c7536E3605D9C16a7a3D7b1898e529396a65c23"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keystores of little work, and no password around."""
    monkeypatch.delenv("OCN_KEYSTORE_PASSWORD", raising=False)
    slow = wallet.encrypted
    monkeypatch.setattr(wallet, "encrypted", lambda key, password: slow(key, password, iterations=1024))


def _password(tmp_path: Path, text: str = "secret\n") -> list[str]:
    (tmp_path / "password").write_text(text)
    return ["--password-file", str(tmp_path / "password")]


def test_new_key_is_shown_by_address_only(tmp_path: Path) -> None:
    out = str(tmp_path / "key.json")
    made = CliRunner().invoke(app, ["key", "new", "--out", out, *_password(tmp_path), "--json"])
    assert made.exit_code == 0
    assert set(json.loads(made.output)) == {"address"}
    shown = CliRunner().invoke(app, ["key", "show", out])
    assert shown.output.strip() == json.loads(made.output)["address"]


def test_imported_key_comes_from_standard_input_and_back_with_reveal(tmp_path: Path) -> None:
    out = str(tmp_path / "key.json")
    password = _password(tmp_path)
    result = CliRunner().invoke(app, ["key", "import", "-o", out, *password], input=f"{SECRET}\n")
    assert result.output.strip() == ADDRESS
    assert SECRET not in Path(out).read_text()
    refused = CliRunner().invoke(app, ["key", "show", out, "--reveal", *password], input="n\n")
    assert refused.exit_code == 1
    assert SECRET not in refused.output
    shown = CliRunner().invoke(app, ["key", "show", out, "--reveal", "--yes", *password])
    assert shown.output.split() == [ADDRESS, f"0x{SECRET}"]


def test_key_is_imported_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key.hex").write_text(SECRET)
    arguments = ["key", "import", str(tmp_path / "key.hex"), "-o", str(tmp_path / "key.json")]
    result = CliRunner().invoke(app, [*arguments, *_password(tmp_path)])
    assert result.output.strip() == ADDRESS


def test_existing_file_is_left_alone_before_anything_is_asked(tmp_path: Path) -> None:
    (tmp_path / "key.json").write_text("dear")
    result = CliRunner().invoke(app, ["key", "new", "-o", str(tmp_path / "key.json")])
    assert isinstance(result.exception, OcnError)
    assert "exists already" in result.exception.message


def test_two_different_passwords_make_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["one", "another"])
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(answers))
    result = CliRunner().invoke(app, ["key", "new", "-o", str(tmp_path / "key.json")])
    assert isinstance(result.exception, OcnError)
    assert "not the same" in result.exception.message
    assert not (tmp_path / "key.json").exists()


def test_empty_password_makes_no_key(tmp_path: Path) -> None:
    out = tmp_path / "key.json"
    result = CliRunner().invoke(app, ["key", "new", "-o", str(out), *_password(tmp_path, "\n")])
    assert isinstance(result.exception, OcnError)
    assert not out.exists()


def test_without_a_terminal_the_other_ways_to_give_a_password_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # what getpass itself falls back to when it finds no terminal
    monkeypatch.setattr("getpass.getpass", lambda prompt: getpass.fallback_getpass(prompt, io.StringIO()))  # type: ignore[attr-defined]  # not in the stubs
    result = CliRunner().invoke(app, ["key", "new", "-o", str(tmp_path / "key.json")], input="secret\n")
    assert isinstance(result.exception, OcnError)
    assert "no terminal" in result.exception.message
    assert result.exception.hint is not None
    assert "--password-file" in result.exception.hint
    assert "OCN_KEYSTORE_PASSWORD" in result.exception.hint


@pytest.mark.parametrize("content", ["{}", '{"version": 1}', '{"version": 3}', "{"])
def test_file_that_is_no_keystore_is_refused_before_a_password_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    monkeypatch.setattr("getpass.getpass", lambda _prompt: pytest.fail("asked"))
    (tmp_path / "key.json").write_text(content)
    for more in ([], ["--reveal", "--yes"]):
        result = CliRunner().invoke(app, ["key", "show", str(tmp_path / "key.json"), *more])
        assert isinstance(result.exception, OcnError)
        assert "no keystore of version 3" in result.exception.message
