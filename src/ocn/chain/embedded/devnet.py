"""The embedded chain as asyncio sees it: every request runs on one worker thread, which owns the database."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from ocn.chain.embedded.chain import Chain
from ocn.chain.embedded.errors import DevnetError
from ocn.chain.embedded.rpc import Dispatcher
from ocn.chain.embedded.settings import Settings

T = TypeVar("T")

STACK_SIZE: Final = 256 * 1024 * 1024
"""Address space, not memory: a chain of 1024 nested EVM calls is about 12,000 Python frames."""


class Devnet:
    """A private chain in this process. `open` it, use `rpc`, and `close` it (or use it as ``async with``)."""

    def __init__(self, chain: Chain, worker: ThreadPoolExecutor) -> None:
        self._chain = chain
        self._dispatcher = Dispatcher(chain)
        self._worker = worker
        self._closed = False

    @classmethod
    async def open(
        cls,
        path: Path | None,
        *,
        chain_id: int = 9,
        gas_limit: int = 10_000_000,
        settings: Settings | None = None,
    ) -> Self:
        """Open the chain kept in the file ``path``, or a new one; None keeps it in memory.

        Raises:
            DevnetError: the file is in use by another process, is not ours, or has another chain id.
        """
        chosen = replace(settings or Settings(), chain_id=chain_id, gas_limit=gas_limit)
        worker = _worker_with_deep_stack()
        try:
            chain = await asyncio.get_running_loop().run_in_executor(worker, Chain, path, chosen)
        except BaseException:
            worker.shutdown(wait=False)
            raise
        return cls(chain, worker)

    @property
    def chain_id(self) -> int:
        """Also the network id."""
        return self._chain.settings.chain_id

    async def rpc(self, method: str, params: list[Any] | tuple[Any, ...] = ()) -> Any:
        """Call a JSON-RPC method in process.

        Raises:
            RpcError: as the wire would have it.
        """
        return await self._run(self._dispatcher.perform, method, params)

    async def answer(self, body: bytes) -> bytes | None:
        """Answer the bytes of a JSON-RPC request or batch; None when nothing is to be answered."""
        return await self._run(self._dispatcher.answer, body)

    async def close(self) -> None:
        """Finish what runs, release the file. A second call does nothing."""
        if self._closed:
            return
        self._closed = True
        await asyncio.get_running_loop().run_in_executor(self._worker, self._chain.close)
        self._worker.shutdown(wait=True)

    async def _run(self, function: Callable[..., T], *arguments: Any) -> T:
        if self._closed:
            raise DevnetError("the embedded chain is closed")
        return await asyncio.get_running_loop().run_in_executor(self._worker, function, *arguments)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _worker_with_deep_stack() -> ThreadPoolExecutor:
    worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ocn-devnet")
    before = threading.stack_size(STACK_SIZE)
    try:
        worker.submit(int).result()  # the pool makes its one thread now, with the stack just set
    finally:
        threading.stack_size(before)
    return worker
