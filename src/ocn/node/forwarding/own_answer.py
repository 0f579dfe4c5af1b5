"""An answer that the hub gives itself, in the form of one that came from a receiver."""

import msgspec


class OwnAnswer(msgspec.Struct, frozen=True, gc=False):
    """``OutboundAnswer`` without a wire; header names are lower case."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """Return a header's value, or None."""
        return next((value for key, value in self.headers if key == name.lower()), None)
