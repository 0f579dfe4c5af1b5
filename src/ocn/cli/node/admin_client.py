"""One question to the admin API of a node."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from ocn.errors import OcnError, cause_of

_TIMEOUT_S = 30
_LONGEST_PROBLEM = 500


class AdminRefused(OcnError):
    """The node did not do what its operator asked."""


@dataclass(frozen=True, slots=True)
class AdminClient:
    """Where a node is, and the key of its admin API."""

    url: str
    key: str = field(repr=False)

    async def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int | None] | None = None,
        body: object = None,
    ) -> Any:
        """Return the JSON of an answer; what of ``query`` is None is left out.

        Raises:
            AdminRefused: the node cannot be reached, does not know the key, or says why not.
        """
        address = f"{self.url.rstrip('/')}/admin{path}"
        asked = {name: str(value) for name, value in (query or {}).items() if value is not None}
        data = None if body is None else json.dumps(body).encode()
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_TIMEOUT_S)) as http,
                http.request(
                    method,
                    address,
                    params=asked,
                    data=data,
                    headers={"Authorization": f"Token {self.key}"},
                    allow_redirects=False,  # the key is for this address alone
                ) as answer,
            ):
                text, status = await answer.text(), answer.status
        except (aiohttp.ClientError, TimeoutError, UnicodeDecodeError, ValueError) as error:
            raise AdminRefused(
                f"the node at {self.url} cannot be asked: {cause_of(error)}",
                hint="Is it running, and is --url its address? /admin may be closed from outside.",
            ) from error
        return _read(address, status, text)


def _read(address: str, status: int, text: str) -> Any:
    if status == 401:
        raise AdminRefused(
            "the node does not know this admin key", hint="It is identity.admin_key of its settings."
        )
    if not 200 <= status < 300:
        shown = text.strip()[:_LONGEST_PROBLEM] or "no reason given"
        raise AdminRefused(f"the node refused with HTTP {status}: {shown}")
    try:
        return json.loads(text)
    except ValueError as error:
        raise AdminRefused(
            f"{address} answers with something that is no JSON", hint="Is --url that of a node?"
        ) from error
