"""Lists: what is asked for, and one page of the answer (OCPI 2.2.1 transport_and_format, Pagination)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from ocn.ocpi.errors import InvalidParameters
from ocn.ocpi.timestamps import format_datetime, parse_datetime

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
_LARGEST_OFFSET = 10**12


@dataclass(frozen=True, slots=True)
class ListQuery:
    """Objects changed in ``[date_from, date_to)``, oldest first, ``limit`` at most from ``offset`` on."""

    offset: int = 0
    limit: int = 100
    date_from: datetime | None = None
    date_to: datetime | None = None

    @classmethod
    def read(cls, query: Mapping[str, str], *, most: int) -> "ListQuery":
        """Read the four parameters; ``limit`` is brought down to ``most`` without a word, as the texts allow.

        Raises:
            InvalidParameters: one of them is malformed.
        """
        return cls(
            offset=_count(query, "offset", 0),
            limit=min(_count(query, "limit", most), most),
            date_from=_moment(query, "date_from"),
            date_to=_moment(query, "date_to"),
        )

    def covers(self, last_updated: datetime | None) -> bool:
        """Whether an object of that age is asked for; one whose age cannot be read never goes missing."""
        if last_updated is None:
            return True
        return (self.date_from is None or self.date_from <= last_updated) and (
            self.date_to is None or last_updated < self.date_to
        )

    def parameters(self) -> dict[str, str]:
        """The filters and the position as query parameters."""
        written = {}
        if self.date_from is not None:
            written["date_from"] = format_datetime(self.date_from)
        if self.date_to is not None:
            written["date_to"] = format_datetime(self.date_to)
        return written | {"offset": str(self.offset), "limit": str(self.limit)}


@dataclass(frozen=True, slots=True)
class Page(Generic[T_co]):
    """The objects at ``offset``, and how many match in all."""

    items: Sequence[T_co]
    total: int

    @staticmethod
    def of(objects: Iterable[T], query: ListQuery) -> "Page[T]":
        """Cut a page out of objects in their order of creation."""
        matching = [item for item in objects if query.covers(last_updated_of(item))]
        return Page(matching[query.offset : query.offset + query.limit], len(matching))


def last_updated_of(item: Any) -> datetime | None:
    """When a JSON object changed last, or None when it does not say."""
    try:
        return parse_datetime(item["last_updated"])
    except (KeyError, TypeError, ValueError):
        return None


def _count(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > 12 or int(text) > _LARGEST_OFFSET:
        raise InvalidParameters(f"{name} must be a whole number, not {text[:40]!r}")
    return int(text)


def _moment(query: Mapping[str, str], name: str) -> datetime | None:
    text = query.get(name)
    if text is None:
        return None
    try:
        return parse_datetime(text)
    except ValueError as error:
        raise InvalidParameters(f"{name} must be a DateTime, not {text[:40]!r}") from error
