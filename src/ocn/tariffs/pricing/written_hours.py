"""Hours as they are written, for who multiplies them by a price: the noise of their decimals is billed too.

Blocks are filled by exact times all the same: noise must not cost a whole one, and within one it is lost.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from ocn.tariffs.model import Dimension, Period
from ocn.tariffs.result import Line

_HOUR_S: Final = 3600


def by_written_hours(lines: Sequence[Line], periods: Sequence[Period]) -> list[Line]:
    """Bill times as their periods write them, but for dimensions that were rounded up to blocks."""
    in_blocks = {line.dimension for line in lines if line.billed != line.volume}
    hours_of = {period.index: _hours(period) for period in periods}

    def billed(line: Line) -> Decimal:
        hours = hours_of[line.period].get(line.dimension)
        return line.billed if hours is None or line.dimension in in_blocks else hours * _HOUR_S

    return [line._replace(billed=billed(line)) for line in lines]


def _hours(period: Period) -> dict[Dimension, Decimal | None]:
    return {
        Dimension.TIME: period.time,
        Dimension.PARKING_TIME: period.parking,
        Dimension.RESERVATION_TIME: period.reservation,
    }
