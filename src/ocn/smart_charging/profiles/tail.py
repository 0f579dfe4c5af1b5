"""The safe tail: what every session may draw for ever, when nobody plans any more."""

from collections.abc import Mapping, Sequence

from ocn.smart_charging.planning.problem import Limit, Outlet
from ocn.smart_charging.planning.settle import Hand


def tail(limits: Sequence[Limit], slots: Sequence[int], present: Mapping[str, Outlet]) -> dict[str, int]:
    """Return the steps of every session, all together within the lowest amount of every limit in these slots.

    Each gets its share, that of a limit by all who load it, rounded down. Where a share is less than the
    smallest power, that goes to as many as there is room for, in the order of ``present``, and the others get
    none. The order does not change from plan to plan, so tails seldom do.
    """
    lowest = [max(0, min(limit.amounts[slots[0] : slots[-1] + 1], default=0)) for limit in limits]
    outlets = list(present.values())
    units = _units(outlets, len(limits))
    shares = [_share(outlet, lowest, units) for outlet in outlets]
    hand = Hand(outlets, lowest)
    hand.raise_to((i, share) for i, share in enumerate(shares) if share >= outlets[i].least)
    hand.raise_to((i, outlets[i].least) for i, share in enumerate(shares) if share < outlets[i].least)
    return dict(zip(present, hand.granted, strict=True))


def _units(outlets: Sequence[Outlet], limits: int) -> list[int]:
    """What one step of everybody takes of every limit."""
    units = [0] * limits
    for outlet in outlets:
        for load in outlet.loads:
            units[load.limit] += max(0, load.units)
    return units


def _share(outlet: Outlet, lowest: Sequence[int], units: Sequence[int]) -> int:
    loads = (load.limit for load in outlet.loads if load.units > 0)
    return min([outlet.most, *(lowest[limit] // units[limit] for limit in loads)])
