"""Every bound of the outbound client, with its default."""

from dataclasses import dataclass, fields

from ocn.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class OutboundLimits:
    """Bounds on connections, waiting, time and size. Sizes in bytes, times in seconds.

    The number of open connections needs no total of its own: each one either carries a request that the
    edge admitted, or is one of at most ``max_idle``.

    ``idle_timeout_s`` stays under the five seconds after which the commonest servers (Node.js, uvicorn)
    close an idle connection: a POST that meets a closing connection cannot be repeated.
    """

    max_connections_per_origin: int = 6_000
    max_waiting_per_origin: int = 10_000
    max_idle: int = 1_024
    idle_timeout_s: float = 4.0
    max_age_s: float = 300.0
    connect_timeout_s: float = 5.0
    max_request_head: int = 262_144
    max_response_head: int = 65_536
    max_response_headers: int = 256
    max_response_body: int = 16_777_216
    max_interim_responses: int = 8

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value < 0 or (value == 0 and field.name != "max_idle"):
                raise ConfigurationError(f"outbound limit {field.name} is {value}, and must be above zero")
