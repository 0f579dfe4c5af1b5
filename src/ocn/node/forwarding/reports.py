"""What became of each broadcast: kept for the operator, since its sender is told nothing of it (HUB-28)."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from ocn.ocpi.party_id import PartyId

_MOST_REPORTS = 500
_MOST_FAILURES = 100


@dataclass(slots=True)
class BroadcastReport:
    """One broadcast: how many it was for, and how far it came. ``failures`` names receiver and reason."""

    id: str
    at: datetime
    sender: PartyId
    method: str
    module: str
    path: str
    receivers: int
    delivered: int = 0
    failed: int = 0
    failures: list[tuple[str, str]] = field(default_factory=list)

    @property
    def under_way(self) -> int:
        """Receivers that have not answered yet."""
        return self.receivers - self.delivered - self.failed

    def succeeded(self) -> None:
        """Count a receiver that took it."""
        self.delivered += 1

    def missed(self, receiver: str, reason: str) -> None:
        """Count a receiver that did not take it; the first hundred are named."""
        self.failed += 1
        if len(self.failures) < _MOST_FAILURES:
            self.failures.append((receiver, reason))


class BroadcastReports:
    """The latest broadcasts, in memory."""

    def __init__(self, most: int = _MOST_REPORTS) -> None:
        self._reports: deque[BroadcastReport] = deque(maxlen=most)

    def add(self, report: BroadcastReport) -> None:
        """Keep a report; the oldest goes when there are too many."""
        self._reports.append(report)

    def latest(self) -> Iterator[BroadcastReport]:
        """Return the reports, newest first."""
        return reversed(self._reports)
