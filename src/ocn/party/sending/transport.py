"""The way out: one HTTP exchange. The only file of the party kit that knows an HTTP client library."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import aiohttp
from yarl import URL

from ocn.errors import cause_of
from ocn.party.errors import AnswerUnusable, PeerTimedOut, PeerUnreachable
from ocn.party.limits import Limits

_IDLE_S = 4.0
"""Under the five seconds after which the commonest servers (Node.js, uvicorn) close an idle connection: a
POST that meets a closing connection cannot be repeated."""


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """An HTTP answer; header names are lower case, several of one name joined by a comma."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class Transport(Protocol):
    """How requests leave. Redirects are never followed."""

    async def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, *, timeout_s: float
    ) -> RawAnswer:
        """Send and wait for the whole answer.

        Raises:
            PeerUnreachable: no connection, or it broke.
            PeerTimedOut: no whole answer in time.
            AnswerUnusable: larger than allowed, or no HTTP.
        """
        ...

    async def close(self) -> None:
        """Give connections back; sending again is an error."""
        ...


class HttpTransport:
    """Transport over aiohttp, with kept-alive connections. Needs a running event loop."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._session = aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            connector=aiohttp.TCPConnector(limit=100, keepalive_timeout=_IDLE_S),
        )

    async def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, *, timeout_s: float
    ) -> RawAnswer:
        """See :class:`Transport`."""
        try:
            async with self._session.request(
                method,
                URL(url, encoded=True),
                headers=headers,
                data=body,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=timeout_s),
            ) as response:
                return RawAnswer(response.status, _joined(response), await self._whole_body(response))
        except TimeoutError as error:
            raise PeerTimedOut(f"{_origin(url)} did not answer within {timeout_s:g} s") from error
        except (aiohttp.ClientPayloadError, aiohttp.http_exceptions.HttpProcessingError) as error:
            raise AnswerUnusable(f"{_origin(url)} sent an answer that is no HTTP") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise PeerUnreachable(f"{_origin(url)} cannot be reached: {cause_of(error)}") from error

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()

    async def _whole_body(self, response: aiohttp.ClientResponse) -> bytes:
        most = self._limits.answer_body_bytes
        pieces: list[bytes] = []
        size = 0
        async for piece in response.content.iter_any():
            size += len(piece)
            if size > most:
                raise AnswerUnusable(f"{_origin(str(response.url))} sent more than {most} bytes")
            pieces.append(piece)
        return b"".join(pieces)


def _joined(response: aiohttp.ClientResponse) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in response.headers.items():
        key = name.lower()
        joined[key] = f"{joined[key]}, {value}" if key in joined else value
    return joined


def _origin(url: str) -> str:
    return "/".join(url.split("/", 3)[:3])
