"""Stepped lines and areas as SVG paths: one slot is one unit wide, heights are whole units from the top."""

from collections.abc import Callable, Sequence

from ocn.smart_charging.service.view import Series

HEIGHT = 1000
"""From the bottom of a plot to its top; drawings are stretched to the size of the screen."""


def line(series: Series, top: float) -> str:
    """Draw a value per slot as a stepped line, with gaps where nothing is known."""
    parts: list[str] = []
    before: int | None = None
    for slot, value in enumerate(series):
        height = None if value is None else _height(value, top)
        if height is None:
            before = None
            continue
        if before is None:
            parts.append(f"M{slot} {height}")
        elif height != before:
            parts.append(f"V{height}")
        else:
            parts.pop()  # the step before goes on
        parts.append(f"H{slot + 1}")
        before = height
    return "".join(parts)


def area(low: Sequence[float], high: Sequence[float], top: float, slots: range) -> str:
    """Draw what lies between two stepped lines, in those of some slots where there is anything."""
    lows = [_height(low[slot], top) for slot in slots]
    highs = [_height(high[slot], top) for slot in slots]
    parts: list[str] = []
    i = 0
    while i < len(slots):
        if lows[i] == highs[i]:
            i += 1
            continue
        until = i
        while until < len(slots) and lows[until] != highs[until]:
            until += 1
        parts.append(_run(lows[i:until], highs[i:until], slots[i]))
        i = until
    return "".join(parts)


def _run(lows: Sequence[int], highs: Sequence[int], first: int) -> str:
    there = _steps(highs, lambda i: first + i + 1)
    back = _steps(lows[::-1], lambda i: first + len(lows) - i - 1)
    return f"M{first} {lows[0]}{there}{back}Z"


def _steps(heights: Sequence[int], end_of: Callable[[int], int]) -> str:
    """Go to each height, and along it to its end; equal neighbours are one step."""
    return "".join(
        f"V{height}H{end_of(i)}" if i + 1 == len(heights) or heights[i + 1] != height else ""
        for i, height in enumerate(heights)
    )


def _height(value: float, top: float) -> int:
    return HEIGHT - round(HEIGHT * min(max(value / top, 0.0), 1.0))
