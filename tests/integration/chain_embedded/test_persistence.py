"""What survives: a restart, a second opener, a process killed in the middle of its work."""

import asyncio
import random
import signal
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from subprocess import Popen
from typing import Any

import aiohttp
import pytest

from ocn.chain.deploy import LOCAL_NOTICE_S, local_settlement
from ocn.chain.development_accounts import DevelopmentAccount
from ocn.chain.embedded import (
    DEVELOPMENT_ACCOUNTS,
    PERMISSIONS_ADDRESS,
    REGISTRY_ADDRESS,
    Devnet,
    DevnetError,
    deploy_network_contracts,
    deploy_settlement_contracts,
)
from ocn.chain.embedded.genesis import SETTLEMENT_DEPLOYER
from ocn.chain.embedded.transactions import Call, sign_legacy
from ocn.chain.networks import BUILT_IN

FIRST, SECOND = DEVELOPMENT_ACCOUNTS[:2]
CODE = bytes.fromhex("600a600c600039600a6000f3602a60005260206000f3")
"""Creation code of a contract that answers 42."""

StartProcess = Callable[[Path], tuple[Popen[str], str]]


def transfer(sender: DevelopmentAccount, nonce: int, value: int) -> str:
    call = Call(sender.address_bytes, SECOND.address_bytes, 21_000, value, b"")
    return "0x" + sign_legacy(call, nonce, sender.key_bytes, 9).hex()


async def whole_chain(devnet: Devnet) -> list[Any]:
    head = int(await devnet.rpc("eth_blockNumber"), 16)
    return [await devnet.rpc("eth_getBlockByNumber", [hex(number), True]) for number in range(head + 1)]


async def test_restart_keeps_blocks_state_clock_and_contracts(tmp_path: Path) -> None:
    path = tmp_path / "chain" / "state.sqlite"
    async with await Devnet.open(path) as devnet:
        contracts = await deploy_network_contracts(devnet, CODE, CODE)
        await devnet.rpc("eth_sendRawTransaction", [transfer(FIRST, 4, 7)])
        await devnet.rpc("evm_increaseTime", [10_000])
        await devnet.rpc("dev_reorg", ["0x1"])
        await devnet.rpc("evm_mine")
        before = await whole_chain(devnet)
    async with await Devnet.open(path) as devnet:
        assert await whole_chain(devnet) == before
        assert await deploy_network_contracts(devnet, CODE, CODE) == contracts
        assert await devnet.rpc("eth_blockNumber") == "0x6"
        await devnet.rpc("evm_mine")
        newest = await devnet.rpc("eth_getBlockByNumber", ["latest", False])
        assert int(newest["timestamp"], 16) >= int(before[-1]["timestamp"], 16)
        assert newest["parentHash"] == before[-1]["hash"]
        await devnet.rpc("dev_reorg", ["0x4", False])
        assert await devnet.rpc("eth_getBalance", [SECOND.address, "latest"]) == hex(100 * 10**18)


async def test_network_contracts_stand_where_existing_clients_look() -> None:
    async with await Devnet.open(None) as devnet:
        contracts = await deploy_network_contracts(devnet, CODE, CODE)
        assert (contracts.registry, contracts.permissions) == (REGISTRY_ADDRESS, PERMISSIONS_ADDRESS)
        for address in (REGISTRY_ADDRESS, PERMISSIONS_ADDRESS):
            assert int(await devnet.rpc("eth_call", [{"to": address}, "latest"]), 16) == 42
        created = await devnet.rpc("eth_getTransactionByBlockNumberAndIndex", ["latest", "0x0"])
        assert created["input"] == "0x" + CODE.hex() + REGISTRY_ADDRESS[2:].lower().rjust(64, "0")


async def test_deployment_that_was_interrupted_is_continued() -> None:
    async with await Devnet.open(None) as devnet:
        await devnet.rpc(
            "eth_sendTransaction", [{"from": FIRST.address, "to": FIRST.address, "gas": hex(21_000)}]
        )
        await deploy_network_contracts(devnet, CODE, CODE)
        assert await devnet.rpc("eth_blockNumber") == "0x4"


async def test_deployment_on_a_chain_used_otherwise_says_so() -> None:
    async with await Devnet.open(None) as devnet:
        for _ in range(4):
            await devnet.rpc("eth_sendTransaction", [{"from": FIRST.address, "to": FIRST.address}])
        with pytest.raises(DevnetError, match="account 0 has already sent other transactions"):
            await deploy_network_contracts(devnet, CODE, CODE)


async def test_deployment_whose_creation_fails_says_so() -> None:
    async with await Devnet.open(None) as devnet:
        with pytest.raises(DevnetError, match="step 2 of the network's deployment failed"):
            await deploy_network_contracts(devnet, b"\xfe", CODE)


async def test_another_chain_id_on_the_same_state_is_refused(tmp_path: Path) -> None:
    async with await Devnet.open(tmp_path / "state"):
        pass
    with pytest.raises(DevnetError, match="belongs to chain id 9, not 10"):
        await Devnet.open(tmp_path / "state", chain_id=10)


async def test_file_that_is_no_chain_state_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Sir or Madam, " * 100)
    with pytest.raises(DevnetError, match="cannot be opened"):
        await Devnet.open(path)
    assert path.read_text() == "Dear Sir or Madam, " * 100


