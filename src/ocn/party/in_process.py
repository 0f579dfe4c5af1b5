"""Parties that meet inside one process, without a socket: for the tests of a back end."""

import asyncio
from collections.abc import Mapping, MutableMapping
from typing import Any
from urllib.parse import unquote, urlsplit

from ocn.party.errors import PeerTimedOut, PeerUnreachable
from ocn.party.party import Party
from ocn.party.receiving.asgi import Scope
from ocn.party.sending.transport import RawAnswer


class InProcessNetwork:
    """A :class:`~ocn.party.sending.transport.Transport` to every party that was added, by its public address.

    Parties are made with ``serve=False``, a ``public_url`` and this as their ``transport``. A party that is
    not open cannot be reached. Bodies arrive in pieces of ``chunk`` bytes.
    """

    def __init__(self, *, chunk: int = 1024) -> None:
        self._parties: dict[str, Party] = {}
        self._chunk = chunk

    def add(self, public_url: str, party: Party) -> None:
        """Make a party reachable."""
        self._parties[_origin(public_url)] = party

    async def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, *, timeout_s: float
    ) -> RawAnswer:
        """See :class:`ocn.party.sending.transport.Transport`."""
        party = self._parties.get(_origin(url))
        if party is None or not party.is_open:
            raise PeerUnreachable(f"nobody is at {_origin(url)}")
        scope = _scope(method, url, headers)
        exchange = _Exchange(body or b"", self._chunk)
        try:
            async with asyncio.timeout(timeout_s):
                await party.app(scope, exchange.receive, exchange.send)
        except TimeoutError as error:
            raise PeerTimedOut(f"{_origin(url)} did not answer within {timeout_s:g} s") from error
        return RawAnswer(exchange.status, exchange.headers, bytes(exchange.answer))

    async def close(self) -> None:
        """Nothing to give back: others may still use the network."""


class _Exchange:
    """One request as ASGI messages, and its answer."""

    def __init__(self, body: bytes, chunk: int) -> None:
        self._pieces = [body[at : at + chunk] for at in range(0, len(body), chunk)] or [b""]
        self.status = 0
        self.headers: dict[str, str] = {}
        self.answer = bytearray()

    async def receive(self) -> MutableMapping[str, Any]:
        if not self._pieces:
            return {"type": "http.disconnect"}
        piece = self._pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(self._pieces)}

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {
                name.decode().lower(): value.decode("latin-1") for name, value in message["headers"]
            }
        else:
            self.answer += message["body"]


def _scope(method: str, url: str, headers: Mapping[str, str]) -> Scope:
    split = urlsplit(url)
    return {
        "type": "http",
        "method": method,
        "path": unquote(split.path),
        "raw_path": split.path.encode(),
        "query_string": split.query.encode(),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()],
    }


def _origin(url: str) -> str:
    split = urlsplit(url)
    return f"{split.scheme}://{split.netloc}"
