"""nginx, as upstream and as the proxy that the relay is compared with."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.machine import pin, pinned

_COMMON = """
daemon off; worker_processes 1; pid {directory}/{name}.pid; error_log {directory}/{name}.log crit;
worker_rlimit_nofile 65536;
events {{ worker_connections 16384; }}
http {{
  access_log off; keepalive_requests 100000000; keepalive_timeout 75s; client_max_body_size 16m;
  client_body_buffer_size 64k; large_client_header_buffers 8 64k;
  client_body_temp_path {directory}/{name}-body; proxy_temp_path {directory}/{name}-proxy;
  fastcgi_temp_path {directory}/{name}-f; uwsgi_temp_path {directory}/{name}-u;
  scgi_temp_path {directory}/{name}-s;
  {inside}
}}
"""
_UPSTREAM = """
  server {{ listen 127.0.0.1:{port} backlog=8192; default_type application/json;
    location / {{ return 200 '{answer}'; }} }}
"""
_PROXY = """
  upstream receiver {{ server 127.0.0.1:{to}; keepalive 256; keepalive_requests 100000000; }}
  server {{ listen 127.0.0.1:{port} backlog=8192;
    location / {{ proxy_pass http://receiver; proxy_http_version 1.1; proxy_set_header Connection ""; }} }}
"""


@asynccontextmanager
async def upstream(directory: Path, port: int, answer: bytes, core: int) -> AsyncIterator[int]:
    async with _nginx(
        directory, "upstream", _UPSTREAM.format(port=port, answer=answer.decode()), core
    ) as pid:
        yield pid


@asynccontextmanager
async def reverse_proxy(directory: Path, port: int, to: int, core: int) -> AsyncIterator[int]:
    async with _nginx(directory, "proxy", _PROXY.format(port=port, to=to), core) as pid:
        yield pid


@asynccontextmanager
async def _nginx(directory: Path, name: str, inside: str, core: int) -> AsyncIterator[int]:
    """Run one; the value is the process id of its worker."""
    config = directory / f"{name}.conf"
    config.write_text(_COMMON.format(directory=directory, name=name, inside=inside))
    process = await asyncio.create_subprocess_exec(
        *pinned(core, "nginx", "-p", str(directory), "-e", str(directory / f"{name}.err"), "-c", str(config))
    )
    try:
        worker = await _worker_of(process.pid)
        pin([worker], core)
        yield worker
    finally:
        process.terminate()
        await process.wait()


async def _worker_of(master: int) -> int:
    children = Path(f"/proc/{master}/task/{master}/children")
    for _ in range(200):
        if found := children.read_text().split():
            return int(found[0])
        await asyncio.sleep(0.05)
    raise SystemExit("nginx did not start")
