"""Every bound of the server, with its default. Sizes in bytes, times in seconds."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, auto


class Phase(IntEnum):
    """What a connection waits for."""

    IDLE = auto()
    HEAD = auto()
    BODY = auto()
    HANDLING = auto()
    """The only one without a deadline: handlers have their own."""
    WRITING = auto()
    LINGERING = auto()
    CLOSING = auto()


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """Bounds on connections, requests, sizes and time.

    ``requests`` are handled at once; one more is answered 503. ``connections`` leaves room above them for
    clients that keep theirs open; beyond it a new one is answered 503 and closed before it is read.
    """

    requests: int = 20_000
    connections: int = 25_000
    head_bytes: int = 64 * 1024
    """Request line and headers. A party signature over a 20 kB body takes 4 kB, over 45 kB 8 kB."""
    headers: int = 100
    body_bytes: int = 10 * 1024 * 1024
    pipelined: int = 64
    """Requests that may wait on one connection while an earlier one is handled."""
    head_timeout_s: float = 10.0
    body_timeout_s: float = 20.0
    idle_timeout_s: float = 75.0
    write_timeout_s: float = 60.0
    """Time for a client to take an answer that does not fit into the socket's buffer."""
    linger_s: float = 2.0
    linger_bytes: int = 1024 * 1024
    """How long and how much a refused client may go on sending: cut off at once, it would lose our answer."""
    sweep_s: float = 1.0
    """How often times are looked at; so much later than due a limit may act."""

    def patience(self) -> Mapping[Phase, float]:
        """How long each phase may last."""
        return {
            Phase.IDLE: self.idle_timeout_s,
            Phase.HEAD: self.head_timeout_s,
            Phase.BODY: self.body_timeout_s,
            Phase.HANDLING: float("inf"),
            Phase.WRITING: self.write_timeout_s,
            Phase.LINGERING: self.linger_s,
            Phase.CLOSING: self.write_timeout_s,
        }
