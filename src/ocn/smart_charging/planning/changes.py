"""What a plan changed against the one before, car by car, in words."""

from collections.abc import Iterator
from dataclasses import dataclass

from ocn.smart_charging.planning.rivals import Standing
from ocn.smart_charging.planning.told import ToldCar, ToldPlan, ToldRival

_MOVED_SLOTS = 0.5
_MISSED_KWH = 0.25
_OTHER_KW = 0.1
_OTHER_LACKING_KWH = 0.05
_NOTHING_KW = 1e-6


@dataclass(frozen=True, slots=True)
class Change:
    """What changed for one car, and what followed from it."""

    car: str
    line: str


def changes(before: ToldPlan, after: ToldPlan) -> tuple[Change, ...]:
    """Compare two plans of one site; cars for which all goes on as it was planned are left out."""
    were = {car.id: car for car in before.cars}
    found = []
    for car in after.cars:
        was = were.pop(car.id, None)
        told = [_came(car, after)] if was is None else [*_changed(was, car, before, after)]
        if told:
            found.append(Change(car.id, f"{car.id}: {'; '.join(told)}"))
    found += [
        Change(car.id, f"{car.id}: is planned no more, it has what it needs or has left")
        for car in were.values()
    ]
    return tuple(found)


def _came(car: ToldCar, after: ToldPlan) -> str:
    begins = "nothing is planned for it" if car.begins is None else _begins(car, after)
    return f"is new, needs {car.need_kwh:.1f} kWh by {after.moment(car.departure)} ({car.said_by}), {begins}"


def _begins(car: ToldCar, plan: ToldPlan) -> str:
    if car.now_kw > _NOTHING_KW:
        return f"charges at {car.now_kw:.1f} kW at once"
    return f"charging starts {plan.moment(car.begins or plan.slot)}"


def _changed(was: ToldCar, car: ToldCar, before: ToldPlan, after: ToldPlan) -> Iterator[str]:
    yield from _asked(was, car, before, after)
    yield from _got(was, car, before, after)
    yield from _planned(was, car, before, after)
    lacks_more = car.lacking_kwh - was.lacking_kwh
    if abs(lacks_more) >= _OTHER_LACKING_KWH:
        yield f"will lack {car.lacking_kwh:.1f} kWh instead of {was.lacking_kwh:.1f}{_to_whom(car)}"


def _asked(was: ToldCar, car: ToldCar, before: ToldPlan, after: ToldPlan) -> Iterator[str]:
    if abs(car.departure - was.departure) > _MOVED_SLOTS:
        yield (
            f"leaves {after.moment(car.departure)} ({car.said_by}) "
            f"instead of {before.moment(was.departure)} ({was.said_by})"
        )
    elif car.said_by != was.said_by:
        yield f"when it leaves is now {car.said_by}, was {was.said_by}"


def _got(was: ToldCar, car: ToldCar, before: ToldPlan, after: ToldPlan) -> Iterator[str]:
    """What it was meant to get until now, and what it still needs, say what it got or asks for now."""
    between = max(0, after.slot - before.slot)
    hours = before.slot_minutes / 60
    first = min(was.now_kw * hours, was.need_kwh) if between else 0.0
    meant = first + sum(was.planned_kw[1:between]) * hours
    more = car.need_kwh - (was.need_kwh - meant)
    if more > max(_MISSED_KWH, 0.1 * meant):
        yield f"needs {more:.1f} kWh more than was planned by now"
    elif more < -max(_MISSED_KWH, 0.1 * meant):
        yield f"needs {-more:.1f} kWh less than was planned by now"


def _planned(was: ToldCar, car: ToldCar, before: ToldPlan, after: ToldPlan) -> Iterator[str]:
    """What it gets now against what was meant for now, and when a wait ends."""
    between = max(0, after.slot - before.slot)
    meant = was.planned_kw[between] if between < len(was.planned_kw) else 0.0
    if between == 0:
        meant = was.now_kw
    if abs(car.now_kw - meant) > _OTHER_KW:
        yield f"gets {car.now_kw:.1f} kW now instead of {meant:.1f} ({_because(car)})"
    waits = car.now_kw <= _NOTHING_KW and (was.begins is None or was.begins > after.slot)
    if waits and car.begins != was.begins:
        now, then = _start(car, after), _start(was, before)
        yield f"starts {now} instead of {then} ({_because(car)})"
    elif car.bound != was.bound and abs(car.now_kw - meant) <= _OTHER_KW and car.now_kw > _NOTHING_KW:
        yield f"is bound by {_because(car)}, before by {_because(was)}"


def _start(car: ToldCar, plan: ToldPlan) -> str:
    return "never" if car.begins is None else plan.moment(car.begins)


def _because(car: ToldCar) -> str:
    return car.bound if car.limit is None else car.limit


def _to_whom(car: ToldCar) -> str:
    if not car.rivals or car.rivals_at is None:
        return ""
    told = "; ".join(f"{rival.id} {rival.kwh:.1f} kWh{_beside(rival)}" for rival in car.rivals)
    more = f"; {car.other_rivals} more" if car.other_rivals else ""
    return f", {car.rivals_at} gives {told}{more}"


def _beside(rival: ToldRival) -> str:
    return "" if rival.standing == Standing.BESIDE else f", {rival.standing}"
