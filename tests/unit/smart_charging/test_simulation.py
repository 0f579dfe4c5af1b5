"""Made-up sites, and what policies make of them."""

import itertools
import statistics
from dataclasses import replace
from datetime import date

import pytest

from ocn.smart_charging.planning import crowds, settle
from ocn.smart_charging.planning.problem import Car
from ocn.smart_charging.planning.weights import USUAL_WEIGHTS, Effort, Weights
from ocn.smart_charging.simulation.closed_loop import Run, World
from ocn.smart_charging.simulation.comparison import aims, compare
from ocn.smart_charging.simulation.generator import Days, Wanted, generate
from ocn.smart_charging.simulation.kinds import Kind
from ocn.smart_charging.simulation.metrics import outcome
from ocn.smart_charging.simulation.policies import (
    EarliestDeparture,
    EqualShare,
    LeastLaxity,
    Planned,
    Policy,
    Uncontrolled,
)
from ocn.smart_charging.site.reading import read_site

CONTROLLED: list[Policy] = [EqualShare(), EarliestDeparture(), LeastLaxity()]
QUICK = Effort(least_powers_cars=0)


@pytest.mark.parametrize("kind", Kind)
def test_generate_same_seed_is_the_same_and_another_is_not(kind: Kind) -> None:
    wanted = Wanted(kind, 20, 7, history_days=2)

    assert generate(wanted) == generate(wanted)
    assert generate(wanted).stays != generate(replace(wanted, seed=8)).stays


@pytest.mark.parametrize("kind", Kind)
def test_generate_stays_fit_their_evses_and_their_time(kind: Kind) -> None:
    days = generate(Wanted(kind, 30, 3, days=2, history_days=3))
    world = World(days)

    assert days.stays
    assert days.earlier
    assert all(stay.arrival < 0 for stay in days.earlier)
    for evse in days.site.evses:
        here = sorted((stay.arrival, stay.departure) for stay in days.stays if stay.evse == evse.id)
        assert all(left <= came for (_, left), (came, _) in itertools.pairwise(here))
    for stay in days.stays:
        outlet = world.outlet(stay)
        full = (stay.departure - stay.arrival) * outlet.most * outlet.step_kw * days.slots.hours
        assert 0 < stay.need_kwh <= full
        assert stay.declared > stay.arrival
    assert len(days.prices) > days.slots.count


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("evses", [50, 2000])
def test_generate_makes_sites_of_any_size(kind: Kind, evses: int) -> None:
    days = generate(Wanted(kind, evses, 1))

    assert len(days.site.evses) == evses
    assert evses / 2 < len(days.stays) < 4 * evses


@pytest.mark.parametrize("kind", [Kind.WORKPLACE, Kind.PUBLIC])
def test_generate_ordinary_sites_without_control_draw_little_more_than_their_limit(kind: Kind) -> None:
    shares = []
    for seed in range(1, 7):
        world = World(generate(Wanted(kind, 100, seed)))
        site_kw = max(limit.amounts[0] * limit.unit_kw for limit in world.limits if limit.phase is None)
        shares.append(max(world.run(Uncontrolled()).power_kw) / site_kw)

    assert 1.0 < statistics.mean(shares) < 1.35


def test_generate_prices_dip_deeper_on_summer_noons_than_on_winter_ones() -> None:
    winter, spring, summer = (_noons_share(date(2026, *day)) for day in ((1, 12), (3, 2), (6, 22)))

    assert winter > spring > summer
    assert winter > 0.9
    assert summer < 0.6


def _noons_share(start: date) -> float:
    """The mean price from 11 to 16 h, as a share of the day's mean."""
    noons, means = 0.0, 0.0
    for seed in range(60):
        made = generate(Wanted(Kind.WORKPLACE, 3, seed, start=start))
        day = made.prices[:96]
        starts = made.slots.of_length(96).starts()
        hours = [each.astimezone(made.site.zone).hour for each in starts]
        at_noon = [price for price, hour in zip(day, hours, strict=True) if 11 <= hour < 16]
        noons += statistics.mean(at_noon)
        means += statistics.mean(day)
    return noons / means


def test_generate_at_a_given_site_uses_its_evses() -> None:
    site = read_site('[site]\nname="s"\n[[fuse]]\nname="f"\nkw=20\n[[evse]]\nid="only"\nfuse="f"\n').site

    days = generate(Wanted(Kind.PUBLIC, 99, 1), site)

    assert {stay.evse for stay in days.stays} == {"only"}


def test_run_uncontrolled_exceeds_limits_and_controlled_ones_never_do() -> None:
    world = World(generate(Wanted(Kind.WORKPLACE, 30, 2)))

    assert world.run(Uncontrolled()).overruns > 0
    for policy in CONTROLLED:
        run = world.run(policy)
        assert run.overruns == 0, policy.name
        assert all(
            got <= stay.need_kwh + 1e-9 for got, stay in zip(run.delivered_kwh, world.days.stays, strict=True)
        )


