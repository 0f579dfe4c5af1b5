"""The bench of smart charging plans and compares; its figures are not looked at here."""

import pytest
from bench.smart import measure_smart_charging, smart_section


def test_bench_in_short_times_a_plan_and_counts_days() -> None:
    pytest.importorskip("highspy")
    found = measure_smart_charging((10,), seeds=1, evses=2)

    assert [each.evses for each in found.times] == [10]
    assert found.times[0].plan_ms > 0
    assert len(found.days) == len(found.first_days) == 6
    assert all(day.aims[0][:2] == ("slots over a limit", 1) for day in found.days)
    assert any("| depot, congested |" in line for line in smart_section(found))
