"""What came back: everything about one answer, nothing interpreted away."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from ocn.ocpi import headers as h
from ocn.ocpi.links import next_link

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Reply(Generic[T_co]):
    """One OCPI answer.

    ``data`` is decoded JSON (None when the envelope has none); ``body`` are the bytes as they came and
    ``headers`` all HTTP headers under lower-case names. ``signatories`` lists who signed, oldest first;
    empty when the answer carries no signature or nobody asked for it to be verified.
    """

    data: T_co
    status_code: int
    status_message: str | None
    timestamp: str | None
    http_status: int
    headers: Mapping[str, str]
    request_id: str
    correlation_id: str
    latency_s: float
    url: str
    body: bytes = field(repr=False)
    signatories: tuple[str, ...] = ()

    @property
    def next_url(self) -> str | None:
        """Where the next page is, or None on the last."""
        return next_link(self.headers.get(h.LINK, ""))

    @property
    def location(self) -> str | None:
        """Where the object that was posted can be read again."""
        return self.headers.get(h.LOCATION)

    @property
    def total_count(self) -> int | None:
        """How many objects match in all, as far as the sender says."""
        return _number(self.headers.get(h.TOTAL_COUNT))

    @property
    def limit(self) -> int | None:
        """The sender's own cap on the size of a page."""
        return _number(self.headers.get(h.LIMIT))


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() else None
