"""What every way out has in common, and everything that wraps one (copies, conversion)."""

from typing import Protocol

from ocn.node.stages import Delivered, Routed


class Delivery(Protocol):
    """Takes a routed request to where it goes."""

    async def deliver(self, routed: Routed) -> Delivered:
        """Send and wait for the answer, within the deadline; raises OcpiError."""
        ...
