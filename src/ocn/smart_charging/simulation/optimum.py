"""The best that could have been done by one who knew everything beforehand, without the 6 A floor."""

from ocn.smart_charging.planning.blocks import every_slot
from ocn.smart_charging.planning.demands import demands_of
from ocn.smart_charging.planning.highs import Solver
from ocn.smart_charging.planning.problem import Latecomers, Limit, Problem
from ocn.smart_charging.planning.program import program
from ocn.smart_charging.planning.weights import Weights
from ocn.smart_charging.simulation.closed_loop import Run, World

_TIME_LIMIT_S = 600.0
_ONE_SEGMENT = Weights(lacking_segments=((1.0, 1.0),), waiting_eur_per_kwh=0.0, going_on_eur_per_kwh=0.0)


def offline_optimum(world: World) -> Run | None:
    """Return the run of most energy, and of the least cost among those; None if it took too long."""
    days = world.days
    count = days.slots.count
    limits = tuple(Limit(each.fuse, each.phase, each.unit_kw, each.amounts[:count]) for each in world.limits)
    units = [each.unit_kw for each in limits]
    stays = []
    for stay in days.stays:
        outlet = world.outlet(stay)
        shares = tuple((load.limit, load.units * units[load.limit] / outlet.step_kw) for load in outlet.loads)
        most = outlet.most * outlet.step_kw
        stays.append(Latecomers(stay.arrival, stay.departure, stay.need_kwh, most, shares))
    problem = Problem(
        days.slots.hours, days.prices[:count], limits, (), tuple(stays), peak_price=world.peak_price
    )
    written = program(problem, demands_of(problem), every_slot(count), _ONE_SEGMENT)
    found = Solver(written).optimum(_TIME_LIMIT_S)
    if found is None:
        return None
    delivered, power = [0.0] * len(stays), [0.0] * count
    for column, kw in enumerate(found.values[: written.powers].tolist()):
        delivered[int(written.demand_of[column])] += kw * days.slots.hours
        power[int(written.block_of[column])] += kw
    return Run("offline optimum", tuple(delivered), tuple(power), 0, 0, ())
