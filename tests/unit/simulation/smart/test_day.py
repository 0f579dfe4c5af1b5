"""What is said of how a site reacts to a cut follows from the limits that took hold, in their order."""

from decimal import Decimal

import pytest
from tests.unit.simulation.smart.conftest import START

from ocn.simulation.smart.day import Reaction
from ocn.simulation.smart.site_commands import Change


def change(before: int, after: int, *, within: bool) -> Change:
    return Change("S", Decimal(before), Decimal(after), within)


DOWN, DOWN_ENOUGH = change(11_000, 4_000, within=False), change(11_000, 0, within=True)
UP_BEFORE, UP_AFTER = change(0, 4_000, within=False), change(0, 4_000, within=True)


@pytest.mark.parametrize(
    ("before_kw", "changes", "messages", "decreases_first"),
    [
        (20.0, [DOWN, DOWN_ENOUGH, UP_AFTER], 2, True),
        (20.0, [DOWN, UP_BEFORE, DOWN_ENOUGH], 3, False),
        (20.0, [DOWN, DOWN], None, False),
        (20.0, [], None, False),
        (9.0, [UP_AFTER], 0, True),
    ],
)
def test_reaction_counts_limits_until_the_site_is_within_and_finds_an_early_increase(
    before_kw: float, changes: list[Change], messages: int | None, decreases_first: bool
) -> None:
    reaction = Reaction("site", START, before_kw, 10.0, 9.0, changes, 0.1)
    assert (reaction.messages, reaction.decreases_first) == (messages, decreases_first)
