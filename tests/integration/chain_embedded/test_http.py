"""The HTTP door: who is let in, how much is read, how it starts and stops."""

import asyncio
import json
import socket
from io import BytesIO
from urllib.parse import urlsplit

import aiohttp
import pytest

from ocn.chain.embedded import DEVELOPMENT_ACCOUNTS, Devnet, DevnetError, serve, serving

REQUEST = {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}
ANSWER = {"jsonrpc": "2.0", "id": 1, "result": "0x9"}


async def test_request_over_http_is_answered(served: str, session: aiohttp.ClientSession) -> None:
    async with session.post(served, json=REQUEST) as answer:
        assert (answer.status, await answer.json()) == (200, ANSWER)


async def test_localhost_answers_on_both_families(
    served: str, session: aiohttp.ClientSession, has_ipv6: bool
) -> None:
    port = urlsplit(served).port
    for host in ("127.0.0.1", "[::1]") if has_ipv6 else ("127.0.0.1",):
        async with session.post(f"http://{host}:{port}", json=REQUEST) as answer:
            assert await answer.json() == ANSWER


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 403),
        ({"Host": "evil.example:8544"}, 403),
        ({"Host": "localhost.evil.example"}, 403),
        ({"Host": ""}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/json; charset=utf-8"}, 200),
        ({"Host": "LOCALHOST:1"}, 200),
    ],
)
async def test_headers_of_a_foreign_page_are_refused(
    served: str, session: aiohttp.ClientSession, headers: dict[str, str], status: int
) -> None:
    sent = {"Content-Type": "application/json", **headers}
    async with session.post(served, data=json.dumps(REQUEST), headers=sent) as answer:
        assert answer.status == status


async def test_other_verbs_are_refused(served: str, session: aiohttp.ClientSession) -> None:
    for verb in ("GET", "OPTIONS", "PUT"):
        async with session.request(verb, served) as answer:
            assert answer.status == 405


async def test_body_above_the_limit_is_refused_however_it_is_sent(
    served: str, session: aiohttp.ClientSession
) -> None:
    headers = {"Content-Type": "application/json"}
    async with session.post(served, data=BytesIO(b" " * (8 * 1024 * 1024 + 1)), headers=headers) as answer:
        assert answer.status == 413

    async def chunks() -> object:
        for _ in range(9):
            yield b" " * 1024 * 1024

    async with session.post(served, data=chunks(), headers=headers) as answer:
        assert answer.status == 413


async def test_nested_body_gets_a_parse_error_and_the_chain_lives(
    served: str, session: aiohttp.ClientSession
) -> None:
    headers = {"Content-Type": "application/json"}
    async with session.post(served, data=BytesIO(b"[" * 4_000_000), headers=headers) as answer:
        assert (await answer.json())["error"]["code"] == -32700
    async with session.post(served, json=REQUEST) as answer:
        assert await answer.json() == ANSWER


async def test_batch_and_notification_over_http(served: str, session: aiohttp.ClientSession) -> None:
    async with session.post(served, json=[REQUEST, REQUEST]) as answer:
        assert await answer.json() == [ANSWER, ANSWER]
    async with session.post(served, json={"jsonrpc": "2.0", "method": "evm_mine"}) as answer:
        assert (answer.status, await answer.read()) == (204, b"")


async def test_many_clients_at_once_get_one_block_each(served: str, session: aiohttp.ClientSession) -> None:
    async def transfer(number: int) -> int:
        request = {"from": DEVELOPMENT_ACCOUNTS[number % 20].address, "to": DEVELOPMENT_ACCOUNTS[0].address}
        body = {**REQUEST, "method": "eth_sendTransaction", "params": [request]}
        async with session.post(served, json=body) as sent:
            body = {
                **REQUEST,
                "method": "eth_getTransactionReceipt",
                "params": [(await sent.json())["result"]],
            }
        async with session.post(served, json=body) as answer:
            return int((await answer.json())["result"]["blockNumber"], 16)

    assert sorted(await asyncio.gather(*map(transfer, range(60)))) == list(range(1, 61))


async def test_serve_ends_when_cancelled_and_frees_the_port() -> None:
    async with await Devnet.open(None) as devnet:
        reached: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        running = asyncio.create_task(serve(devnet, port=0, ready=reached.set_result))
        port = urlsplit(await reached).port
        assert port
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        async with serving(devnet, port=port) as url:
            assert urlsplit(url).port == port


async def test_serving_on_a_taken_port_says_so() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        async with await Devnet.open(None) as devnet:
            with pytest.raises(DevnetError, match=f"cannot listen on 127.0.0.1 port {port}"):
                async with serving(devnet, "127.0.0.1", port):
                    pass


async def test_closed_chain_says_so() -> None:
    devnet = await Devnet.open(None)
    await devnet.close()
    await devnet.close()
    with pytest.raises(DevnetError, match="closed"):
        await devnet.rpc("eth_chainId")


async def test_loop_stays_free_while_a_contract_runs() -> None:
    async with await Devnet.open(None) as devnet:
        spinner = "0x5b600056"
        sender = DEVELOPMENT_ACCOUNTS[0].address
        busy = asyncio.create_task(
            devnet.rpc("eth_sendTransaction", [{"from": sender, "data": spinner, "gas": hex(2_000_000)}])
        )
        turns = 0
        while not busy.done():
            await asyncio.sleep(0)
            turns += 1
        receipt = await devnet.rpc("eth_getTransactionReceipt", [await busy])
        assert (receipt["status"], receipt["gasUsed"]) == ("0x0", hex(2_000_000))
        assert turns > 100
