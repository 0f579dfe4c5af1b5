"""step_size: volumes are billed in whole blocks, by the edition of the texts that the policy names.

What is added goes to the last line of its kind, at that line's price. Nothing is rounded for a tariff that
the session switched away from. Stretches without a price do not count; those at a price of 0 do.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from ocn.tariffs.model import Dimension
from ocn.tariffs.policy import StepSize
from ocn.tariffs.result import Line

_WH: Final = Decimal(1000)
_SNAP: Final = Decimal("1e-9")


def in_blocks(lines: list[Line], edition: StepSize) -> list[Line]:
    """Return the lines with what is billed for each."""
    if edition is StepSize.NONE:
        return lines
    if edition is StepSize.PER_PERIOD:
        return [_with_surplus(line, line.volume) for line in lines]
    result = list(lines)
    for group in _groups(lines, edition):
        if group:
            volume = sum([lines[place].volume for place in group], Decimal(0))
            result[group[-1]] = _with_surplus(lines[group[-1]], volume)
    return result


def open_to_two_readings(lines: Sequence[Line], edition: StepSize) -> bool:
    """Whether the text can be read in two ways that differ in money, for a session that parks first."""
    if edition is not StepSize.PARKING_ONLY:
        return False
    parked = False
    for line in lines:
        if line.component is not None:
            parked = parked or line.dimension is Dimension.PARKING_TIME
            if parked and line.dimension is Dimension.TIME:
                drafted = [one._replace(billed=one.volume) for one in lines]
                return in_blocks(drafted, StepSize.LAST) != in_blocks(drafted, edition)
    return False


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
    return line._replace(billed=line.volume + surplus) if surplus else line


def _groups(lines: Sequence[Line], edition: StepSize) -> Iterable[Sequence[int]]:
    """Return the places of the lines that are added up before they are rounded."""
    current, reserved = _last_tariffs(lines)
    energy: list[int] = []
    time: list[int] = []
    parking: list[int] = []
    reservation: list[int] = []
    for place, line in enumerate(lines):
        dimension = line.dimension
        if line.component is None or dimension is Dimension.FLAT:
            continue
        if dimension is Dimension.RESERVATION_TIME:
            if line.tariff == reserved:
                reservation.append(place)
        elif line.tariff == current:
            parking_or_time = time if dimension is Dimension.TIME else parking
            (energy if dimension is Dimension.ENERGY else parking_or_time).append(place)
    if edition is StepSize.COMBINED:
        return energy, reservation, sorted(time + parking)
    if edition is StepSize.PER_DIMENSION:
        return energy, reservation, time, parking
    if edition is StepSize.LAST:
        return energy, reservation, max(time, parking, key=lambda places: places[-1:])
    return energy, reservation, parking or time


def _last_tariffs(lines: Sequence[Line]) -> tuple[int | None, int | None]:
    """Return the tariffs of the last charging and of the last reservation."""
    flat, reserving = Dimension.FLAT, Dimension.RESERVATION_TIME
    charging = (
        line.tariff
        for line in reversed(lines)
        if line.dimension is not flat and line.dimension is not reserving
    )
    reserved = (line.tariff for line in reversed(lines) if line.dimension is reserving)
    return next(charging, None), next(reserved, None)
