"""JSON-RPC over HTTP, for the processes and clients beside ours.

The ``Host`` header is checked so that a web page cannot reach the chain through a name of its own (DNS
rebinding), and only ``application/json`` is read, which a foreign page cannot send without being asked.
"""

import asyncio
from collections.abc import Collection
from typing import Any, Final

from ocn.chain.embedded.devnet import Devnet

MAX_BODY: Final = 8 * 1024 * 1024
BODY_SECONDS: Final = 15.0
LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})


class JsonRpcApp:
    """The ASGI application: POST a request or a batch to any path."""

    def __init__(self, devnet: Devnet, allowed_hosts: Collection[str] = LOOPBACK_NAMES) -> None:
        self._devnet = devnet
        self._allowed = frozenset(name.lower() for name in allowed_hosts)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one HTTP request."""
        if scope["type"] != "http":
            raise RuntimeError(f"unexpected ASGI scope {scope['type']}")
        headers = dict(scope["headers"])
        if refusal := self._refuse(scope["method"], headers):
            await _respond(send, refusal, b"")
            return
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _read(receive, headers)
        except TimeoutError:
            await _respond(send, 408, b"")
            return
        if body is None:
            await _respond(send, 413, b"")
            return
        answer = await self._devnet.answer(body)
        await _respond(send, 200 if answer is not None else 204, answer or b"")

    def _refuse(self, method: str, headers: dict[bytes, bytes]) -> int | None:
        host = headers.get(b"host", b"").decode("latin-1").lower()
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
        if "*" not in self._allowed and name not in self._allowed:
            return 403
        if method != "POST":
            return 405
        if headers.get(b"content-type", b"").split(b";")[0].strip().lower() != b"application/json":
            return 415
        return None


async def _read(receive: Any, headers: dict[bytes, bytes]) -> bytes | None:
    declared = headers.get(b"content-length", b"0")
    if not declared.isdigit() or int(declared) > MAX_BODY:
        return None
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MAX_BODY:
            return None
        if not message.get("more_body"):
            return b"".join(parts)


async def _respond(send: Any, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
