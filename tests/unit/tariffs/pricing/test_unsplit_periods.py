"""Periods that span a change of price: where they are cut, and between what the price lies."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from ocn.tariffs import Policy, compute
from ocn.tariffs.policy import PeriodReading
from ocn.tariffs.pricing.allocation import Slot, cheapest
from ocn.tariffs.pricing.bounds import bounded
from ocn.tariffs.pricing.splitting import cut

if TYPE_CHECKING:
    from tests.unit.tariffs.conftest import Json, Making

HOUR = timedelta(hours=1)


def evening(make: "Making", day: str = "0.20", night: str = "0.50") -> "Json":
    """Energy at one price until 18:00, at another from then on; time at 1.00 and 3.00."""
    return make.tariff(
        make.element(make.component("ENERGY", day), make.component("TIME", "1.00", step=0), end_time="18:00"),
        make.element(make.component("ENERGY", night), make.component("TIME", "3.00", step=0)),
    )


def test_energy_is_bounded_and_time_is_cut_exactly(make: "Making") -> None:  # ED-10, IS-06
    start = datetime(2024, 3, 11, 17, 30, tzinfo=UTC)
    priced = make.price(make.one(2, start=start, energy="10", time="2"), evening(make))
    assert make.codes(priced) == {"PERIOD_SPANS_PRICE_CHANGE"}
    assert priced.total.excl == 2 + 2  # by the state at the start
    times = Fraction(1, 2) + Fraction(3, 2) * 3
    assert (priced.low.excl, priced.high.excl) == (2 + times, 5 + times)
    assert priced.decided


def test_connector_that_cannot_deliver_so_much_narrows_the_bounds(make: "Making") -> None:
    start = datetime(2024, 3, 11, 17, 30, tzinfo=UTC)
    cdr = make.one(2, start=start, energy="10", max_power="8")  # at most 4 kWh before, 12 kWh after 18:00
    priced = make.price(cdr, evening(make))
    assert (priced.low.excl, priced.high.excl) == (4 * Fraction("0.2") + 3, Fraction(5))
    cdr["cdr_location"] = {"id": "L", "evse_uid": "e1", "connector_id": "1"}
    connector: Json = {"id": "1", "max_voltage": 230, "max_amperage": 8, "power_type": "AC_3_PHASE"}
    location: Json = {"evses": [{"uid": "E1", "connectors": [connector]}]}
    stored = make.price(cdr, evening(make), location=location)  # 5.52 kW: 2.76 kWh before
    assert stored.low.excl == Fraction("2.76") * Fraction("0.2") + Fraction("7.24") / 2


def test_connector_that_cannot_have_delivered_it_says_nothing(make: "Making") -> None:
    start = datetime(2024, 3, 11, 17, 30, tzinfo=UTC)
    priced = make.price(make.one(2, start=start, energy="10", max_power="1"), evening(make))
    assert (priced.low.excl, priced.high.excl) == (Fraction(2), Fraction(5))


def test_tiers_are_cut_exactly(make: "Making") -> None:
    tariff = make.tariff(
        make.element(make.component("ENERGY", "0.00"), max_kwh="1"),
        make.element(make.component("ENERGY", "0.20"), max_kwh="5"),
        make.element(make.component("ENERGY", "0.30")),
    )
    priced = make.price(make.one(2, energy="20"), tariff)
    assert priced.low == priced.high
    assert priced.low.excl == 4 * Fraction("0.2") + 15 * Fraction("0.3")


def test_tiers_that_meet_the_periods_are_no_finding(make: "Making") -> None:
    tariff = make.tariff(
        make.element(make.component("ENERGY", "0.10"), max_kwh="1"),
        make.element(make.component("ENERGY", "0.20")),
    )
    periods = [make.period(make.monday + HOUR * place, energy="1") for place in range(3)]
    priced = make.price(make.cdr(*periods, end=make.monday + HOUR * 3), tariff)
    assert make.codes(priced) == set()
    assert priced.total == priced.low == priced.high


def test_edge_at_which_nothing_changes_cuts_nothing(make: "Making") -> None:
    priced = make.price(make.one(8, energy="10", time="8"), evening(make, day="0.5", night="0.5"))
    assert make.codes(priced) == {"PERIOD_SPANS_PRICE_CHANGE"}  # the price of time
    assert make.codes(make.price(make.one(8, energy="10"), evening(make, day="0.5", night="0.5"))) == set()


def test_duration_and_day_are_edges(make: "Making") -> None:
    tariff = make.tariff(
        make.element(make.component("TIME", "0.00", step=0), max_duration=1800),
        make.element(make.component("TIME", "2.00", step=0), day_of_week=["MONDAY"]),
        make.element(make.component("TIME", "5.00", step=0)),
    )
    cdr = make.one(13, time="13")  # from noon on Monday to one o'clock
    record = cut(make.price(cdr, tariff).record)
    starts = [period.start for period in record.session.periods]
    assert starts == [make.monday, make.monday + HOUR / 2, make.monday + HOUR * 12]
    assert compute(record).total.excl == Fraction(23, 2) * 2 + 5


def test_change_of_the_clock_is_an_edge(make: "Making") -> None:
    start = datetime(2024, 3, 31, 0, 30, tzinfo=UTC)  # 01:30 in Berlin, half an hour before the skipped hour
    tariff = make.tariff(
        make.element(make.component("TIME", "1.00", step=0), end_time="02:30"),
        make.element(make.component("TIME", "3.00", step=0)),
    )
    record = make.price(make.one(1, start=start, time="1"), tariff, zone="Europe/Berlin").record
    assert [period.start for period in cut(record).session.periods] == [start, start + HOUR / 2]
    night = datetime(2024, 10, 26, 23, 30, tzinfo=UTC)  # 02:30 comes at 00:30 and again at 01:30
    record = make.price(make.one(3, start=night, time="3"), tariff, zone="Europe/Berlin").record
    cuts = [period.start for period in cut(record).session.periods]
    assert cuts == [night, night + HOUR, night + HOUR * 1.5, night + HOUR * 2]


def test_flat_that_becomes_due_is_an_edge(make: "Making") -> None:
    tariff = make.tariff(
        make.element(make.component("FLAT", "3.00"), start_time="18:00"),
        make.element(make.component("ENERGY", "0.10")),
    )
    priced = make.price(make.one(8, energy="10"), tariff)
    assert (priced.total.excl, priced.low.excl, priced.high.excl) == (Fraction(1), Fraction(4), Fraction(4))


def test_pieces_keep_all_that_a_period_had(make: "Making") -> None:
    start = datetime(2024, 3, 11, 17, 30, tzinfo=UTC)
    cdr = make.one(2, start=start, energy="10.0001", time="2", max_power="8")
    (before,) = make.price(cdr, evening(make)).record.session.periods
    pieces = cut(make.price(cdr, evening(make)).record).session.periods
    assert sum(piece.energy or 0 for piece in pieces) == before.energy
    assert sum(piece.time or 0 for piece in pieces) == before.time
    assert {piece.max_power for piece in pieces} == {8}
    assert (pieces[0].start, pieces[-1].end) == (before.start, before.end)
    assert pieces[0].energy == Decimal("2.500025")


def test_recut_policy_prices_the_pieces(make: "Making") -> None:
    start = datetime(2024, 3, 11, 17, 30, tzinfo=UTC)
    cdr = make.one(2, start=start, energy="10", time="2")
    priced = make.price(cdr, evening(make), policy=Policy(periods=PeriodReading.RECUT))
    assert priced.total.excl == Fraction("2.5") / 5 + Fraction("7.5") / 2 + Fraction(1, 2) + Fraction(9, 2)
    assert make.codes(priced) == set()


def test_session_of_months_or_tariff_of_hundreds_of_windows_is_not_searched(make: "Making") -> None:
    priced = make.price(make.one(24 * 400, energy="10"), evening(make))
    assert make.codes(priced) == {"PRICE_CHANGES_NOT_SEARCHED"}
    assert make.codes(make.price(make.one(24 * 400, energy="10"), make.simple("ENERGY", "1"))) == set()
    windows = [
        make.element(
            make.component("ENERGY", f"0.{minute:04}"),
            start_time=f"{minute // 60:02}:{minute % 60:02}",
            max_kwh=f"{minute}",
        )
        for minute in range(0, 1440, 3)
    ]
    priced = make.price(make.one(24, energy="10"), make.tariff(*windows))
    assert "PRICE_CHANGES_NOT_SEARCHED" in make.codes(priced)


prices = st.integers(0, 9).map(Fraction)
slots = st.lists(
    st.tuples(st.lists(prices, min_size=2, max_size=2), st.integers(1, 6)), min_size=1, max_size=3
)


@settings(deadline=None)
@given(slots, st.booleans())
def test_cheapest_spreading_is_found(drawn: list[tuple[list[Fraction], int]], limited: bool) -> None:
    """Held against all spreadings of 6 kWh in whole kWh, with a tier at 3 kWh."""
    free = (Fraction(0), Fraction(0))
    made = [Slot(tuple(both), free, Fraction(most) if limited else None) for both, most in drawn]
    found = [spent.until for spent in cheapest(made, [Decimal(3)], Decimal(6))]
    bound = limited and sum(most for _, most in drawn) >= 6

    def cost(ends: list[Fraction]) -> Fraction:
        total, begin = Fraction(0), Fraction(0)
        for slot, end in zip(made, ends, strict=True):
            below = max(Fraction(0), min(end, Fraction(3)) - min(begin, Fraction(3)))
            total += slot.energy[0] * below + slot.energy[1] * (end - begin - below)
            begin = end
        return total

    def spreadings(rest: int, begin: int) -> list[list[Fraction]]:
        if not rest:
            return [[]] if begin == 6 else []
        most = drawn[len(made) - rest][1] if bound else 6
        return [
            [Fraction(end), *others]
            for end in range(begin, min(6, begin + most) + 1)
            for others in spreadings(rest - 1, end)
        ]

    assert found[-1] == 6
    assert cost(found) == min(cost(ends) for ends in spreadings(len(made), 0))


def test_time_that_has_its_price_by_the_energy_is_bounded(make: "Making") -> None:
    tariff = make.tariff(
        make.element(make.component("TIME", "1.00", step=0), max_kwh="5"),
        make.element(make.component("TIME", "3.00", step=0)),
    )
    priced = make.price(make.one(2, energy="10", time="2"), tariff)
    assert (priced.total.excl, priced.low.excl, priced.high.excl) == (Fraction(2), Fraction(2), Fraction(6))


def test_bounds_of_a_price_that_is_settled_are_the_price(make: "Making") -> None:
    priced = make.price(make.one(energy="1"), make.simple("ENERGY", "1"))
    assert bounded(priced) == priced
    assert priced.low == priced.high == priced.total
