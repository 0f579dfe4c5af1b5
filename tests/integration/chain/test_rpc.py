"""The JSON-RPC client against servers that behave and that do not."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from time import monotonic

import pytest
from aiohttp import web

from ocn.chain.client import ChainClient
from ocn.chain.errors import AnswerTooLarge, ChainRejected, ChainUnavailable
from ocn.chain.rpc import RpcClient
from ocn.errors import ConfigurationError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[[Handler], Awaitable[str]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Serves one handler on a free port and returns the URL."""
    runners: list[web.AppRunner] = []

    async def start(handler: Handler) -> str:
        app = web.Application()
        app.router.add_post("/{path:.*}", handler)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        runners.append(runner)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        return f"http://user:secret@{host}:{port}/v1/api-key"

    yield start
    for runner in runners:
        await runner.cleanup()


def answering(make: Callable[[object], object]) -> Handler:
    async def handler(request: web.Request) -> web.Response:
        return web.json_response(make(await request.json()))

    return handler


async def test_results_of_a_batch_come_in_the_order_of_the_calls(serve: Serve) -> None:
    def reversed_answers(requests: object) -> object:
        assert isinstance(requests, list)
        answers = [{"jsonrpc": "2.0", "id": r["id"], "result": r["method"]} for r in requests]
        answers[1] = {"jsonrpc": "2.0", "id": requests[1]["id"], "error": {"code": -32601, "message": "no"}}
        return answers[::-1]

    async with RpcClient(await serve(answering(reversed_answers))) as rpc:
        first, second, third = await rpc.batch([("a", ()), ("b", ()), ("c", ())])
    assert (first, third) == ("a", "c")
    assert isinstance(second, ChainRejected)
    assert (second.method, second.code) == ("b", -32601)


async def test_long_batch_is_sent_in_portions(serve: Serve) -> None:
    sizes: list[int] = []

    def echo(requests: object) -> object:
        assert isinstance(requests, list)
        sizes.append(len(requests))
        return [{"id": r["id"], "result": r["params"][0]} for r in requests]

    async with RpcClient(await serve(answering(echo))) as rpc:
        assert await rpc.batch([("m", (number,)) for number in range(250)]) == list(range(250))
    assert sizes == [100, 100, 50]


@pytest.mark.parametrize(
    "answer",
    ["<html>", "[]", '{"result": ', '"text"', '{"error": "text"}', "\ud83d".encode("utf-8", "surrogatepass")],
)
async def test_answer_that_is_no_json_rpc_is_unavailability(serve: Serve, answer: str | bytes) -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(body=answer)

    async with RpcClient(await serve(handler)) as rpc:
        with pytest.raises(ChainUnavailable) as caught:
            await rpc.call("eth_chainId")
    assert "secret" not in str(caught.value)
    assert "api-key" not in str(caught.value)


@pytest.mark.parametrize("status", [301, 403, 429, 503])
async def test_http_failure_is_unavailability_without_the_api_key(serve: Serve, status: int) -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=status, text="no", headers={"location": "http://127.0.0.1:1/"})

    async with RpcClient(await serve(handler)) as rpc:
        with pytest.raises(ChainUnavailable, match=str(status)) as caught:
            await rpc.call("eth_chainId")
    assert "api-key" not in str(caught.value) + repr(rpc)


async def test_json_rpc_error_in_an_http_failure_is_the_error(serve: Serve) -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.json_response({"id": 1, "error": {"code": -32005, "message": "limit"}}, status=400)

    async with RpcClient(await serve(handler)) as rpc:
        with pytest.raises(ChainRejected, match="limit"):
            await rpc.call("eth_getLogs")


async def test_answer_beyond_the_bound_is_not_read_to_its_end(serve: Serve) -> None:
    written = 0

    async def handler(request: web.Request) -> web.StreamResponse:
        nonlocal written
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            for _ in range(10_000):
                await response.write(b" " * 10_000)
                written += 10_000
        except ConnectionError:
            pass
        return response

    async with RpcClient(await serve(handler), max_answer_bytes=100_000) as rpc:
        with pytest.raises(AnswerTooLarge):
            await rpc.call("eth_getLogs")
    assert written < 50_000_000


async def test_server_that_never_answers_is_left(serve: Serve) -> None:
    gone = asyncio.Event()

    async def handler(_: web.Request) -> web.Response:
        await gone.wait()
        return web.Response()

    async with RpcClient(await serve(handler), timeout_s=0.05) as rpc:
        with pytest.raises(ChainUnavailable, match="did not answer"):
            await rpc.call("eth_chainId")
    gone.set()


async def test_nobody_listening_is_unavailability(unused_tcp_port: int) -> None:
    async with RpcClient(f"http://127.0.0.1:{unused_tcp_port}") as rpc:
        with pytest.raises(ChainUnavailable, match="cannot reach"):
            await rpc.call("eth_chainId")


@pytest.mark.parametrize("url", ["", "localhost:8544", "ftp://x", "http://", "file:///etc/passwd"])
def test_url_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError):
        RpcClient(url)


@pytest.mark.parametrize(
    "result",
    [
        None,
        1,
        "0x",
        "12",
        "0xzz",
        [],
        {},
        {"number": "0x1"},
        {"number": None, "hash": "0x", "parentHash": "0x"},
    ],
)
async def test_values_of_another_shape_are_unavailability(serve: Serve, result: object) -> None:
    def answer(request: object) -> object:
        assert isinstance(request, dict)
        return {"id": request["id"], "result": result}

    async with RpcClient(await serve(answering(answer))) as rpc:
        chain = ChainClient(rpc)
        with pytest.raises(ChainUnavailable):
            await chain.head_number()
        with pytest.raises(ChainUnavailable):
            await chain.logs([], [], 0, json.loads("1")) if result != [] else await chain.gas_price()
        if result is not None:
            with pytest.raises(ChainUnavailable):
                await chain.block("latest")


async def test_endpoint_where_nobody_listens_is_named_with_the_cause() -> None:
    with socket.socket() as held:  # bound and not listening: nobody else can take the port
        held.bind(("127.0.0.1", 0))
        async with RpcClient(f"http://127.0.0.1:{held.getsockname()[1]}") as rpc:
            with pytest.raises(ChainUnavailable, match=r":\d+: connection refused$"):
                await rpc.call("eth_chainId")


async def test_connection_that_the_server_may_be_closing_carries_no_call(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Servers of Node.js and uvicorn end a connection that nobody has used for five seconds."""
    ports: list[object] = []

    async def handler(request: web.Request) -> web.Response:
        assert request.transport is not None
        ports.append(request.transport.get_extra_info("peername"))
        return web.json_response({"id": 1, "result": "0x9"})

    async with RpcClient(await serve(handler)) as rpc:
        for passed_s in (0.0, 1.0, 6.0):
            monkeypatch.setattr("aiohttp.connector.monotonic", lambda passed=passed_s: monotonic() + passed)
            await rpc.call("eth_chainId")
    assert ports[0] == ports[1] != ports[2]
