"""Why there was no connection, in words that an operator knows."""

import errno
import socket
import ssl

import pytest

from ocn.errors import cause_of


class Carrying(Exception):
    """A library's error around the system's."""

    def __init__(self, os_error: OSError) -> None:
        super().__init__("secret")
        self.os_error = os_error


class PeerLeftError(Exception):
    """A library's error around nothing."""


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ECONNREFUSED, "Connect call failed ('127.0.0.1', 1)"), "connection refused"),
        (OSError(errno.ETIMEDOUT, "x"), "connection timed out"),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "name or service not known"),
        (OSError(None, "Domain name not found"), "domain name not found"),
        (ssl.SSLError(1, "[SSL: X] x (_ssl.c:1)"), "no TLS: unknown reason"),
    ],
)
def test_cause_is_what_the_system_says(error: OSError, said: str) -> None:
    assert cause_of(error) == said
    assert cause_of(Carrying(error)) == said


def test_error_without_a_cause_is_named_in_words_and_shows_nothing_else() -> None:
    assert cause_of(PeerLeftError("https://user:secret@node.example")) == "peer left"
