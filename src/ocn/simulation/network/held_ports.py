"""Ports that are kept for processes which are about to listen on them."""

import socket
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

from ocn.errors import ConfigurationError


@contextmanager
def held_ports(host: str, ports: Iterable[int]) -> Iterator[None]:
    """See to it that no program which takes any free port gets one of these.

    On Linux a port that is bound and not listened on may be listened on by whoever names it and allows
    ``SO_REUSEADDR``, as servers do. Elsewhere they could not, so nothing is held.

    Raises:
        ConfigurationError: a port is in use.
    """
    with ExitStack() as held:
        for port in ports if sys.platform == "linux" else ():
            holder = held.enter_context(socket.socket())
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                holder.bind((host, port))
            except OSError as error:
                raise in_use(port) from error
        yield


def in_use(port: int) -> ConfigurationError:
    """Say so."""
    return ConfigurationError(
        f"port {port} is in use",
        hint="The network of this directory may be running already. Or choose other ports.",
    )
