"""A site in whole units: limits rounded down, loads rounded up."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ocn.smart_charging.planning.problem import Load, Phase
from ocn.smart_charging.site.model import Current, Daily, Evse, Fuse, Site, TimedLimit
from ocn.smart_charging.site.wiring import Wiring
from ocn.smart_charging.slots import Slots

ALL = tuple(Phase)
BERLIN = ZoneInfo("Europe/Berlin")


def _site(*evses: Evse, timed: tuple[TimedLimit, ...] = (), kw: str | None = "40.00019") -> Site:
    main = Fuse(
        "main", None, ALL, dict.fromkeys(ALL, Decimal("63.0009")), None if kw is None else Decimal(kw), timed
    )
    row = Fuse("row", "main", ALL, dict.fromkeys(ALL, Decimal(32)))
    return Site("s", BERLIN, Decimal(230), 15, (main, row), evses)


def _ac(rotation: tuple[Phase, ...] | None = None, **more: Any) -> Evse:
    return Evse("E", "row", Current.AC, ALL, rotation, **more)


SLOTS = Slots(datetime(2026, 3, 2, tzinfo=UTC), 15, 4)


def test_wiring_limits_are_whole_milliamperes_and_tenths_of_a_watt_rounded_down() -> None:
    wiring = Wiring.of(_site(_ac()))

    limits = wiring.limits(SLOTS)

    assert [(each.fuse, each.phase, each.amounts[0]) for each in limits] == [
        ("main", Phase.L1, 63_000),
        ("main", Phase.L2, 63_000),
        ("main", Phase.L3, 63_000),
        ("main", None, 400_001),
        ("row", Phase.L1, 32_000),
        ("row", Phase.L2, 32_000),
        ("row", Phase.L3, 32_000),
    ]


def test_wiring_three_phase_outlet_loads_every_fuse_above_it_on_every_phase() -> None:
    outlet = Wiring.of(_site(_ac())).outlet(_ac())

    assert (outlet.least, outlet.most) == (60, 160)
    assert outlet.step_kw == pytest.approx(0.069)
    assert set(outlet.loads) == {Load(i, 100) for i in (0, 1, 2, 4, 5, 6)} | {Load(3, 690)}


def test_wiring_one_phase_car_loads_the_phase_that_the_rotation_says() -> None:
    evse = _ac(rotation=(Phase.L2, Phase.L3, Phase.L1))

    outlet = Wiring.of(_site(evse)).outlet(evse, car_phases=1)

    assert set(outlet.loads) == {Load(1, 100), Load(5, 100), Load(3, 230)}


def test_wiring_one_phase_car_of_unknown_rotation_counts_on_every_phase() -> None:
    outlet = Wiring.of(_site(_ac())).outlet(_ac(), car_phases=1)

    assert {load.limit for load in outlet.loads} == {0, 1, 2, 3, 4, 5, 6}
    assert outlet.step_kw == pytest.approx(0.023)


def test_wiring_connector_limit_in_kw_lowers_the_amperes() -> None:
    evse = _ac(max_amps=Decimal(32), max_kw=Decimal(11))

    assert Wiring.of(_site(evse)).outlet(evse).most == 159


def test_wiring_dc_outlet_loads_phases_by_its_power_rounded_up() -> None:
    evse = Evse("D", "main", Current.DC, ALL, None, max_kw=Decimal("50.05"), min_kw=Decimal(5))

    outlet = Wiring.of(_site(evse)).outlet(evse)

    assert (outlet.least, outlet.most, outlet.step_kw) == (50, 500, 0.1)
    assert set(outlet.loads) == {Load(0, 145), Load(1, 145), Load(2, 145), Load(3, 1000)}


def test_wiring_limit_for_a_while_holds_in_every_slot_that_it_touches() -> None:
    evening = TimedLimit(Daily(time(17, 10), time(17, 20), frozenset({0})), kw=Decimal(10))
    start = datetime(2026, 3, 2, 17, tzinfo=BERLIN).astimezone(UTC)

    limits = Wiring.of(_site(_ac(), timed=(evening,))).limits(Slots(start, 15, 3))

    assert limits[3].amounts == (100_000, 100_000, 400_001)


def test_wiring_limit_past_midnight_belongs_to_the_day_on_which_it_began() -> None:
    night = TimedLimit(Daily(time(23), time(1), frozenset({0})), amps=dict.fromkeys(ALL, Decimal(5)))
    site = _site(_ac(), timed=(night,), kw=None)
    monday = datetime(2026, 3, 2, 22, tzinfo=BERLIN).astimezone(UTC)

    in_monday_night = Wiring.of(site).limits(Slots(monday, 60, 4))[0].amounts
    in_sunday_night = Wiring.of(site).limits(Slots(monday - timedelta(days=1), 60, 4))[0].amounts

    assert in_monday_night == (63_000, 5_000, 5_000, 63_000)
    assert in_sunday_night == (63_000,) * 4


@pytest.mark.parametrize(("day", "slots"), [(date(2026, 3, 29), 92), (date(2026, 10, 25), 100)])
def test_wiring_daily_limit_on_a_night_of_changing_clocks_follows_the_local_clock(
    day: date, slots: int
) -> None:
    early = TimedLimit(Daily(time(4), time(6), frozenset(range(7))), kw=Decimal(1))
    site = _site(_ac(), timed=(early,))
    begin = datetime.combine(day, time(), BERLIN).astimezone(UTC)

    amounts = Wiring.of(site).limits(Slots(begin, 15, slots))[3].amounts

    low = [i for i, amount in enumerate(amounts) if amount == 10_000]
    first = (datetime.combine(day, time(4), BERLIN).astimezone(UTC) - begin) // timedelta(minutes=15)
    assert low == list(range(first, first + 8))
