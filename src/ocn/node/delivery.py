"""What every way out has in common, and everything that wraps one (copies, conversion)."""

from collections.abc import Coroutine
from typing import Any, Protocol

from ocn.node.stages import Delivered, Routed


class Delivery(Protocol):
    """Takes a routed request to where it goes.

    What wraps a delivery and has nothing to do for a request returns what the inner one returns, from a plain
    function: then it costs the question whether it applies, and neither a frame nor a step of every wait.
    """

    def deliver(self, routed: Routed) -> Coroutine[Any, Any, Delivered]:
        """Send and wait for the answer, within the deadline; raises OcpiError, at once or when awaited."""
        ...
