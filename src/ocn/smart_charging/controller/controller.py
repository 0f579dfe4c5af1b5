"""Answer line after line: the limits of every session for the slot."""

import json

from ocn.smart_charging.controller.line import Line, read_line
from ocn.smart_charging.controller.series import prolonged_prices
from ocn.smart_charging.controller.watts import as_floats, limits_of, outlet_of
from ocn.smart_charging.planning.plan import Plan
from ocn.smart_charging.planning.replanner import Replanner
from ocn.smart_charging.planning.seen import Seen
from ocn.smart_charging.planning.weights import USUAL_EFFORT, USUAL_WEIGHTS, Effort, Weights

_DAY_MINUTES = 24 * 60


class Controller:
    """Keeps between lines what was learned; a new one in the middle plans on without it."""

    def __init__(self, weights: Weights = USUAL_WEIGHTS, effort: Effort = USUAL_EFFORT) -> None:
        self._weights = weights
        self._effort = effort
        self._replanner: Replanner | None = None
        self._minutes = 15
        self._next_slot = 0
        self.plan: Plan | None = None
        """The plan behind the last answer; None if there was nothing to plan."""
        self.slot = 0
        """The slot that it is for."""

    def answer(self, text: bytes | str) -> str:
        """Answer a line with one, ``{"limits": {id: kW}}``; ``"errors"`` say what was wrong in it."""
        read = read_line(text, self._next_slot, self._minutes)
        self.plan = None
        answer: dict[str, object] = {"limits": {} if read.line is None else self._limits(read.line)}
        if read.errors:
            answer["errors"] = list(read.errors)
        return json.dumps(answer)

    def _limits(self, line: Line) -> dict[str, float]:
        replanner = self._replanner_for(line)
        slots = replanner.most_slots
        made = replanner.plan(
            line.slot,
            [
                Seen(
                    told.id, told.arrival, told.departure, told.asked_kwh, told.delivered_kwh, outlet_of(told)
                )
                for told in line.sessions
            ],
            limits_of(line, slots),
            prolonged_prices(line.prices, slots, _DAY_MINUTES // line.minutes),
            peak_price=float(line.peak_price),
            peak_so_far_kw=float(line.peak_so_far_kw),
        )
        self.plan, self.slot = made, line.slot
        steps = {car.id: steps for car, steps in zip(made.problem.cars, made.steps, strict=True)}
        return as_floats(steps, line) | dict.fromkeys(line.left_out, 0.0)

    def _replanner_for(self, line: Line) -> Replanner:
        """A slot that goes back is another run, and another length of slots another site."""
        if self._replanner is None or line.minutes != self._minutes or line.slot < self._next_slot - 1:
            self._replanner = Replanner(line.minutes / 60, weights=self._weights, effort=self._effort)
        self._minutes, self._next_slot = line.minutes, line.slot + 1
        return self._replanner
