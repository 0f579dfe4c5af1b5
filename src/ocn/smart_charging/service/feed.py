"""Limits that come from outside while the planner runs: a grid operator's event, or a feed's last word."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class GridEvent:
    """A lower limit of one fuse for a while. At least one of ``kw``, ``amps`` and ``part`` says how low."""

    begin: datetime
    until: datetime
    fuse: str | None = None
    """None: every fuse at the top."""
    kw: Decimal | None = None
    amps: Decimal | None = None
    """Per phase."""
    part: Decimal | None = None
    """Of what the site file allows: 0.5 halves it."""
    source: str = "operator"
    """Who says so."""
