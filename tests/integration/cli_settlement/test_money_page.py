"""The commands of docs/how-to/settlement-money.md, run in their order as they are printed."""

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.cli_settlement.commands import AT_RPC, PAYER, Run, pass_time
from tests.integration.cli_settlement.payers_log import log, stored
from tests.pages import texts
from tests.terminal import Terminal

from ocn.chain.embedded import DEVELOPMENT_ACCOUNTS
from ocn.errors import ConfigurationError
from ocn.signing.keys import PrivateKey

PAGE = "how-to/settlement-money.md"
PAYEE = PrivateKey(DEVELOPMENT_ACCOUNTS[2].key_bytes)
(OF_A_SERVICE,) = (block for block in texts(PAGE, "sh") if " vouchers " in block)


def commands() -> Iterator[list[str]]:
    """What is typed after ``ocn settlement``; its key and chain are those of the page."""
    for block in texts(PAGE, "sh"):
        if block == OF_A_SERVICE:
            continue
        for line in block.splitlines():
            if line.startswith("ocn settlement "):
                yield shlex.split(line)[2:]
            elif line.startswith("export "):
                assert line == f"export SIGNER=0x{PAYER.secret.hex()}"
            else:
                assert line == "ocn chain run"


async def test_every_command_of_the_page_does_what_it_says(run: Run, url: str) -> None:
    printed: dict[str, str] = {}
    for command in commands():
        name = command[0]
        if name == "release" and name in printed:
            with pytest.raises(ConfigurationError, match="not before"):
                await run(*command)
            await pass_time(url, 61)
        if "--signed" in command:
            command[-1] = printed[name]
            printed[name] = await run(*command, key=PAYEE)
        else:
            printed[name] = await run(*command)
    assert {*printed} == {
        "mint",
        "deposit",
        "reserve",
        "release",
        "set-off",
        "hold-back",
        "withdraw",
        "balance",
        "exposure",
    }
    assert re.search(r"EUR\s.*\b90\b.*\b60\b", printed["balance"]), printed["balance"]


@pytest.mark.skipif(not (shutil.which("bash") and shutil.which("jq")), reason="no bash or no jq")
async def test_voucher_of_a_service_is_cashed_by_hand_as_the_page_says(
    run: Run, url: str, tmp_path: Path
) -> None:
    await stored(f"sqlite:///{tmp_path / 'settlement.db'}", log())
    await run("mint", "100", "-t", "EUR")
    await run("deposit", "100", "-t", "EUR")
    async with Terminal.opened(tmp_path, {"RPC": url, "SIGNER": PAYEE.secret.hex()}) as terminal:
        printed = await terminal.run(AT_RPC + OF_A_SERVICE)
    assert re.search(r"paid\W+11\b", printed), printed
