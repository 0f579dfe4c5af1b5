"""Load: closed loop by wrk, open loop at a fixed rate, and thousands of requests in flight."""

import asyncio
import json
import re
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.bodies import Message
from bench.machine import LOAD_CORE, TICK_S, cpu_seconds, pinned

CONNECTIONS = 64


@dataclass(frozen=True)
class Rate:
    requests_per_s: float
    cpu_us: float
    failures: int


@dataclass(frozen=True)
class Latency:
    rate: float
    p50_ms: float
    p99_ms: float
    failures: int


_ONE_EACH = """
local values, used = {{}}, 0
for line in io.lines({file}) do values[#values + 1] = line end
request = function()
  used = used + 1
  wrk.headers["ocn-strict-signature"] = values[used] or "used up"
  return wrk.format()
end
"""


def wrk(
    url: str,
    message: Message,
    token: str,
    seconds: float,
    pids: list[int],
    directory: Path,
    signatures: Sequence[str] = (),
) -> Rate:
    """As many requests as go through; CPU time is that of the processes named.

    Of strict ``signatures``, when there are any, every request gets another.
    """
    script = directory / f"request-{threading.get_ident()}.lua"
    headers = {**message.headers, "authorization": f"Token {token}"}
    lines = [f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}" for name, value in headers.items()]
    if signatures:
        values = script.with_suffix(".signatures")
        values.write_text("\n".join(signatures))
        lines.append(_ONE_EACH.format(file=json.dumps(str(values))))
    script.write_text(
        "\n".join(['wrk.method = "PUT"', f"wrk.body = {json.dumps(message.body.decode())}", *lines])
    )
    before = cpu_seconds(pids)
    command = pinned(
        LOAD_CORE,
        "wrk",
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{int(seconds)}s",
        "--timeout",
        "10s",
        "-s",
        str(script),
        url,
    )
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    used = max(cpu_seconds(pids) - before, TICK_S)
    total = int(_found(r"(\d+) requests in", text))
    failures = int(_found(r"Non-2xx or 3xx responses: (\d+)", text, "0"))
    failures += sum(int(number) for number in re.findall(r"(?:connect|read|write|timeout) (\d+)", text))
    return Rate(float(_found(r"Requests/sec:\s+([\d.]+)", text)), used / max(total, 1) * 1e6, failures)


def _found(pattern: str, text: str, default: str | None = None) -> str:
    match = re.search(pattern, text)
    if match is None and default is None:
        raise SystemExit(f"wrk printed something else:\n{text}")
    return match.group(1) if match else default or ""


class Connection(asyncio.Protocol):
    """One keep-alive connection; one request at a time."""

    def __init__(self) -> None:
        self._received = b""
        self._waiting: asyncio.Future[int] | None = None
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def exchange(self, request: bytes) -> "asyncio.Future[int]":
        self._waiting = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return self._waiting

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, rest = self._received.partition(b"\r\n\r\n")
        if found:
            length = re.search(rb"(?i)content-length: (\d+)", head)
            if length and len(rest) >= int(length.group(1)) and self._waiting is not None:
                self._received = b""
                if not self._waiting.done():
                    self._waiting.set_result(int(head[9:12]) if b'"status_code":1000' in rest else 599)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(598)


def request_bytes(path: str, message: Message, token: str) -> bytes:
    headers = {
        **message.headers,
        "authorization": f"Token {token}",
        "host": "127.0.0.1",
        "content-length": str(len(message.body)),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"PUT {path} HTTP/1.1\r\n{head}\r\n".encode() + message.body


async def connect(port: int) -> Connection:
    _, protocol = await asyncio.get_running_loop().create_connection(Connection, "127.0.0.1", port)
    return protocol


async def at_rate(port: int, request: bytes, rate: float, seconds: float) -> Latency:
    """Send at a fixed rate whatever the answers do; latency counts from when a request was due.

    The first fifth warms up and does not count.
    """
    idle: asyncio.Queue[Connection] = asyncio.Queue()
    for _ in range(CONNECTIONS * 2):
        idle.put_nowait(await connect(port))
    took: list[float] = []
    failures = 0

    async def one(due: float, *, counts: bool) -> None:
        nonlocal failures
        connection = await idle.get()
        status = await connection.exchange(request)
        if counts:
            took.append(time.perf_counter() - due)
        failures += status != 200
        idle.put_nowait(connection)

    async with asyncio.TaskGroup() as group:
        start = time.perf_counter()
        total = int(rate * seconds)
        for number in range(total):
            due = start + number / rate
            if (wait := due - time.perf_counter()) > 0.0005:
                await asyncio.sleep(wait)
            group.create_task(one(due, counts=number * 5 >= total))
    while not idle.empty():
        idle.get_nowait().transport.close()
    took.sort()
    return Latency(rate, took[len(took) // 2] * 1e3, took[int(len(took) * 0.99)] * 1e3, failures)


async def in_flight(port: int, request: bytes, count: int) -> Latency:
    """Send so many at once, each on a connection of its own, and wait for all."""
    connections = [await connect(port) for _ in range(count)]

    async def one(connection: Connection) -> tuple[float, int]:
        begun = time.perf_counter()
        status = await connection.exchange(request)
        return time.perf_counter() - begun, status

    done = await asyncio.gather(*(one(connection) for connection in connections))
    for connection in connections:
        connection.transport.close()
    took = sorted(seconds for seconds, _ in done)
    failures = sum(status != 200 for _, status in done)
    return Latency(count, took[count // 2] * 1e3, took[int(count * 0.99)] * 1e3, failures)
