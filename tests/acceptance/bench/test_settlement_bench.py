"""The bench of settlement pays every session; its figures are not looked at here."""

from bench.settlement import measure_settlement, settlement_section


def test_bench_in_short_pays_every_session_at_every_tick() -> None:
    found = measure_settlement(sessions=20, ticks=1, count=50)
    assert found.sessions == 20
    assert found.signed_per_s > 0
    assert any("20 sessions of one pair" in line for line in settlement_section(found))
