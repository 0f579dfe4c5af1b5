"""A lane on which payments are held back, seen by its payer."""

from dataclasses import dataclass
from typing import Any

from tests.integration.cli_settlement.commands import PAYER, Run, pass_time, run_json
from tests.integration.cli_settlement.payers_log import LANE, PAYEE, STRANGER

from ocn.chain.client import ChainClient
from ocn.chain.rpc import RpcClient
from ocn.chain.transactions import Sender
from ocn.settlement.core.evidence import Entry
from ocn.settlement.core.vouchers import sign_voucher
from ocn.settlement.lanes import calls
from ocn.settlement.lanes.reading import LanesReader
from ocn.signing.keys import PrivateKey

HOUR = 3600
SIDES = ("--token", "EUR", "--payer", PAYER.address, "--payee", PAYEE.address)


@dataclass
class Held:
    """A lane that holds 7 EUR of three vouchers back, for an hour; the payer's log has a fourth."""

    run: Run
    url: str
    database: str
    entries: list[Entry]

    async def open(self, *what: str, key: PrivateKey = PAYER) -> Any:
        return await run_json(self.run, "dispute", "open", *what, "--database", self.database, key=key)

    async def end(self, act: str, leaf_: str, *how: str, key: PrivateKey) -> Any:
        return await run_json(self.run, "dispute", act, leaf_, *how, key=key)

    async def claim(self, number: int) -> None:
        entry = self.entries[number - 1]
        async with RpcClient(self.url) as rpc:
            voucher = sign_voucher(PAYER, LANE, entry.cumulative, entry.evidence)
            await Sender(ChainClient(rpc), STRANGER).send(LANE.contract, calls.claim([voucher]))

    async def free(self, vault: PrivateKey) -> int:
        async with RpcClient(self.url) as rpc:
            reader = LanesReader(ChainClient(rpc), LANE.contract)
            return await reader.free(LANE.token, vault.address)


async def next_window(url: str) -> None:
    """Go to where a window begins, so that a test ends within it."""
    async with RpcClient(url) as rpc:
        head = await ChainClient(rpc).block("latest")
    assert head is not None
    await pass_time(url, HOUR - head.timestamp % HOUR)
