"""What tests of ``ocn settlement`` share beside the fixtures."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from ocn.chain.client import ChainClient
from ocn.chain.embedded import DEVELOPMENT_ACCOUNTS
from ocn.chain.rpc import RpcClient
from ocn.signing.keys import PrivateKey

PAYER = PrivateKey(DEVELOPMENT_ACCOUNTS[1].key_bytes)
AT_RPC = """
ocn() {
  if [ "$2" = vouchers ]; then command ocn "$@"; else command ocn "$@" --rpc "$RPC"; fi
}
"""
"""Has commands of a shell reach the chain of a test."""
Run = Callable[..., Awaitable[str]]


async def run_json(run: Run, *arguments: str, **more: Any) -> Any:
    return json.loads(await run(*arguments, "--json", **more))


async def transactions(url: str, account: PrivateKey = PAYER) -> int:
    async with RpcClient(url) as rpc:
        return await ChainClient(rpc).nonce(account.address)


async def pass_time(url: str, seconds: int) -> None:
    async with RpcClient(url) as rpc:
        await rpc.call("evm_increaseTime", seconds)
        await rpc.call("evm_mine")
