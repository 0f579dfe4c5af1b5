"""The same seed makes the same day; the cut halves what the top lets through, and nothing else."""

from datetime import timedelta
from decimal import Decimal

import pytest

from ocn.simulation.smart.scenario import build_scenario
from ocn.smart_charging.site.wiring import Wiring


def test_scenario_of_a_seed_is_always_the_same() -> None:
    one, same, other = build_scenario(1), build_scenario(1), build_scenario(2)
    assert one == same
    assert one.sites[0].stays != other.sites[0].stays
    assert [len(each.site.evses) for each in one.sites] == [30, 30]
    assert one.visits == sum(len(each.stays) for each in one.sites) > 40
    assert all(each.days.slots.start == one.slots.start for each in one.sites)
    assert one.slots.count == max(each.days.slots.count for each in one.sites)


@pytest.mark.parametrize("seed", range(1, 8))
def test_cut_halves_the_site_for_an_hour_while_many_are_there(seed: int) -> None:
    first, second = build_scenario(seed).sites
    cut, slots = first.cut, first.days.slots
    assert cut is not None
    assert second.cut is None
    begin = int(slots.position(cut.begin))
    assert slots.starts()[begin] == cut.begin == cut.until - timedelta(hours=1)
    present = [sum(stay.arrival <= n < stay.departure for stay in first.stays) for n in range(slots.count)]
    assert 2 * present[begin] >= max(present)
    plain, lowered = Wiring.of(first.site).limits(slots), first.world().limits
    for usual, other in zip(plain, lowered, strict=True):
        changed = [n for n in range(slots.count) if usual.amounts[n] != other.amounts[n]]
        if usual.fuse != "main":
            assert changed == []
        else:
            assert set(changed) <= set(range(begin, begin + 4))
            assert other.amounts[begin] in (
                int(Decimal(usual.amounts[begin]) / 2),
                min(usual.amounts[begin], other.amounts[begin]),
            )
