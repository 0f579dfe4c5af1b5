"""``ocn chain run`` and ``ocn settlement`` as people start them."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ocn.chain.development_accounts import DEVELOPMENT_ACCOUNTS

PAYER, PAYEE = DEVELOPMENT_ACCOUNTS[1:3]
OCN = [sys.executable, "-c", "import sys; from ocn.cli import main; sys.exit(main())"]


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[str]:
    """A chain on a free port; its URL."""
    command = [*OCN, "chain", "run", "--port", "0", "--state", str(tmp_path / "chain.sqlite")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = [process.stderr.readline() for _ in range(7)]
        found = re.search(r"http://\S+?(?=,|\s)", said[0])
        assert found, said
        assert any(line.startswith("  Lanes ") for line in said)
        yield found[0]
        process.terminate()


def ocn(*arguments: str, key: str = PAYER.key) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "SIGNER": key}
    command = [*OCN, "settlement", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=env, check=False)


def made(*arguments: str) -> Any:
    done = ocn(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.long
def test_money_of_a_vault_from_the_command_line(chain: str) -> None:
    at = ("--token", "EUR", "--rpc", chain)
    made("mint", "100", *at)
    assert made("deposit", "60", *at)["free"] == "60"
    assert made("reserve", "25", "--payee", PAYEE.address, *at)["reserved"] == "25"
    assert made("withdraw", "5", *at)["free"] == "30"
    (lane,) = made("exposure", "--party", PAYEE.address, *at)
    assert (lane["direction"], lane["claimable"]) == ("is paid", "55")

    shown = ocn("balance", "--party", PAYER.address, *at)
    assert shown.returncode == 0
    assert re.search(r"EUR\W+45\W+30\W+25", shown.stdout)
    sent = ocn("reserve", "1", "--payee", PAYEE.address, *at)
    assert re.search(r"reserve: transaction 0x[0-9a-f]{64} waits for a block", sent.stderr)

    wrong = ocn("withdraw", "0.0000001", *at)
    assert wrong.returncode == 1
    assert "more decimals than the token" in wrong.stderr
    assert not wrong.stdout
