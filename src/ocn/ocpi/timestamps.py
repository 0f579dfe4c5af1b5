"""OCPI DateTime: RFC 3339 in UTC, written with ``Z`` (OCPI 2.2.1 types 16.2)."""

from datetime import UTC, datetime

_MOST_CHARACTERS = 64


def format_datetime(moment: datetime) -> str:
    """Write an aware moment as ``2020-01-08T12:35:53.380Z``, milliseconds always present."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_datetime(text: str) -> datetime:
    """Read a DateTime; without designator it is UTC, as the text says.

    Raises:
        ValueError: not a DateTime, or one with an offset other than ``Z``.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    if moment.utcoffset():
        raise ValueError(f"a DateTime is in UTC, not {text[:40]!r}")
    return moment


def read_datetime(value: object) -> datetime | None:
    """Read what a stranger wrote where a DateTime belongs; None if it is none."""
    try:
        return parse_datetime(value) if isinstance(value, str) and len(value) <= _MOST_CHARACTERS else None
    except (ValueError, OverflowError):
        return None
