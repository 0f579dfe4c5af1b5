import sys

import pytest


@pytest.fixture
def no_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    """Importing highspy fails as if it were not installed."""
    monkeypatch.setitem(sys.modules, "highspy", None)
    for module in ("planning.optimal", "planning.highs", "simulation.optimum"):
        monkeypatch.delitem(sys.modules, f"ocn.smart_charging.{module}", raising=False)
