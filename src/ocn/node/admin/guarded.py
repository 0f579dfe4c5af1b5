"""What pages of the admin API share: a route behind the admin key, and a body that is bounded and read."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from ocn.bounded import bounded_body
from ocn.ocpi.errors import ClientFault
from ocn.ocpi.unreadable import UNREADABLE

Kind = TypeVar("Kind")
Handler: TypeAlias = Callable[[Request], Awaitable[Response]]
GuardedRoute: TypeAlias = tuple[str, Handler, list[str]]
"""Path, handler and methods. The application asks for the admin key before the handler is called."""

_MOST_BYTES = 64 * 1024


async def read_body(request: Request, kind: type[Kind]) -> Kind:
    """Read a JSON body.

    Raises:
        ClientFault: too large, or not what is wanted here.
    """
    body = await bounded_body(request.stream(), _MOST_BYTES)
    if body is None:
        raise ClientFault(f"the body is larger than {_MOST_BYTES} bytes")
    try:
        return msgspec.json.decode(body, type=kind)
    except UNREADABLE as error:
        raise ClientFault(f"the body cannot be read: {error}") from error