async def test_state_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file" / "state", tmp_path):
        with pytest.raises(DevnetError, match="cannot be opened"):
            await Devnet.open(path)


async def test_second_opener_is_refused_until_the_first_is_gone(
    tmp_path: Path, start_process: StartProcess
) -> None:
    path = tmp_path / "state"
    process, url = start_process(path)
    assert url.startswith("http://localhost:")
    with pytest.raises(DevnetError, match="in use by another process"):
        await Devnet.open(path)
    process.send_signal(signal.SIGINT)
    said, errors = await asyncio.to_thread(process.communicate)
    assert (said, errors, process.returncode) == ("stopped\n", "", 0)
    async with await Devnet.open(path) as devnet:
        with pytest.raises(DevnetError, match="in use by another process"):
            await Devnet.open(path)
        assert await devnet.rpc("eth_blockNumber") == "0x0"


async def test_process_killed_amid_transactions_leaves_whole_blocks(
    tmp_path: Path, start_process: StartProcess, session: aiohttp.ClientSession
) -> None:
    """Four senders stream transfers until it dies; what was acknowledged is there, and nothing in half."""
    path = tmp_path / "state"
    process, url = start_process(path)
    senders = DEVELOPMENT_ACCOUNTS[2:6]
    acknowledged: list[str] = []
    enough = asyncio.Event()

    async def stream(sender: DevelopmentAccount) -> None:
        for nonce in range(100_000):
            body = {"id": 1, "method": "eth_sendRawTransaction", "params": [transfer(sender, nonce, nonce)]}
            async with session.post(url, json=body) as answer:
                acknowledged.append((await answer.json())["result"])
            if len(acknowledged) >= 80 + random.randrange(40):
                enough.set()

    streams = [asyncio.create_task(stream(sender)) for sender in senders]
    await enough.wait()
    process.kill()
    ended = await asyncio.gather(*streams, return_exceptions=True)
    assert all(isinstance(one, aiohttp.ClientError) for one in ended)

    async with await Devnet.open(path) as devnet:
        blocks = await whole_chain(devnet)
        assert all(later["parentHash"] == earlier["hash"] for earlier, later in pairwise(blocks))
        mined = [block["transactions"][0] for block in blocks[1:]]
        assert {one["hash"] for one in mined} >= set(acknowledged)
        assert len(mined) <= len(acknowledged) + len(senders)
        paid = sum(int(one["value"], 16) for one in mined)
        assert await devnet.rpc("eth_getBalance", [SECOND.address, "latest"]) == hex(100 * 10**18 + paid)
        for sender in senders:
            sent = [one for one in mined if one["from"] == sender.address.lower()]
            assert [int(one["nonce"], 16) for one in sent] == list(range(len(sent)))
            count = await devnet.rpc("eth_getTransactionCount", [sender.address, "latest"])
            assert int(count, 16) == len(sent)
        await devnet.rpc("dev_reorg", [hex(len(mined)), False])
        assert await devnet.rpc("eth_getBalance", [SECOND.address, "latest"]) == hex(100 * 10**18)


async def test_settlement_contracts_stand_where_the_network_says() -> None:
    local = BUILT_IN["local"]
    async with await Devnet.open(None) as devnet:
        deployed = await deploy_settlement_contracts(devnet, local_settlement())
        assert deployed == (local.lanes, local.tokens["EUR"], local.tokens["CHF"])
        for address, decimals in zip(deployed[1:], (6, 18), strict=True):
            answer = await devnet.rpc("eth_call", [{"to": address, "data": "0x313ce567"}, "latest"])
            assert int(answer, 16) == decimals
        notice = await devnet.rpc("eth_call", [{"to": local.lanes, "data": "0x69b41170"}, "latest"])
        assert int(notice, 16) == LOCAL_NOTICE_S


async def test_chain_from_before_settlement_gets_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    async with await Devnet.open(path) as devnet:
        contracts = await deploy_network_contracts(devnet, CODE, CODE)
        await devnet.rpc("eth_sendRawTransaction", [transfer(FIRST, 4, 7)])
    async with await Devnet.open(path) as devnet:
        assert await deploy_network_contracts(devnet, CODE, CODE) == contracts
        deployed = await deploy_settlement_contracts(devnet, (CODE, CODE))
        assert await devnet.rpc("eth_blockNumber") == "0x7"
    async with await Devnet.open(path) as devnet:
        again = await deploy_settlement_contracts(devnet, (CODE, CODE, CODE))
        assert again[:2] == deployed
        assert await devnet.rpc("eth_blockNumber") == "0x8"
        assert await deploy_settlement_contracts(devnet, (CODE, CODE, CODE)) == again
        assert await devnet.rpc("eth_blockNumber") == "0x8"


async def test_settlement_deployer_used_otherwise_is_told() -> None:
    async with await Devnet.open(None) as devnet:
        await devnet.rpc("eth_sendRawTransaction", [transfer(SETTLEMENT_DEPLOYER, 0, 0)])
        with pytest.raises(DevnetError, match="has already sent other transactions"):
            await deploy_settlement_contracts(devnet, (CODE,))
