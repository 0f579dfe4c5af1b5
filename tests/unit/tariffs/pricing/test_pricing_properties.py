"""What holds for every session and every tariff."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ocn.tariffs import Policy, Priced, StepSize, compute
from ocn.tariffs.model import Period, Record
from ocn.tariffs.pricing.pieces import Knot, between
from ocn.tariffs.pricing.splitting import cut
from ocn.tariffs.result import ZERO

if TYPE_CHECKING:
    from tests.unit.tariffs.conftest import Json, Making

START = datetime(2024, 3, 29, 16, tzinfo=UTC)  # a Friday; clocks change on the Sunday
TIMES = ["00:00", "06:00", "12:30", "18:00", "22:00"]
TINY = Fraction(1, 10**4)
DAYS = ["MONDAY", "FRIDAY", "SATURDAY", "SUNDAY"]


def decimals(most: int, places: int) -> st.SearchStrategy[Decimal]:
    return st.integers(0, most * 10**places).map(lambda whole: Decimal(whole).scaleb(-places))


components = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["FLAT", "ENERGY", "TIME", "PARKING_TIME"]),
        "price": decimals(3, 2),
        "step_size": st.sampled_from([0, 1, 60, 300, 900, 1000]),
    },
    optional={"vat": st.sampled_from([Decimal(0), Decimal("5.5"), Decimal(20)])},
)
by_time = {
    "start_time": st.sampled_from(TIMES),
    "end_time": st.sampled_from(TIMES),
    "day_of_week": st.lists(st.sampled_from(DAYS), unique=True),
    "start_date": st.sampled_from(["2024-03-29", "2024-03-30", "2024-03-31"]),
    "min_duration": st.sampled_from([0, 600, 3600, 7200]),
    "max_duration": st.sampled_from([600, 3600, 7200]),
    "reservation": st.sampled_from(["RESERVATION", "RESERVATION_EXPIRES"]),
}
by_energy = {"min_kwh": decimals(20, 1), "max_kwh": decimals(20, 1), "max_power": decimals(20, 1)}


def elements(restrictions: dict[str, Any]) -> "st.SearchStrategy[list[Json]]":
    element = st.fixed_dictionaries(
        {"price_components": st.lists(components, min_size=1, max_size=3)},
        optional={"restrictions": st.fixed_dictionaries({}, optional=restrictions)},
    )
    return st.lists(element, min_size=1, max_size=4)


volumes = st.fixed_dictionaries(
    {},
    optional={
        "energy": decimals(20, 4),
        "max_power": decimals(22, 1),
        "kind": st.sampled_from(["time", "parking_time"]),
    },
)
sessions = st.lists(st.tuples(st.integers(1, 7 * 3600), volumes), min_size=1, max_size=5)


def cdr_of(make: "Making", session: list[tuple[int, dict[str, Any]]], reserved: int = 0) -> "Json":
    """Make a CDR whose times are the lengths of its periods, with four decimals."""
    periods, moment = [], START
    if reserved:
        hours = Decimal(reserved) / 3600
        periods.append(make.period(moment, reservation_time=f"{hours:.4f}"))
        moment += timedelta(seconds=reserved)
    for seconds, given_volumes in session:
        dimensions = {name: value for name, value in given_volumes.items() if name != "kind"}
        kind = given_volumes.get("kind")
        if kind is not None:
            dimensions[kind] = f"{Decimal(seconds) / 3600:.4f}"
        periods.append(make.period(moment, **dimensions))
        moment += timedelta(seconds=seconds)
    return make.cdr(*periods, end=moment)


def halved(record: Record) -> Record:
    """Split every period in the middle."""
    pieces: list[Period] = []
    for period in record.session.periods:
        assert period.start is not None
        assert period.end is not None
        energy = period.energy or Decimal(0)
        middle = period.start + (period.end - period.start) / 2
        knots = [Knot(period.start, Decimal(0)), Knot(middle, energy / 2), Knot(period.end, energy)]
        pieces += between(period, knots)
    return replace(record, session=replace(record.session, periods=tuple(pieces)))


def priced(make: "Making", cdr: "Json", tariff: "list[Json]", **more: Any) -> Priced:
    return make.price(cdr, make.tariff(*tariff), zone="Europe/Berlin", **more)


@settings(deadline=None)
@given(sessions, elements(by_time | by_energy), st.integers(0, 4000), st.sampled_from(StepSize))
def test_total_is_the_sum_of_its_lines_and_of_its_parts(
    make: "Making", session: Any, tariff: Any, reserved: int, edition: StepSize
) -> None:
    found = priced(make, cdr_of(make, session, reserved), tariff, policy=Policy(step_size=edition))
    assert found.total == found.subtotal == sum((line.amount for line in found.lines), ZERO)
    assert found.total == sum(found.parts.values(), ZERO)


@settings(deadline=None)
@given(sessions, elements(by_time | by_energy))
def test_gross_is_never_less_than_net(make: "Making", session: Any, tariff: Any) -> None:
    found = priced(make, cdr_of(make, session), tariff)
    for amount in (found.total, found.low, found.high, *found.parts.values()):
        assert amount.excl is not None
        assert amount.incl is None or amount.incl >= amount.excl >= 0


@settings(deadline=None)
@given(sessions, elements(by_time | by_energy))
def test_split_where_no_price_changes_leaves_the_total(make: "Making", session: Any, tariff: Any) -> None:
    pieces = cut(priced(make, cdr_of(make, session), tariff).record)
    assert compute(halved(pieces)).total == compute(pieces).total


@settings(deadline=None)
@given(sessions, elements(by_time | by_energy), st.randoms(use_true_random=False))
def test_order_of_periods_changes_nothing_but_a_finding(
    make: "Making", session: Any, tariff: Any, random: Any
) -> None:
    cdr = cdr_of(make, session)
    shuffled = list(cdr["charging_periods"])
    random.shuffle(shuffled)
    first, second = priced(make, cdr, tariff), priced(make, {**cdr, "charging_periods": shuffled}, tariff)
    assert (first.total, first.parts, first.low, first.high) == (
        second.total,
        second.parts,
        second.low,
        second.high,
    )
    assert make.codes(second) - make.codes(first) <= {"PERIODS_UNSORTED"}


@settings(deadline=None)
@given(sessions, elements(by_time), st.integers(1, 2000))
def test_small_steps_never_cost_more_than_larger_ones(
    make: "Making", session: Any, tariff: Any, step: int
) -> None:
    def with_step(size: int) -> Fraction:
        made = [
            {
                **element,
                "price_components": [{**one, "step_size": size} for one in element["price_components"]],
            }
            for element in tariff
        ]
        found = priced(make, cdr_of(make, session), made).total.excl
        assert found is not None
        return found

    assert with_step(0) <= with_step(1) <= with_step(step)


@settings(deadline=None)
@given(sessions, elements(by_time), st.data())
def test_more_energy_never_costs_less(make: "Making", session: Any, tariff: Any, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(session) - 1))
    seconds, before = session[place]
    more = {**before, "energy": before.get("energy", Decimal(0)) + data.draw(decimals(20, 4))}
    longer = [*session[:place], (seconds, more), *session[place + 1 :]]
    less_cost = priced(make, cdr_of(make, session), tariff).total.excl
    more_cost = priced(make, cdr_of(make, longer), tariff).total.excl
    assert less_cost is not None
    assert more_cost is not None
    assert less_cost <= more_cost


@settings(deadline=None)
@given(sessions, elements({**by_time, "min_kwh": decimals(20, 1), "max_kwh": decimals(20, 1)}))
def test_session_cut_evenly_lies_within_the_bounds(make: "Making", session: Any, tariff: Any) -> None:
    """Without FLAT and blocks, which can cost more for energy that is spread than for any extreme."""
    made = [element for element in tariff if element["price_components"][0]["type"] != "FLAT"]
    for element in made:
        element["price_components"] = [one for one in element["price_components"] if one["type"] != "FLAT"]
    found = priced(make, cdr_of(make, session), made, policy=Policy(step_size=StepSize.NONE))
    even = compute(cut(found.record, decimals=9), found.policy).total
    assert found.low.excl is not None
    assert found.high.excl is not None
    assert even.excl is not None
    assert found.low.excl - TINY <= even.excl <= found.high.excl + TINY
