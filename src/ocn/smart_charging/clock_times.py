"""A moment as clocks at a site show it; in the hour that they show twice it is said which of the two."""

from datetime import datetime


def clock(local: datetime) -> str:
    """Write a local time as ``14:30``, or as ``02:30 CEST`` where there are two of it."""
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f"{local:%H:%M} {local.tzname()}" if twice else f"{local:%H:%M}"


def day_and_clock(local: datetime) -> str:
    """Write a local time as ``Sat 14:30``."""
    return f"{local:%a} {clock(local)}"
