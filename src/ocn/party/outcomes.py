"""What a handler says to a command or a charging profile: something at once, and something later."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from typing import Any

DEFAULT_TIMEOUT_S = 30


@dataclass(frozen=True, slots=True)
class Outcome:
    """The immediate result, and, if that is ACCEPTED, the awaitable of the later one.

    ``later`` is awaited after the immediate answer has left, for at most ``timeout_s``; what it returns is
    posted to the ``response_url``. It returns a whole CommandResult or ChargingProfileResult, or just the
    word for its ``result``. None of it is posted when the immediate result is another than ACCEPTED.
    """

    result: str
    timeout_s: int = DEFAULT_TIMEOUT_S
    messages: tuple[str, ...] = ()
    later: "Awaitable[Mapping[str, Any] | str] | None" = field(default=None, repr=False)


def accepted(later: "Awaitable[Mapping[str, Any] | str]", *, timeout_s: int = DEFAULT_TIMEOUT_S) -> Outcome:
    """The request is good, and its result will be what ``later`` returns."""
    return Outcome("ACCEPTED", timeout_s, later=later)


def rejected(*messages: str) -> Outcome:
    """The request is refused; the messages are English and shown to drivers."""
    return Outcome("REJECTED", messages=messages)


def not_supported() -> Outcome:
    """This back end does not do that."""
    return Outcome("NOT_SUPPORTED")


def unknown_session() -> Outcome:
    """No such session."""
    return Outcome("UNKNOWN_SESSION")
