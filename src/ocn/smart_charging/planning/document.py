"""A plan as a JSON document: what was asked, what was planned, and why; readable without the program."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ocn.smart_charging.planning.plan import Plan
from ocn.smart_charging.planning.problem import Problem
from ocn.smart_charging.planning.sentences import Clock, for_driver, in_slots, scarcities, sentence, times
from ocn.smart_charging.planning.why import Why, explained

FORMAT = "ocn.charging-plan/1"
_KW, _KWH, _EUR, _SLOTS = 4, 4, 5, 2  # decimals


def document(
    plan: Plan,
    slot: int,
    *,
    start: datetime | None = None,
    zone: ZoneInfo | None = None,
    said_by: Mapping[str, str] | None = None,
    not_in_eur: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """Write a plan for a slot; with ``start`` its moments are times, local ones with ``zone``.

    ``said_by`` tells of each car who said when it leaves. What waiting saves is not said of cars whose prices
    are ``not_in_eur``.
    """
    problem = plan.problem
    clock = in_slots(slot) if start is None else times(start, problem.slot_h, zone)
    sources = said_by or {}
    return {
        "format": FORMAT,
        "slot": slot,
        **({} if start is None else {"start": start.isoformat()}),
        **({} if zone is None else {"zone": zone.key}),
        "slot_minutes": round(problem.slot_h * 60),
        "method": plan.method,
        **({} if plan.because is None else {"because": plan.because}),
        "input_sha256": input_hash(problem),
        "power_kw": round(problem.power_kw(plan.steps), _KW),
        "cars": [
            _car(plan, slot, i, why, clock, sources.get(why.car, "declared"))
            for i, why in enumerate(_in_eur(explained(plan), not_in_eur))
        ],
        "scarce": [
            {
                "limit": None if each.limit is None else str(problem.limits[each.limit]),
                "from": slot + each.begins,
                "until": slot + each.ends,
                "eur_per_kwh": round(each.eur_per_kwh, _EUR),
                "line": each.line(plan, clock),
            }
            for each in scarcities(plan)
        ],
    }


def _in_eur(whys: Iterable[Why], not_in_eur: frozenset[str]) -> Iterator[Why]:
    for why in whys:
        yield replace(why, saves_eur=0.0) if why.car in not_in_eur else why


def input_hash(problem: Problem) -> str:
    """Return the SHA-256 of everything that the plan was made from, in hex."""
    text = json.dumps(asdict(problem), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _car(plan: Plan, slot: int, i: int, why: Why, clock: Clock, said_by: str) -> dict[str, Any]:
    return {
        "id": why.car,
        "now_kw": round(why.now_kw, _KW),
        "need_kwh": round(why.need_kwh, _KWH),
        "departure": round(slot + why.departure, _SLOTS),
        "departure_sigma": round(why.sigma, _SLOTS),
        "said_by": said_by,
        "bound": why.bound,
        **({} if why.limit is None else {"limit": str(plan.problem.limits[why.limit])}),
        "begins": None if why.begins is None else slot + why.begins,
        "done": None if why.done is None else slot + why.done,
        "lacking_kwh": round(why.lacking_kwh, _KWH),
        "saves_eur": round(why.saves_eur, _EUR),
        "planned_kw": _trimmed([row[i] for row in plan.wishes.powers_kw]),
        **({} if why.rivals.limit is None else {"rivals_at": str(plan.problem.limits[why.rivals.limit])}),
        "rivals": [
            {"id": each.car, "kwh": round(each.kwh, _KWH), "standing": each.standing}
            for each in why.rivals.first
        ],
        "other_rivals": why.rivals.others,
        "line": sentence(why, plan, clock, said_by),
        "for_driver": for_driver(why, clock),
    }


def _trimmed(powers: list[float]) -> list[float]:
    while powers and powers[-1] == 0:
        powers.pop()
    return [round(power, _KW) for power in powers]