def test_run_energy_that_is_drawn_is_the_energy_that_is_delivered() -> None:
    world = World(generate(Wanted(Kind.DEPOT, 10, 1)))

    run = world.run(LeastLaxity())

    assert sum(run.power_kw) * 0.25 == pytest.approx(sum(run.delivered_kwh))


def test_outcome_of_a_run_is_what_its_names_say() -> None:
    days = generate(Wanted(Kind.WORKPLACE, 4, 1))
    stays = tuple(replace(days.stays[0], id=f"{i}", need_kwh=10.0) for i in range(4))
    days = Days(days.site, days.slots.of_length(2), stays, (0.1, 0.3))

    measured = outcome(
        World(days, peak_price=0.5), Run("x", (10.0, 9.95, 5.0, 10.0), (20.0, 119.8), 3, 8, (1.0, 3.0))
    )

    assert measured.delivered_percent == pytest.approx(87.375)
    assert measured.sessions_met_percent == 75.0
    assert measured.worst_5_percent == 50.0
    assert measured.cost_eur == pytest.approx(0.25 * (20 * 0.1 + 119.8 * 0.3) + 0.5 * 119.8)
    assert measured.cost_eur_per_kwh == pytest.approx(measured.cost_eur / 34.95)
    assert (measured.peak_kw, measured.pauses_per_session, measured.overruns) == (119.8, 2.0, 3)
    assert (measured.cpu_ms_mean, measured.cpu_ms_max) == (2.0, 3.0)


@pytest.mark.usefixtures("no_solver")
def test_compare_without_a_solver_runs_least_laxity_in_place_and_no_optimum() -> None:
    compared = compare(World(generate(Wanted(Kind.WORKPLACE, 10, 1))))

    outcomes = compared.outcome_by_policy
    assert "offline optimum" not in outcomes
    assert outcomes["ocn"].overruns == 0
    assert outcomes["ocn"].delivered_percent == pytest.approx(
        outcomes["least laxity"].delivered_percent, abs=1.0
    )


@pytest.mark.parametrize("kind", Kind)
def test_compare_optimum_costs_no_more_than_any_policy_that_delivers_all(kind: Kind) -> None:
    pytest.importorskip("highspy")
    compared = compare(World(generate(Wanted(kind, 20, 5))), effort=QUICK)

    best = compared.outcome_by_policy["offline optimum"]
    assert best.delivered_percent == pytest.approx(100.0)
    for each in compared.outcomes:
        if each.delivered_percent > 99.999 and each.overruns == 0:
            assert best.cost_eur <= each.cost_eur + 1e-6, each.name


def test_aims_on_an_ordinary_day_with_known_days_before_are_held() -> None:
    pytest.importorskip("highspy")
    compared = compare(World(generate(Wanted(Kind.DEPOT, 30, 1, history_days=10))))

    found = {aim.name: aim.held for aim in aims(compared, congested=False)}

    assert found == dict.fromkeys(found, True)


def _worst(kind: Kind, seeds: range, weights: Weights = USUAL_WEIGHTS, *, congested: bool = False) -> float:
    """The mean of the worst-served twentieth over some days, planned with what is known from before."""
    shares = []
    for seed in seeds:
        world = World(generate(Wanted(kind, 30, seed, congested=congested, history_days=6)))
        earlier = [world.seen(stay) for stay in world.days.earlier]
        units = [limit.unit_kw for limit in world.limits]
        planned = Planned(0.25, earlier, units, world.midnight, None, weights, QUICK)
        shares.append(outcome(world, world.run(planned)).worst_5_percent)
    return sum(shares) / len(shares)


@pytest.mark.long
def test_planned_without_the_price_of_risk_some_drive_off_short() -> None:
    pytest.importorskip("highspy")

    usual = _worst(Kind.PUBLIC, range(1, 4))
    careless = _worst(Kind.PUBLIC, range(1, 2), replace(USUAL_WEIGHTS, risk_eur_per_kwh=0.0))

    assert usual > 99.0
    assert careless < usual - 10


@pytest.mark.long
def test_planned_without_room_for_latecomers_some_drive_off_short(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("highspy")
    seeds = range(1, 5)

    usual = _worst(Kind.WORKPLACE, seeds, congested=True)
    monkeypatch.setattr(crowds, "LEAST_KWH", 1e9)
    surprised = _worst(Kind.WORKPLACE, seeds, congested=True)

    assert surprised < usual - 5


@pytest.mark.long
def test_planned_with_small_powers_rounded_to_nothing_sessions_end_short(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("highspy")
    usual = _worst(Kind.WORKPLACE, range(1, 3))

    def down(_car: Car, wish: float, _need_kwh: float, _slot_h: float) -> int:
        return int(wish)

    monkeypatch.setattr(settle, "_rounded", down)
    rounded = _worst(Kind.WORKPLACE, range(1, 3))

    assert rounded < usual - 1
