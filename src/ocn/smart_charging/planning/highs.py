"""HiGHS, the solver: the only file that knows it."""

import os
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import highspy
import numpy as np

from ocn.smart_charging.planning.blocks import Floats, Ints
from ocn.smart_charging.planning.program import Program


@dataclass(frozen=True, slots=True)
class Optimum:
    """The solution of a programme: values of the columns, and what one more of each row would change."""

    cost: float
    values: Floats
    duals: Floats


class Solver:
    """Holds one programme, which every call finds solved as far as the one before left it."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._highs = _loaded(program)

    def optimum(self, time_limit_s: float) -> Optimum | None:
        """Solve; None if that takes too long, or if what is bound otherwise leaves no solution."""
        self._highs.setOptionValue("time_limit", self._highs.getRunTime() + time_limit_s)
        self._highs.run()
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        found = self._highs.getSolution()
        cost = float(self._highs.getInfo().objective_function_value)
        return Optimum(cost, np.array(found.col_value), np.array(found.row_dual))

    def bound(self, columns: Ints, lower: Floats, upper: Floats) -> None:
        """Bound some columns otherwise than the programme does."""
        self._highs.changeColsBounds(len(columns), columns.astype(np.int32), lower, upper)

    def release(self, columns: Ints) -> None:
        """Bound some columns as the programme does."""
        self.bound(columns, self._program.lower[columns], self._program.upper[columns])


def _loaded(program: Program) -> highspy.Highs:
    model = highspy.HighsLp()
    model.num_col_ = len(program.cost)
    model.num_row_ = len(program.row_lower)
    model.col_cost_ = program.cost
    model.col_lower_ = program.lower
    model.col_upper_ = program.upper
    model.row_lower_ = program.row_lower
    model.row_upper_ = program.row_upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = program.starts
    model.a_matrix_.index_ = program.columns
    model.a_matrix_.value_ = program.values
    _greet_unheard()
    highs = highspy.Highs()  # type: ignore[no-untyped-call]  # its constructor has no annotations
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("parallel", "off")
    highs.passModel(model)
    return highs


@cache
def _greet_unheard() -> None:
    """Make a first solver where nobody reads: HiGHS greets on standard output, which carries our answers."""
    sys.stdout.flush()
    try:
        kept = os.dup(1)
    except OSError:  # there is no standard output to be kept clean
        return
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            highspy.Highs()  # type: ignore[no-untyped-call]  # as above
    finally:
        os.dup2(kept, 1)
        os.close(kept)
