"""JSON-RPC over HTTP: one request or a batch, with bounds on time and size.

Not web3.py: a registry read costs it 5 ms of CPU, this 0.3 ms (docs/adr/0003-registry-index.md).
"""

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Protocol, Self, TypeAlias
from urllib.parse import urlsplit

import aiohttp
import msgspec

from ocn.chain.errors import AnswerTooLarge, ChainRejected, ChainUnavailable
from ocn.errors import ConfigurationError, cause_of

Json: TypeAlias = object
"""Whatever JSON decodes to; callers check what they take out."""

_CONNECTIONS = 16
_CHUNK = 100
_IDLE_S = 4.0
"""Under the five seconds after which the commonest servers (Node.js, uvicorn) close an idle connection: a
call that meets a closing connection is not repeated, for it may be a transaction."""


class Rpc(Protocol):
    """What answers JSON-RPC: an endpoint over HTTP, a chain in this process, a script in a test."""

    async def call(self, method: str, *params: Json) -> Json:
        """Return the result of one call.

        Raises:
            ChainUnavailable: no usable answer.
            ChainRejected: a JSON-RPC error.
        """
        ...

    async def batch(self, calls: Sequence[tuple[str, Sequence[Json]]]) -> list[Json | ChainRejected]:
        """Return the results in the order of the calls; a refused call is an error in its place.

        Raises:
            ChainUnavailable: no usable answer to the batch as a whole.
        """
        ...

    async def close(self) -> None:
        """Release the connection; harmless to repeat."""
        ...


class _RpcError(msgspec.Struct):
    code: int = 0
    message: str = ""
    data: Json = None


class _Answer(msgspec.Struct):
    id: int | str | None = None
    result: Json = None
    error: _RpcError | None = None


_ONE = msgspec.json.Decoder(_Answer)
_ANY = msgspec.json.Decoder(_Answer | list[_Answer])


class RpcClient:
    """An HTTP endpoint. Connections are made at first use and kept; ``async with`` closes them."""

    def __init__(
        self, url: str, *, timeout_s: float = 10.0, max_answer_bytes: int = 64 * 1024 * 1024
    ) -> None:
        """Take an http(s) URL; credentials in it are used and never shown.

        Raises:
            ConfigurationError: not an http(s) URL.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigurationError(
                "the chain endpoint must be an http:// or https:// URL", hint="Example: http://localhost:8544"
            )
        self._url = url
        self.where = f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._timeout_s = timeout_s
        self._max_answer_bytes = max_answer_bytes
        self._session: aiohttp.ClientSession | None = None
        self._next_id = 0

    def __repr__(self) -> str:
        return f"RpcClient({self.where})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def call(self, method: str, *params: Json) -> Json:
        """Return the result of one call; see :class:`Rpc`."""
        body = await self._post(msgspec.json.encode(self._request(method, params)))
        try:
            answer = _ONE.decode(body)
        except msgspec.DecodeError as error:
            raise self._unusable("is not a JSON-RPC answer") from error
        if answer.error is not None:
            raise _rejected(method, answer.error)
        return answer.result

    async def batch(self, calls: Sequence[tuple[str, Sequence[Json]]]) -> list[Json | ChainRejected]:
        """Return the results in order, asking in portions of a hundred; see :class:`Rpc`."""
        results: list[Json | ChainRejected] = []
        for start in range(0, len(calls), _CHUNK):
            results += await self._portion(calls[start : start + _CHUNK])
        return results

    async def _portion(self, calls: Sequence[tuple[str, Sequence[Json]]]) -> list[Json | ChainRejected]:
        requests = [self._request(method, params) for method, params in calls]
        body = await self._post(msgspec.json.encode(requests))
        try:
            answers = _ANY.decode(body)
        except msgspec.DecodeError as error:
            raise self._unusable("is not a JSON-RPC answer") from error
        if isinstance(answers, _Answer):
            problem = answers.error or _RpcError(message="one answer to a batch")
            raise ChainUnavailable(
                f"{self.where} does not answer batches: {problem.message[:200]}",
                hint="Use an endpoint that supports JSON-RPC batches.",
            )
        by_id: dict[Json, _Answer] = {answer.id: answer for answer in answers}
        results: list[Json | ChainRejected] = []
        for request, (method, _) in zip(requests, calls, strict=True):
            answer = by_id.get(request["id"])
            if answer is None:
                raise self._unusable("leaves a call of a batch unanswered")
            results.append(answer.result if answer.error is None else _rejected(method, answer.error))
        return results

    def _request(self, method: str, params: Sequence[Json]) -> dict[str, Json]:
        self._next_id += 1
        return {"jsonrpc": "2.0", "id": self._next_id, "method": method, "params": list(params)}

    async def _post(self, body: bytes) -> bytes:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=self._timeout,
                connector=aiohttp.TCPConnector(limit=_CONNECTIONS, keepalive_timeout=_IDLE_S),
                headers={"content-type": "application/json"},
            )
        try:
            async with self._session.post(self._url, data=body, allow_redirects=False) as response:
                text = await _bounded(response, self._max_answer_bytes, self.where)
                if response.status != 200 and not text.lstrip().startswith((b"{", b"[")):
                    raise self._unusable(f"has HTTP status {response.status}")
                return text
        except TimeoutError as error:
            raise ChainUnavailable(
                f"{self.where} did not answer within {self._timeout_s:g} s",
                hint="Is the endpoint overloaded? Try another one or a longer timeout.",
            ) from error
        except aiohttp.ClientError as error:
            raise ChainUnavailable(
                f"cannot reach the chain at {self.where}: {cause_of(error)}",
                hint="Is it running, and is that its address? `ocn chain run` starts a local one.",
            ) from error

    def _unusable(self, what: str) -> ChainUnavailable:
        return ChainUnavailable(
            f"the answer of {self.where} {what}", hint="Is this the address of a JSON-RPC endpoint?"
        )


async def _bounded(response: aiohttp.ClientResponse, limit: int, where: str) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in response.content.iter_any():
        size += len(part)
        if size > limit:
            response.close()
            raise AnswerTooLarge(f"the answer of {where} exceeds {limit} bytes")
        parts.append(part)
        await asyncio.sleep(0)  # a large answer must not hold the loop
    return b"".join(parts)


def _rejected(method: str, error: _RpcError) -> ChainRejected:
    return ChainRejected(method, error.code, error.message[:500], error.data)
