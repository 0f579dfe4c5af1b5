"""The system's clock."""

import time
from datetime import UTC, datetime


class SystemClock:
    """Reads the system's time."""

    def now(self) -> datetime:
        """Return the moment, aware, in UTC."""
        return datetime.now(UTC)


def now_ms() -> int:
    """Return milliseconds since 1970, as nodes write them into their signatures."""
    return time.time_ns() // 1_000_000
