"""Plans in words: a line per car, for operators and for its driver, and the shadow prices of the fuses."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ocn.smart_charging.clock_times import day_and_clock
from ocn.smart_charging.planning.plan import Plan, ShadowPrice
from ocn.smart_charging.planning.problem import Problem
from ocn.smart_charging.planning.rivals import Rival, Rivals, Standing
from ocn.smart_charging.planning.why import Bound, Why

Clock = Callable[[float], str]
"""Writes a moment, given in slots from the plan's."""

_WORTH_SAYING_EUR = 0.005
_NOTHING_KW = 1e-6
_SAME_EUR = 0.0005
_TIES_EUR = 0.003
"""A shadow price below that comes from what breaks ties; one further above what prices explain, from risk."""


def in_slots(slot: int) -> Clock:
    """Write moments as numbers of slots, where the plan is for that one."""
    return lambda after: f"slot {round(slot + after)}"


def times(start: datetime, slot_h: float, zone: ZoneInfo | None) -> Clock:
    """Write moments as weekdays and times, local ones with a zone, where the plan begins at ``start``."""

    def write(after: float) -> str:
        moment = start + timedelta(hours=after * slot_h)
        return day_and_clock(moment.astimezone(zone or moment.tzinfo))

    return write


def sentence(why: Why, plan: Plan, clock: Clock, said_by: str = "declared") -> str:
    """Write one line: need, departure, what it gets, what bound it, what waiting saves."""
    parts = [f"{why.car}: needs {why.need_kwh:.1f} kWh by {clock(why.departure)} ({said_by})"]
    parts.append(_action(why, plan, clock))
    if why.saves_eur >= _WORTH_SAYING_EUR:
        parts.append(f"about {why.saves_eur:.2f} EUR less than at once")
    if why.lacks:
        parts.append(f"{why.lacking_kwh:.1f} kWh will be lacking{_to_whom(why.rivals, plan)}")
    return "; ".join(parts)


def for_driver(why: Why, clock: Clock) -> str:
    """Write what a driver wants to know: when it charges, how much there will be by when, what that saves."""
    if why.begins is None:
        return f"no charging is planned, {why.need_kwh:.1f} kWh will be lacking at {clock(why.departure)}"
    begins = f"charging at {why.now_kw:.1f} kW"
    if why.now_kw <= _NOTHING_KW:
        begins = _begins(why, why.begins, clock)
    short = f"{why.need_kwh - why.lacking_kwh:.1f} of " if why.lacks else ""
    parts = [begins, f"{short}{why.need_kwh:.1f} kWh by {clock(why.departure)}"]
    if why.saves_eur >= _WORTH_SAYING_EUR:
        parts.append(f"about {why.saves_eur:.2f} EUR less than at once")
    return ", ".join(parts)


def _action(why: Why, plan: Plan, clock: Clock) -> str:
    if why.now_kw > _NOTHING_KW:
        return f"charges at {why.now_kw:.1f} kW now: {_reason(why, plan)}"
    if why.begins is None:
        return f"gets nothing: {_reason(why, plan)}"
    return f"waits, {_begins(why, why.begins, clock)}: {_reason(why, plan)}"


def _begins(why: Why, begins: int, clock: Clock) -> str:
    return f"charging {'goes on' if why.has_begun else 'starts'} {clock(begins)}"


def _reason(why: Why, plan: Plan) -> str:
    if why.bound is Bound.LIMIT and why.limit is not None:
        limit = f"{plan.problem.limits[why.limit]} lets no more through"
        return limit if why.lacks else limit + _drawing_now(why.rivals, plan.problem.slot_h)
    return {
        Bound.OWN_LIMIT: "all it can take",
        Bound.LAST_BIT: "all it still needs",
        Bound.LIMIT: "the site lets no more through",
        Bound.LEAST_POWER: "what is left is less than it can charge at",
        Bound.PRICE: "energy is cheaper later",
        Bound.PEAK: "more would raise the peak",
        Bound.RISK: "cheaper later, but it might be gone by then",
        Bound.TURN: "its turn, it can wait least",
    }[why.bound]


def _drawing_now(rivals: Rivals, slot_h: float) -> str:
    told = [f"{each.car} draws {each.kwh / slot_h:.1f} kW{_beside(each)}" for each in rivals.first]
    return f" ({_listed(told, rivals.others)})" if told else ""


def _to_whom(rivals: Rivals, plan: Plan) -> str:
    told = [f"{each.car} {each.kwh:.1f} kWh{_beside(each)}" for each in rivals.first]
    if rivals.limit is None or not told:
        return ""
    return f", {plan.problem.limits[rivals.limit]} gives {_listed(told, rivals.others)}"


def _beside(rival: Rival) -> str:
    return "" if rival.standing is Standing.BESIDE else f", {rival.standing}"


def _listed(told: list[str], others: int) -> str:
    return "; ".join([*told, f"{others} more"] if others else told)


@dataclass(frozen=True, slots=True)
class Scarcity:
    """A limit that is scarce at one price for a while, in slots from the plan's."""

    limit: int | None
    begins: int
    ends: int
    eur_per_kwh: float
    beyond_price: bool = False
    """Whether it is no price of energy, but what the planner holds against cars that lack some."""

    def goes_on_with(self, price: ShadowPrice, *, beyond: bool) -> bool:
        """Whether the next slot's price is the same."""
        if price.limit != self.limit or price.slot != self.ends or beyond != self.beyond_price:
            return False
        return beyond or abs(self.eur_per_kwh - price.eur_per_kwh) < _SAME_EUR

    def line(self, plan: Plan, clock: Clock) -> str:
        """Write it: what one kilowatt more is worth, where, and when."""
        where = "a higher peak" if self.limit is None else str(plan.problem.limits[self.limit])
        when = f"between {clock(self.begins)} and {clock(self.ends)}"
        if self.beyond_price:
            return f"one kW more at {where} {when} is worth more than any price: cars might leave without it"
        return f"one kW more at {where} {when} is worth {self.eur_per_kwh:.3f} EUR/kWh"


def scarcities(plan: Plan) -> list[Scarcity]:
    """Put neighbouring slots of one shadow price together; those that matter most first.

    What is above all that prices explain counts as one, the lowest of it.
    """
    most_eur = _most_by_price_eur(plan.problem)
    found: list[Scarcity] = []
    order = sorted(
        plan.wishes.shadow_prices, key=lambda each: (-1 if each.limit is None else each.limit, each.slot)
    )
    for price in order:
        last, beyond = found[-1] if found else None, price.eur_per_kwh > most_eur
        if last is not None and last.goes_on_with(price, beyond=beyond):
            eur = min(last.eur_per_kwh, price.eur_per_kwh) if beyond else last.eur_per_kwh
            found[-1] = replace(last, ends=price.slot + 1, eur_per_kwh=eur)
        elif price.eur_per_kwh >= _TIES_EUR:
            found.append(Scarcity(price.limit, price.slot, price.slot + 1, price.eur_per_kwh, beyond))
    return sorted(found, key=lambda each: -each.eur_per_kwh * (each.ends - each.begins))


def _most_by_price_eur(problem: Problem) -> float:
    """Return the most that a kWh more through a limit can save by prices alone.

    It comes from the dearest slot into the cheapest; one kW more on a phase may let three flow.
    """
    series = {problem.prices, *(car.prices for car in problem.cars if car.prices is not None)}
    spread = max((max(each) - min(each) for each in series if each), default=0.0)
    return 3 * spread + problem.peak_price / problem.slot_h + _TIES_EUR
