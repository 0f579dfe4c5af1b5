"""A keeper in a process of its own, which halts where a test wants to kill it.

Arguments: URL of the chain, the keeper's file, where to halt ("before" or "after" it sends, or "nowhere").
"""

import asyncio
import sys
from pathlib import Path

from ocn.chain.client import ChainClient
from ocn.chain.development_accounts import DEVELOPMENT_ACCOUNTS
from ocn.chain.following import IndexSettings
from ocn.chain.networks import BUILT_IN
from ocn.chain.rpc import RpcClient
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.vouchers import sign_voucher
from ocn.settlement.keeper import Keeper, KeeperSettings, SqliteKeeperStore
from ocn.settlement.keeper.outbox import OutboxSettings
from ocn.settlement.lanes import LaneIndex, LaneSource
from ocn.signing.keys import PrivateKey

LOCAL = BUILT_IN["local"]
PAYER, PAYEE = (PrivateKey(account.key_bytes) for account in DEVELOPMENT_ACCOUNTS[1:3])


class Halting(ChainClient):
    """Says what it is about to do, and waits for its end."""

    def __init__(self, rpc: RpcClient, where: str) -> None:
        super().__init__(rpc)
        self._where = where

    async def send_raw(self, transaction: bytes) -> str:
        if self._where == "before":
            await self._halt()
        sent = await super().send_raw(transaction)
        if self._where == "after":
            await self._halt()
        return sent

    async def _halt(self) -> None:
        say("halted")
        await asyncio.Event().wait()


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


async def main(url: str, file: Path, where: str) -> None:
    contract, token = str(LOCAL.lanes), LOCAL.tokens["EUR"]
    lane = Lane(LOCAL.chain_id, contract, token, PAYER.address, PAYEE.address)
    store = SqliteKeeperStore(file, chain_id=LOCAL.chain_id, account=PAYER.address)
    settings = KeeperSettings(poll_s=0.02, outbox=OutboxSettings(confirmations=0))
    following = IndexSettings(confirmations=0, poll_s=0.05, audit_sample=0)
    async with RpcClient(url) as rpc:
        chain = Halting(rpc, where)
        async with LaneIndex(chain, LaneSource(contract), settings=following) as lanes:
            await lanes.caught_up()
            async with Keeper(chain, contract, PAYER, store=store, lanes=lanes, settings=settings) as keeper:
                if where == "before":  # the later lives go on with what this one was asked
                    await keeper.withdraw(token, 400, PAYER.address)
                    await keeper.claim(sign_voucher(PAYER, lane, 250, bytes(32)))
                await keeper.at_rest()
    await store.close()
    say("done")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
