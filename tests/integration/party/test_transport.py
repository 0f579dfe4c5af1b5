"""The party kit's way out, against a server on a socket."""

from time import monotonic

import pytest
from aiohttp import web

from ocn.party.sending.transport import HttpTransport


async def test_connection_that_the_peer_may_be_closing_carries_no_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Servers of Node.js and uvicorn end a connection that nobody has used for five seconds."""
    ports: list[object] = []

    async def handler(request: web.Request) -> web.Response:
        assert request.transport is not None
        ports.append(request.transport.get_extra_info("peername"))
        return web.json_response({})

    application = web.Application()
    application.router.add_post("/", handler)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    transport = HttpTransport()
    try:
        for passed_s in (0.0, 1.0, 6.0):
            monkeypatch.setattr("aiohttp.connector.monotonic", lambda passed=passed_s: monotonic() + passed)
            url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
            await transport.send("POST", url, {}, b"{}", timeout_s=30)
    finally:
        await transport.close()
        await runner.cleanup()
    assert ports[0] == ports[1] != ports[2]
