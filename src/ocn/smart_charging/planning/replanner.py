"""Plan again and again: remembers between plans what one problem cannot know."""

import math
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ocn.smart_charging.planning.arrivals import Arrivals
from ocn.smart_charging.planning.crowds import Arrival, arrival_of
from ocn.smart_charging.planning.departures import Spread, learned_spread
from ocn.smart_charging.planning.plan import Plan
from ocn.smart_charging.planning.planner import plan
from ocn.smart_charging.planning.problem import Car, Limit, Problem
from ocn.smart_charging.planning.seen import Seen
from ocn.smart_charging.planning.slack import slack
from ocn.smart_charging.planning.tracks import USUAL_RULES, Rules, Track
from ocn.smart_charging.planning.weights import USUAL_EFFORT, USUAL_WEIGHTS, Effort, Weights

_MOST_HORIZON_H = 36.0
_ASSUMED_SIGMA_H = 0.5
_MOST_ERRORS = 1000
_JUDGED_AFTER_H = 1.0
"""A departure counts once so much time has passed after the declared one: early ones alone would mislead."""
_NOTHING_KWH = 1e-6


class Replanner:
    """Plans one site slot by slot. Loses nothing that matters when it is made anew in between."""

    def __init__(
        self,
        slot_h: float,
        *,
        weights: Weights = USUAL_WEIGHTS,
        effort: Effort = USUAL_EFFORT,
        rules: Rules = USUAL_RULES,
        known: Iterable[Arrival] = (),
        since: float | None = None,
        midnight: float | None = None,
        places: int | None = None,
    ) -> None:
        """Begin; ``known`` are all arrivals there were ``since`` a slot, if there is a history.

        ``midnight`` is a slot at which a local day begins; if that is not known, it is guessed from arrivals.
        ``places`` is how many cars can be there at once.
        """
        self._slot_h = slot_h
        self._weights = weights
        self._effort = effort
        self._rules = rules
        self._arrivals = Arrivals(slot_h, known, since, midnight, places)
        self._tracks: dict[str, Track] = {}
        self._judged: dict[str, Track] = {}
        """The tracks as the slot began, before anything was granted in it."""
        self._slot: int | None = None
        self._last: dict[str, Seen] = {}
        self._errors: deque[tuple[float, float]] = deque(maxlen=_MOST_ERRORS)
        self._full_ones_stay = False

    @property
    def most_slots(self) -> int:
        """The longest horizon that is planned."""
        return int(_MOST_HORIZON_H / self._slot_h)

    def plan(
        self,
        now: int,
        seen: Sequence[Seen],
        limits: Sequence[Limit],
        prices: Sequence[float],
        *,
        peak_price: float = 0.0,
        peak_so_far_kw: float = 0.0,
    ) -> Plan:
        """Plan from slot ``now`` on; limits and prices begin there and reach as far as anything is known.

        To plan a slot again takes back what was granted in it; what cars draw is judged by whole slots.
        """
        self._learn(now, seen, limits)
        wanting = [each for each in seen if each.need_kwh > _NOTHING_KWH]
        known = min(self.most_slots, len(prices))
        late = self._arrivals.expected(now, known, _capacity_kw(limits)) if wanting else ()
        ends = [each.departure - now for each in wanting] + [each.departure for each in late]
        horizon = min(known, max(1, math.ceil(max(ends, default=1))))
        spread = self.spread(now)
        cars = tuple(self._car(each, now, spread, horizon) for each in wanting)
        problem = Problem(
            self._slot_h,
            tuple(prices[:horizon]),
            tuple(replace(limit, amounts=tuple(limit.amounts[:horizon])) for limit in limits),
            cars,
            (*late, *slack(cars, limits, self._slot_h)),
            peak_price,
            peak_so_far_kw,
        )
        made = plan(problem, self._weights, self._effort)
        for each, steps in zip(wanting, made.steps, strict=True):
            self._tracks[each.id] = self._tracks[each.id].granted(steps)
        return made

    def spread(self, now: int) -> Spread:
        """Return by how much departures miss what was declared, as far as it shows by now."""
        judged = now - _JUDGED_AFTER_H / self._slot_h
        errors = [error for declared, error in self._errors if declared <= judged]
        return learned_spread(errors, _ASSUMED_SIGMA_H / self._slot_h)

    def _learn(self, now: int, seen: Sequence[Seen], limits: Sequence[Limit]) -> None:
        here = {each.id: each for each in seen}
        self._arrivals.began(now)
        for gone in self._last.keys() - here.keys():
            self._note_departure(self._last[gone], self._tracks.pop(gone))
        units = [limit.unit_kw for limit in limits]
        before = self._judged if now == self._slot else self._tracks
        judged: dict[str, Track] = {}
        for each in seen:
            track = before.get(each.id)
            if track is None:
                self._arrivals.add(arrival_of(each, units))
                judged[each.id] = Track(now, each.delivered_kwh)
            elif now == self._slot:
                judged[each.id] = track
            else:
                judged[each.id] = track.seen_again(each, now, self._slot_h, self._rules)
                self._full_ones_stay |= each.need_kwh <= _NOTHING_KWH
        self._tracks, self._judged, self._slot = dict(judged), judged, now
        self._arrivals.forget(now)
        self._last = here

    def _note_departure(self, gone: Seen, track: Track) -> None:
        """A car that is full may be told of no longer though it is there, unless others are told of on."""
        could_have_kwh = track.steps * gone.outlet.step_kw * self._slot_h
        if self._full_ones_stay or could_have_kwh < gone.need_kwh - _NOTHING_KWH:
            self._errors.append((gone.departure, track.slot + 1 - gone.departure))

    def _car(self, seen: Seen, now: int, spread: Spread, horizon: int) -> Car:
        track = self._tracks[seen.id]
        outlet = track.outlet(seen, self._rules)
        return Car(
            seen.id,
            outlet.step_kw,
            outlet.least,
            outlet.most,
            outlet.loads,
            seen.need_kwh,
            seen.asked_kwh,
            seen.departure - now + spread.mean,
            spread.sigma,
            seen.weight,
            charging=track.slots_on > 0,
            held=track.held(seen, self._rules),
            prices=None if seen.prices is None else seen.prices[:horizon],
        )


def _capacity_kw(limits: Sequence[Limit]) -> float:
    """What a site can deliver: its largest fuse is its top, by power or by its phases, whichever is less."""
    by_power = [max(limit.amounts) * limit.unit_kw for limit in limits if limit.phase is None]
    by_phase: dict[str, float] = defaultdict(float)
    for limit in limits:
        if limit.phase is not None:
            by_phase[limit.fuse] += max(limit.amounts) * limit.unit_kw
    return min(max(by_power, default=math.inf), max(by_phase.values(), default=math.inf))
