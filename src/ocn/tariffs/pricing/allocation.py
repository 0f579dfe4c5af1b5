"""How the energy of a period could have been spread over its slots: the cheapest way.

A slot is a stretch between two moments at which prices change; within one, prices change only with the
energy charged (tiers). What was charged until the end of each slot is unknown, but never falls and is
bounded by what the connector can deliver. The cost of energy is piecewise linear in these unknowns, so an
extreme lies where each of them is a tier, an end, or as far from one as the connector allows. Those are
tried, slot after slot. Time can be spent in any of the tiers that a slot passes through.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

MAX_STEPS: Final = 20_000
"""Slots times pairs of candidates. Beyond it the connector is left aside, and then all slots but one."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A stretch of a period, by tier: its price per kWh, and what its time costs if all of it is there.

    ``most`` is what can be charged in it, in kWh; None if nobody knows.
    """

    energy: tuple[Fraction, ...]
    time: tuple[Fraction, ...]
    most: Fraction | None


class Spent(NamedTuple):
    """What was charged until the end of a slot, and the tier in which its time was spent."""

    until: Fraction
    tier: int


class _Way(NamedTuple):
    cost: Fraction
    slots: tuple[Spent, ...]


def cheapest(
    slots: Sequence[Slot], tiers: Sequence[Decimal], energy: Decimal, max_steps: int = MAX_STEPS
) -> Sequence[Spent]:
    """Return how each slot is spent such that all of them cost the least.

    ``tiers`` are the amounts within ``energy`` at which prices change, in order: a slot has one price more.
    """
    edges = [Fraction(0), *map(Fraction, tiers), Fraction(energy)]
    mosts = [slot.most for slot in slots if slot.most is not None]
    bounded = len(mosts) == len(slots) and sum(mosts, Fraction(0)) >= edges[-1]  # else it says nothing
    bounded = bounded and len(slots) ** 5 <= max_steps
    tried = _tried(edges, mosts) if bounded else edges
    if len(slots) * len(tried) ** 2 > max_steps:
        bounded, tried = False, edges
    if len(slots) * len(tried) ** 2 > max_steps:
        return _all_in_one(slots, edges)
    best = {edges[0]: _Way(Fraction(0), ())}
    for place, slot in enumerate(slots):
        ends = tried if place < len(slots) - 1 else edges[-1:]
        best = _extended(best, ends, slot, edges, slot.most if bounded else None)
    return best[edges[-1]].slots


def _extended(
    best: dict[Fraction, _Way],
    ends: Sequence[Fraction],
    slot: Slot,
    edges: Sequence[Fraction],
    most: Fraction | None,
) -> dict[Fraction, _Way]:
    """Add a slot to the cheapest ways so far, by what was charged until their end."""
    result: dict[Fraction, _Way] = {}
    costs = {point: _cost_until(point, slot.energy, edges) for point in {*best, *ends}}
    place = {point: _tier(point, edges) for point in costs}
    for end in ends:
        for begin, way in best.items():
            if begin > end or (most is not None and end - begin > most):
                continue
            tier = min(range(place[begin], place[end] + 1), key=slot.time.__getitem__)
            cost = way.cost + costs[end] - costs[begin] + slot.time[tier]
            if end not in result or cost < result[end].cost:
                result[end] = _Way(cost, (*way.slots, Spent(end, tier)))
    return result


def _all_in_one(slots: Sequence[Slot], edges: Sequence[Fraction]) -> list[Spent]:
    """Charge everything in the slot in which all of it costs the least."""
    costs = [_cost_until(edges[-1], slot.energy, edges) for slot in slots]
    place = costs.index(min(costs))
    last = len(edges) - 2
    return [
        Spent(edges[0] if index < place else edges[-1], 0 if index < place else last)
        for index in range(len(slots))
    ]


def _tried(edges: Sequence[Fraction], mosts: Sequence[Fraction]) -> list[Fraction]:
    """Return the amounts at which an extreme can lie: edges, and runs of full slots away from one."""
    runs = {total for first in range(len(mosts)) for total in accumulate(mosts[first:])}
    points = {edge + run * sign for edge in edges for run in (*runs, Fraction(0)) for sign in (1, -1)}
    return sorted(point for point in points if edges[0] <= point <= edges[-1])


def _tier(point: Fraction, edges: Sequence[Fraction]) -> int:
    """Return the tier that an amount is in; an edge belongs to the one above it."""
    return sum(1 for edge in edges[1:-1] if edge <= point)


def _cost_until(amount: Fraction, prices: Sequence[Fraction], edges: Sequence[Fraction]) -> Fraction:
    """Return what all energy up to an amount would cost at the prices of one slot."""
    return sum(
        (
            price * (min(amount, high) - low)
            for price, (low, high) in zip(prices, pairwise(edges), strict=True)
            if amount > low
        ),
        Fraction(0),
    )
