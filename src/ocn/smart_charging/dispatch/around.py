"""Plan around what cannot be told anything."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ocn.smart_charging.dispatch.grid import Grid
from ocn.smart_charging.dispatch.standing import Standing
from ocn.smart_charging.planning.problem import Limit
from ocn.smart_charging.slots import Slots


def around(limits: Sequence[Limit], unplanned: Iterable[Standing], slots: Slots) -> tuple[Limit, ...]:
    """Return limits less what sessions may draw that are not planned, over ``slots``; never below zero.

    What may be drawn is the most of all that may be in force; everything, where nothing was confirmed.
    """
    left = [list(limit.amounts) for limit in limits]
    for standing in unplanned:
        most = standing.most(Grid(slots.start, slots.minutes, slots.count))
        for load in standing.outlet.loads:
            row = left[load.limit]
            for slot, steps in enumerate(most[: len(row)]):
                row[slot] -= load.units * steps
    return tuple(
        replace(limit, amounts=tuple(max(0, amount) for amount in row))
        for limit, row in zip(limits, left, strict=True)
    )
