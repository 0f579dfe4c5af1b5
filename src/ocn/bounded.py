"""What others hand over, read no further than a bound. What to say of more is the caller's."""

import errno
from collections.abc import AsyncIterable
from pathlib import Path


async def bounded_body(parts: AsyncIterable[bytes], most_bytes: int) -> bytes | None:
    """Return a body that comes in parts; None as soon as it is longer."""
    body = bytearray()
    async for part in parts:
        body += part
        if len(body) > most_bytes:
            return None
    return bytes(body)


def bounded_file(path: Path, most_bytes: int) -> bytes | None:
    """Return what a file has; None where it is longer.

    Raises:
        OSError: it cannot be read, or no file can have its name.
    """
    try:
        with path.open("rb") as file:
            content = file.read(most_bytes + 1)
    except ValueError as error:
        raise OSError(errno.EINVAL, f"no file has such a name ({error})") from error
    return None if len(content) > most_bytes else content
