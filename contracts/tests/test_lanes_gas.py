"""What the acts cost: as last written down, under the goals, and the same on another implementation."""

import asyncio
import functools
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from subprocess import PIPE, STDOUT, Popen
from threading import Thread
from typing import Any

import aiohttp
import pytest
from contracts.gas import SNAPSHOT, on_embedded_chain
from contracts.tests.chain_rpc import Rpc
from contracts.tests.settlement_gas import measure

from ocn.chain.embedded import DEVELOPMENT_MNEMONIC

TOLERANCE = 0.02
ANVIL = Path(__file__).resolve().parents[2] / "tests/npm/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil"
GOALS = {"claimOne": 45_000, "claim of 100 payers": 100 * 15_200, "net": 60_000}


@functools.cache
def measured() -> dict[str, int]:
    return asyncio.run(on_embedded_chain())


def test_acts_cost_what_was_written_down() -> None:
    written = json.loads(SNAPSHOT.read_text(encoding="utf-8"))

    assert measured().keys() == written.keys()
    off = {
        act: (gas, written[act])
        for act, gas in measured().items()
        if abs(gas - written[act]) > TOLERANCE * written[act]
    }
    assert off == {}, "write them down again with `make gas`, if that is meant"


@pytest.mark.parametrize("act", GOALS)
def test_act_costs_no_more_than_its_goal(act: str) -> None:
    assert measured()[act] <= GOALS[act]


@pytest.mark.anvil
def test_acts_cost_the_same_on_anvil_to_the_unit() -> None:
    if not ANVIL.exists():
        pytest.skip("no anvil: `npm ci` in tests/npm brings it")

    assert asyncio.run(_on_anvil()) == measured()


async def _on_anvil() -> dict[str, int]:
    async with _anvil() as rpc:
        return await measure(rpc)


@asynccontextmanager
async def _anvil() -> AsyncIterator[Rpc]:
    """At London rules, and with the chain id and the accounts of the embedded chain."""
    options = ["--hardfork", "london", "--port", "0", "--chain-id", "9", "--gas-limit", "10000000"]
    options += ["--block-base-fee-per-gas", "0", "--gas-price", "0", "--mnemonic", DEVELOPMENT_MNEMONIC]
    options += ["--accounts", "20", "--disable-default-create2-deployer"]
    command = [str(ANVIL), *options]
    with Popen(command, stdout=PIPE, stderr=STDOUT, text=True) as process:  # noqa: ASYNC220 - starts at once
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        address = next(found[1] for line in lines if (found := re.match(r"Listening on (\S+)", line)))
        drain = Thread(target=process.stdout.read)  # it tells every request, and stops when nobody listens
        drain.start()
        try:
            async with aiohttp.ClientSession() as session:

                async def rpc(method: str, *params: Any) -> Any:
                    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
                    async with session.post(f"http://{address}", json=body) as answer:
                        return (await answer.json())["result"]

                yield rpc
        finally:
            process.kill()
            drain.join()
