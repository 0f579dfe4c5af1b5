"""step_size: volumes are billed in whole blocks, by the edition of the texts that the policy names.

What is added goes to the last line of its kind, at that line's price. Nothing is rounded for a tariff that
the session switched away from. Stretches without a price do not count; those at a price of 0 do.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from ocn.tariffs.model import Dimension
from ocn.tariffs.policy import StepSize
from ocn.tariffs.result import Line

_WH: Final = Decimal(1000)
_SNAP: Final = Decimal("1e-9")
_CHARGING_TIMES: Final = (Dimension.TIME, Dimension.PARKING_TIME)


def in_blocks(lines: list[Line], edition: StepSize) -> list[Line]:
    """Return the lines with what is billed for each."""
    if edition is StepSize.NONE:
        return lines
    if edition is StepSize.PER_PERIOD:
        return [line if line.component is None else _with_surplus(line, line.volume) for line in lines]
    result = list(lines)
    for group in _groups(lines, edition):
        last = lines[group[-1]]
        result[group[-1]] = _with_surplus(last, sum((lines[place].volume for place in group), Decimal(0)))
    return result


def blocks_of(volume: Decimal, step: Decimal) -> Decimal:
    """Return a volume in whole blocks; what exceeds one by a billionth of a block is noise."""
    whole, rest = divmod(volume, step)
    return (whole + 1 if rest > step * _SNAP else whole) * step


def _with_surplus(line: Line, volume: Decimal) -> Line:
    """Bill the line for what is missing to whole blocks of ``volume``, of which it is the last part."""
    component = line.component
    if component is None or not component.step_size or line.dimension is Dimension.FLAT:
        return line
    step = Decimal(component.step_size)
    if line.dimension is Dimension.ENERGY:
        step /= _WH
    surplus = blocks_of(volume, step) - volume
    return replace(line, billed=line.volume + surplus) if surplus else line


def _groups(lines: Sequence[Line], edition: StepSize) -> Iterable[list[int]]:
    """Yield the places of the lines that are added up before they are rounded."""
    charging = [line for line in lines if line.dimension in (*_CHARGING_TIMES, Dimension.ENERGY)]
    reserving = [line for line in lines if line.dimension is Dimension.RESERVATION_TIME]
    current = charging[-1].tariff if charging else None
    reserved = reserving[-1].tariff if reserving else None

    def priced(*dimensions: Dimension, tariff: int | None) -> list[int]:
        return [
            place
            for place, line in enumerate(lines)
            if line.dimension in dimensions and line.tariff == tariff and line.component is not None
        ]

    times, parking = priced(Dimension.TIME, tariff=current), priced(Dimension.PARKING_TIME, tariff=current)
    groups = [
        priced(Dimension.ENERGY, tariff=current),
        priced(Dimension.RESERVATION_TIME, tariff=reserved),
    ]
    if edition is StepSize.COMBINED:
        groups.append(priced(*_CHARGING_TIMES, tariff=current))
    elif edition is StepSize.PER_DIMENSION:
        groups += [times, parking]
    else:
        groups.append(parking or times)
    return [group for group in groups if group]
