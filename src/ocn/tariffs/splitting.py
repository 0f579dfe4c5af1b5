"""Where a price changes within a period, and periods cut there."""

from ocn.tariffs.model import Record


def cut(record: Record) -> Record:
    """Return the periods as they are: cutting follows with the next commit."""
    return record
