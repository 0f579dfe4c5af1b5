"""The height of a chart: round numbers, with the highest value inside."""

import math
from dataclasses import dataclass

_MOST_LINES = 5
_ROOM = 1.06


@dataclass(frozen=True, slots=True)
class Level:
    """A line across the chart."""

    y: float
    """Percent of the height, from the top."""
    text: str


@dataclass(frozen=True, slots=True)
class Scale:
    """From 0 to ``top``, with lines at some round values."""

    top: float
    levels: tuple[Level, ...]


def scale_for(highest: float, unit: str) -> Scale:
    """Choose a scale that a value fits into."""
    needed = max(highest * _ROOM, 1e-3)
    magnitude = 10.0 ** math.floor(math.log10(needed / _MOST_LINES))
    step = next(nice * magnitude for nice in (1, 2, 5, 10) if nice * magnitude * _MOST_LINES >= needed)
    lines = [i * step for i in range(1, math.floor(needed / step) + 1)]
    levels = tuple(
        Level(round(100 * (1 - value / needed), 2), f"{_written(value)} {unit}") for value in lines
    )
    return Scale(needed, levels)


def _written(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"
