"""The blocks of docs/how-to/dispute-a-session.md, run in their order as they are printed."""

import re
import shutil
from pathlib import Path

import pytest
from tests.integration.cli_settlement.commands import AT_RPC, PAYER, pass_time
from tests.integration.cli_settlement.held import HOUR, Held
from tests.integration.cli_settlement.payers_log import ARBITER, PAYEE
from tests.pages import texts
from tests.terminal import Terminal

from ocn.chain.rpc import RpcClient

PAGE = "how-to/dispute-a-session.md"
ENDS = re.compile(r" dispute (concede|give-up|rule|release) ")
pytestmark = [
    pytest.mark.long,
    *(pytest.mark.skipif(shutil.which(name) is None, reason=f"no {name}") for name in ("bash", "jq")),
]


async def test_every_block_of_the_page_does_what_it_says(held: Held, tmp_path: Path) -> None:
    """Only one of its ends is possible; so the chain goes back after each."""
    names = {"PAYER_KEY": PAYER, "PAYEE_KEY": PAYEE, "ARBITER_KEY": ARBITER}
    known = {name: key.secret.hex() for name, key in names.items()}
    ends = []
    async with RpcClient(held.url) as rpc, Terminal.opened(tmp_path, {"RPC": held.url, **known}) as terminal:
        await terminal.run(AT_RPC)
        for block in texts(PAGE, "sh"):
            before = await rpc.call("evm_snapshot")
            if " release " in block:
                await pass_time(held.url, 8 * HOUR)
            printed = await terminal.run(block)
            if end := ENDS.search(block):
                ends.append((end[1], *re.findall(r"to_paye[re]\W+([\d.]+)", printed)))
                assert await rpc.call("evm_revert", before)
    assert ends == [
        ("concede", "3", "0"),
        ("give-up", "0", "3"),
        ("rule", "1.25", "1.75"),
        ("release", "0", "3"),
    ]
