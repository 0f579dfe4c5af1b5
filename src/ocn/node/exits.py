"""The relay's way out: the pooled client behind the ``Outbound`` and ``UrlCheck`` ports.

What the client cannot do becomes the hub's own failure (HUB-82); messages name the host and nothing more.
"""

from collections.abc import Mapping

from ocn.node.outbound import (
    AddressGuard,
    AddressRefused,
    ConnectFailed,
    HttpClient,
    OutboundError,
    OutboundRequest,
    OutboundResponse,
    RequestInvalid,
    TimedOut,
)
from ocn.ocpi.errors import HubFault, InvalidParameters, ReceiverTimeout, ReceiverUnreachable

LONGEST_URL = 2000
"""Longer than OCPI's 255, since parties hand out longer ones; short enough for every server."""


class Exit:
    """Sends requests through the guarded client."""

    def __init__(self, client: HttpClient) -> None:
        self._client = client

    async def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, *, timeout_s: float
    ) -> OutboundResponse:
        """Send and wait for the whole answer; see the port for what is raised."""
        request = OutboundRequest(method, url, tuple(headers.items()), body, timeout_s)
        try:
            return await self._client.send(request)
        except TimedOut as error:
            raise ReceiverTimeout(f"no answer within {timeout_s:g} seconds") from error
        except (ConnectFailed, AddressRefused) as error:
            raise ReceiverUnreachable(f"cannot connect: {error}") from error
        except RequestInvalid as error:
            raise InvalidParameters(f"this request cannot be forwarded: {error}") from error
        except OutboundError as error:
            raise HubFault(f"the receiver's answer cannot be used: {error}") from error


class GuardedUrls:
    """Refuses early what the guard would refuse when it is called."""

    def __init__(self, guard: AddressGuard) -> None:
        self._guard = guard

    def check(self, url: str) -> None:
        """Accept an address, or raise InvalidParameters."""
        if len(url) > LONGEST_URL:
            raise InvalidParameters(f"an address is longer than {LONGEST_URL} characters")
        try:
            self._guard.check_url(url)
        except AddressRefused as error:
            raise InvalidParameters(f"this node does not call that address: {error}") from error
