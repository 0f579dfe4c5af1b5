"""The body of an HTTP request from a stranger, within bounds of size and time."""

import asyncio

from starlette.requests import Request

from ocn.bounded import bounded_body
from ocn.smart_charging.errors import SmartChargingError


class BodyRefused(SmartChargingError):
    """A body is too long or too slow; ``status`` says in HTTP which."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


async def read_body(request: Request, most_bytes: int, most_s: float) -> bytes:
    """Read a body.

    Raises:
        BodyRefused: it is longer than ``most_bytes``, or takes longer than ``most_s``.
    """
    try:
        async with asyncio.timeout(most_s):
            body = await bounded_body(request.stream(), most_bytes)
    except TimeoutError as error:
        raise BodyRefused(408, f"This took longer than {most_s:g} seconds.") from error
    if body is None:
        raise BodyRefused(413, f"This is longer than {most_bytes} bytes.")
    return body
