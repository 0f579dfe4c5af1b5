"""Random tariffs and sessions for property tests, and the CDRs that an honest CPO makes of them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from tests.unit.tariffs.cases import ZONE, cdr, component, element, tariff

from ocn.tariffs import Policy, Priced, Rounding, RoundingMode, StepSize, price
from ocn.tariffs.policy import FlatCount
from ocn.tariffs.writing.amounts import write

_VATS = st.sampled_from(["0", "7", "10", "19", "20", "21"])
_STEPS = st.sampled_from([0, 1, 60, 300, 900])
_PRICES = st.decimals(min_value=Decimal("0.05"), max_value=Decimal("4"), places=3)


@st.composite
def tariffs(draw: st.DrawFn) -> dict[str, Any]:
    """A tariff as in the field: a start fee, energy by time of day, time, parking, limits."""
    vat = draw(_VATS)
    rate = st.just(vat) if draw(st.booleans()) else _VATS

    def priced(kind: str) -> dict[str, Any]:
        return component(kind, str(draw(_PRICES)), draw(rate), draw(_STEPS))

    elements = [element(priced("FLAT"))] if draw(st.booleans()) else []
    if draw(st.booleans()):
        elements.append(element(priced("ENERGY"), priced("TIME"), start_time="07:00", end_time="18:00"))
    elements.append(element(priced("ENERGY"), priced("PARKING_TIME")))
    limits = {}
    if draw(st.booleans()):
        limits["max_price"] = {"excl_vat": draw(st.sampled_from([Decimal(8), Decimal(30)]))}
    if draw(st.booleans()):
        limits["min_price"] = {"excl_vat": draw(st.sampled_from([Decimal(1), Decimal(5)]))}
    return tariff(*elements, **limits)


@st.composite
def sessions(draw: st.DrawFn) -> dict[str, Any]:
    """A session of whole minutes that starts a period at every full hour, so none spans a price change."""
    start = datetime(2025, 7, 1, tzinfo=UTC) + timedelta(hours=draw(st.integers(0, 400)))
    periods: list[tuple[int, dict[str, str]]] = []
    for _ in range(draw(st.integers(1, 6))):
        kwh = draw(st.decimals(min_value=Decimal("0.1"), max_value=Decimal(25), places=4))
        periods.append((60, {"ENERGY": str(kwh), "TIME": "1"}))
    if draw(st.booleans()):
        minutes = draw(st.integers(1, 59))
        periods.append((minutes, {"PARKING_TIME": str((Decimal(minutes) / 60).quantize(Decimal("0.0001")))}))
    return cdr(*periods, start=start)


def policies() -> st.SearchStrategy[Policy]:
    """Policies that a contract may fix."""
    return st.builds(
        Policy,
        step_size=st.sampled_from(StepSize),
        rounding=st.sampled_from(Rounding),
        mode=st.sampled_from(RoundingMode),
        vat_on_rounded=st.booleans(),
        flat=st.sampled_from(FlatCount),
    )


def priced_by(session: dict[str, Any], by: dict[str, Any], policy: Policy) -> Priced:
    return price(session, [by], time_zone=ZONE, policy=policy)


def produced(session: dict[str, Any], by: dict[str, Any], policy: Policy, digits: int = 4) -> dict[str, Any]:
    """The CDR that a CPO makes which prices by a policy."""
    return {**session, **write(priced_by(session, by, policy), "2.2.1", digits)}
