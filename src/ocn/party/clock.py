"""The time that a party goes by unless it is given another, as tests and simulations do."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the machine's time."""
    return datetime.now(UTC)
