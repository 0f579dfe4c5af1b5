"""A keeper that is killed while it works (SIGKILL) does everything, and nothing twice."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ocn.chain.client import ChainClient
from ocn.chain.development_accounts import DEVELOPMENT_ACCOUNTS
from ocn.chain.networks import BUILT_IN
from ocn.chain.rpc import RpcClient
from ocn.chain.transactions import Sender
from ocn.settlement.lanes import calls, erc20
from ocn.settlement.lanes.reading import LanesReader
from ocn.signing.keys import PrivateKey

LOCAL = BUILT_IN["local"]
PAYER, PAYEE = (PrivateKey(account.key_bytes) for account in DEVELOPMENT_ACCOUNTS[1:3])
CONTRACT, TOKEN = str(LOCAL.lanes), LOCAL.tokens["EUR"]
OCN = [sys.executable, "-c", "import sys; from ocn.cli import main; sys.exit(main())"]
KEEPER = Path(__file__).with_name("keeper_process.py")


@pytest.fixture
def chain() -> Iterator[str]:
    command = [*OCN, "chain", "run", "--port", "0", "--memory"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        found = re.search(r"http://\S+?(?=,|\s)", process.stderr.readline())
        assert found
        yield found[0]
        process.terminate()


def life(url: str, file: Path, where: str) -> str:
    """Run a keeper until it halts or is done; kill it where it halts."""
    command = [sys.executable, str(KEEPER), url, str(file), where]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ)) as process:
        assert process.stdout is not None
        said = next(line for line in process.stdout if line in ("halted\n", "done\n"))
        process.kill() if said == "halted\n" else process.wait()
    return said.strip()


async def fund(url: str) -> None:
    async with RpcClient(url) as rpc:
        sender = Sender(ChainClient(rpc), PAYER)
        await sender.send(TOKEN, erc20.MINT.encode(PAYER.address.lower(), 1_000))
        await sender.send(TOKEN, erc20.APPROVE.encode(CONTRACT.lower(), 1_000))
        await sender.send(CONTRACT, calls.deposit(PAYER.address, TOKEN, 1_000))


async def balances(url: str) -> tuple[int, int, int]:
    async with RpcClient(url) as rpc:
        chain = ChainClient(rpc)
        reader = LanesReader(chain, CONTRACT)
        free = [await reader.free(TOKEN, key.address) for key in (PAYER, PAYEE)]
        return free[0], free[1], await chain.nonce(PAYER.address)


@pytest.mark.long
def test_keeper_killed_before_and_after_it_sends_does_everything_once(chain: str, tmp_path: Path) -> None:
    asyncio.run(fund(chain))
    file = tmp_path / "keeper.sqlite"
    assert life(chain, file, "before") == "halted"
    assert asyncio.run(balances(chain)) == (1_000, 0, 3)
    assert life(chain, file, "after") == "halted"
    assert asyncio.run(balances(chain)) == (600, 0, 4)
    assert life(chain, file, "after") == "halted"
    assert life(chain, file, "nowhere") == "done"
    assert asyncio.run(balances(chain)) == (350, 250, 5)
