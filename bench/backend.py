"""A platform whose discovery is answered here and whose modules live at another address."""

import asyncio
import sys
from typing import Any

import msgspec
import uvicorn

MODULES = ("locations", "sessions", "cdrs", "tariffs", "tokens", "commands", "chargingprofiles")


class Discovery:
    """``/versions`` and ``/details``; the endpoints named there are the upstream's."""

    def __init__(self, url: str, upstream: str, version: str) -> None:
        self._versions = [{"version": version, "url": f"{url}/details"}]
        self._details = {
            "version": version,
            "endpoints": [
                {"identifier": module, "role": role, "url": f"{upstream}/{module}"}
                for module in MODULES
                for role in ("SENDER", "RECEIVER")
            ],
        }

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        data: object = self._details if scope["path"] == "/details" else self._versions
        body = msgspec.json.encode({"status_code": 1000, "data": data, "timestamp": "2026-01-01T00:00:00Z"})
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"content-length", str(len(body)).encode())],
            }
        )
        await send({"type": "http.response.body", "body": body})


class SlowReceiver(asyncio.Protocol):
    """Takes any request and answers two seconds later."""

    DELAY_S = 2.0

    def __init__(self, answer: bytes) -> None:
        self._answer = (
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(answer)
        ) + answer
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, rest = self._received.partition(b"\r\n\r\n")
        if not found:
            return
        lines = head.lower().split(b"\r\n")
        length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
        if len(rest) >= length:
            self._received = b""
            self._taken()

    def _taken(self) -> None:
        asyncio.get_running_loop().call_later(self.DELAY_S, self._respond)

    def _respond(self) -> None:
        if isinstance(self._transport, asyncio.Transport) and not self._transport.is_closing():
            self._transport.write(self._answer)


async def _main(port: int, upstream: str, slow_port: int, answer: bytes, version: str) -> None:
    loop = asyncio.get_running_loop()
    await loop.create_server(lambda: SlowReceiver(answer), "127.0.0.1", slow_port, backlog=8192)
    app = Discovery(f"http://127.0.0.1:{port}", upstream, version)
    await uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", lifespan="off")).serve()


if __name__ == "__main__":
    from bench.machine import allow_many_files

    allow_many_files()
    asyncio.run(_main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4].encode(), sys.argv[5]))
