"""What conversions lost or refused: kept for the operator, newest first, in memory."""

from collections import deque
from collections.abc import Iterator
from datetime import datetime

import msgspec

from ocn.conversion import Change, Loss
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.versions import VersionNumber

_MOST_REPORTS = 1_000
_MOST_CHANGES = 50
_LOSSES = tuple(Loss)
_CROSSED = {(source, target): f"{source}->{target}" for source in VersionNumber for target in VersionNumber}


class ConversionReport(msgspec.Struct, frozen=True, gc=False):
    """One message: what was lost of its request and its answer, or why it was refused."""

    at: datetime
    sender: PartyId
    receiver: PartyId
    method: str
    module: str
    path: str
    source: VersionNumber
    target: VersionNumber
    changes: tuple[Change, ...]
    """The first fifty."""
    changed: int
    """All of them."""
    refused: str | None = None


class ConversionReports:
    """The latest reports. Messages that lost nothing are not among them."""

    def __init__(self, most: int = _MOST_REPORTS) -> None:
        self._reports: deque[ConversionReport] = deque(maxlen=most)

    def add(self, report: ConversionReport) -> None:
        """Keep a report; the oldest goes when there are too many."""
        self._reports.append(report)

    def latest(self) -> Iterator[ConversionReport]:
        """Return the reports, newest first."""
        return reversed(self._reports)


def first_changes(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """Return what is kept of a list of changes."""
    return changes[:_MOST_CHANGES]


def header_text(source: VersionNumber, target: VersionNumber, changes: tuple[Change, ...]) -> str:
    """Write what the header ``OCN-Conversion`` says: ``2.3.0->2.2.1; dropped=3``."""
    crossed = _CROSSED[source, target]
    if not changes:
        return crossed
    losses = [change.loss for change in changes]
    for loss in _LOSSES:
        if count := losses.count(loss):
            crossed += f"; {loss}={count}"
    return crossed
