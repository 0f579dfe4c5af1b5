"""How the energy of a period could have been spread over its slots: the cheapest and the dearest way.

A slot is a stretch between two moments at which prices change; within one, prices change only with the
energy charged (tiers). What was charged until the end of each slot is unknown, but never falls and is
bounded by what the connector can deliver. The cost is piecewise linear in these unknowns, so an extreme lies
where each of them is a tier, an end, or as far from one as the connector allows. Those are tried, slot after
slot.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import Final, TypeAlias

MAX_STEPS: Final = 20_000
"""Slots times pairs of candidates. Beyond it the connector is left aside, and then all but one slot."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A stretch of a period: its prices per kWh, one for each tier; ``most`` kWh, None if unbounded."""

    prices: tuple[Fraction, ...]
    most: Fraction | None


_Way: TypeAlias = tuple[Fraction, list[Fraction]]
"""What a spreading costs, and what it has charged until the end of each slot."""


def cheapest(
    slots: Sequence[Slot], tiers: Sequence[Decimal], energy: Decimal, max_steps: int = MAX_STEPS
) -> list[Fraction]:
    """Return what was charged until the end of each slot, such that all of it costs the least.

    ``tiers`` are the amounts within ``energy`` at which prices change, in order: a slot has one price more.
    """
    edges = [Fraction(0), *map(Fraction, tiers), Fraction(energy)]
    mosts = [slot.most for slot in slots if slot.most is not None]
    bounded = len(mosts) == len(slots) and sum(mosts, Fraction(0)) >= edges[-1]  # else it says nothing
    tried = _tried(edges, mosts) if bounded and len(slots) ** 5 <= max_steps else edges
    if len(slots) * len(tried) ** 2 > max_steps:
        bounded, tried = False, edges
    if len(slots) * len(tried) ** 2 > max_steps:
        return _all_in_one(slots, edges)
    best: dict[Fraction, _Way] = {edges[0]: (Fraction(0), [])}
    for place, slot in enumerate(slots):
        ends = tried if place < len(slots) - 1 else edges[-1:]
        best = _extended(best, ends, _cost_until(slot.prices, edges), slot.most if bounded else None)
    return best[edges[-1]][1]


def _all_in_one(slots: Sequence[Slot], edges: Sequence[Fraction]) -> list[Fraction]:
    """Charge everything in the slot in which all of it costs the least."""
    costs = [_cost_until(slot.prices, edges)(edges[-1]) for slot in slots]
    place = costs.index(min(costs))
    return [edges[0] if index < place else edges[-1] for index in range(len(slots))]


def _extended(
    best: dict[Fraction, _Way],
    ends: Sequence[Fraction],
    cost: Callable[[Fraction], Fraction],
    most: Fraction | None,
) -> dict[Fraction, _Way]:
    """Add a slot to the cheapest ways so far, by what was charged until their end."""
    result: dict[Fraction, _Way] = {}
    costs = {point: cost(point) for point in {*best, *ends}}
    for end in ends:
        ways = [
            (paid + costs[end] - costs[begin], path)
            for begin, (paid, path) in best.items()
            if begin <= end and (most is None or end - begin <= most)
        ]
        if ways:
            paid, path = min(ways, key=lambda way: way[0])
            result[end] = (paid, [*path, end])
    return result


def _tried(edges: Sequence[Fraction], mosts: Sequence[Fraction]) -> list[Fraction]:
    """Return the amounts at which an extreme can lie: edges, and runs of full slots away from one."""
    runs = {total for first in range(len(mosts)) for total in accumulate(mosts[first:])}
    points = {edge + run * sign for edge in edges for run in (*runs, Fraction(0)) for sign in (1, -1)}
    return sorted(point for point in points if edges[0] <= point <= edges[-1])


def _cost_until(prices: Sequence[Fraction], edges: Sequence[Fraction]) -> Callable[[Fraction], Fraction]:
    """Return the function that says what all energy up to an amount would cost in a slot."""

    def cost(amount: Fraction) -> Fraction:
        return sum(
            (
                price * (min(amount, high) - low)
                for price, (low, high) in zip(prices, pairwise(edges), strict=True)
                if amount > low
            ),
            Fraction(0),
        )

    return cost
