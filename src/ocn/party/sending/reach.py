"""Which addresses a party may call: a peer chooses addresses for us, and we choose what to follow."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from ocn.party.errors import AddressNotAllowed

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LONGEST = 2048


class Reach:
    """The base addresses below which everything may be called, and nothing else."""

    __slots__ = ("_bases",)

    def __init__(self, bases: Iterable[str]) -> None:
        """Take base addresses such as ``https://node.example/ocn``.

        Raises:
            AddressNotAllowed: one of them is no plain http or https address.
        """
        self._bases = tuple(_parts(base) for base in bases)

    def require(self, url: str) -> str:
        """Return the address when it may be called.

        Raises:
            AddressNotAllowed: it is not below one of the bases; the message says what it is.
        """
        origin, path = _parts(url)
        for base_origin, base_path in self._bases:
            if origin == base_origin and (path == base_path or path.startswith(base_path.rstrip("/") + "/")):
                return url
        raise AddressNotAllowed(
            f"{url[:255]} is not below this party's node",
            hint="If the address is right, name its base in allowed_urls.",
        )


def _parts(url: str) -> tuple[tuple[str, str, int], str]:
    try:
        split = urlsplit(url)
        port = split.port or _DEFAULT_PORTS.get(split.scheme, 0)
    except ValueError as error:
        raise AddressNotAllowed(f"{url[:255]!r} is not an address") from error
    clean = len(url) <= _LONGEST and url.isascii() and url.isprintable() and " " not in url
    if not clean or not split.hostname or not port or split.username is not None or "\\" in url:
        raise AddressNotAllowed(f"{url[:255]!r} is not an http or https address that may be called")
    steps = split.path.lower().replace("%2e", ".").split("/")
    if ".." in steps or "." in steps:
        raise AddressNotAllowed(f"{url[:255]!r} climbs out of its path")
    return (split.scheme, split.hostname, port), split.path or "/"
