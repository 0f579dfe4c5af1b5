"""A small day over real nodes, with a planner that is a few lines long and knows the cars."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest
from tests.integration.simulation.least_laxity_planner import LeastLaxityPlanner

from ocn.simulation.network.network import local_network
from ocn.simulation.play.traffic import Traffic
from ocn.simulation.smart.cast import SmartCast, on_the_smart_network
from ocn.simulation.smart.day import Watching, play_day
from ocn.simulation.smart.meters import SlotMeters
from ocn.simulation.smart.outcome import outcomes_of
from ocn.simulation.smart.scenario import Scenario, build_scenario

pytestmark = [pytest.mark.long, pytest.mark.timeout(180)]


class Counting(Watching):
    def __init__(self) -> None:
        self.slots = 0

    def slot_ended(self, slot: int, at: datetime, sites: Sequence[SlotMeters]) -> None:
        assert slot == self.slots
        assert len(sites) == 2
        self.slots += 1


async def played(scenario: Scenario, cast: SmartCast) -> None:
    watching = Counting()
    day = await play_day(scenario, cast, watching)
    outcomes = outcomes_of(cast, day, 0.0)
    assert watching.slots == scenario.slots.count
    failed = [claim for claim in outcomes.claims if not claim.ok and "delivery" not in claim.name]
    assert failed == []
    assert [reaction.decreases_first for reaction in outcomes.reactions] == [True]
    assert outcomes.as_json()["totals"]["copies"] == cast.copies.arrived > 0


async def test_day_with_a_hand_made_planner_holds_and_a_stranger_reads_no_sessions(tmp_path: Path) -> None:
    scenario = build_scenario(1, evses=4)
    async with local_network(tmp_path) as network:
        traffic = Traffic()
        async with on_the_smart_network(network, scenario, traffic, LeastLaxityPlanner) as cast:
            await played(scenario, cast)
            first, second = cast.sites
            begin = scenario.slots.start
            to_first = second.to(first.id)
            assert [session async for session in to_first.sessions(begin)] == []
            mine = [session async for session in cast.hired.to(first.id).sessions(begin)]
            assert len(mine) == len(first.day.stays)
