"""Any site: nested fuses with phases whose limits change over time, and outlets anywhere in it."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from ocn.smart_charging.planning.problem import Limit, Load, Outlet, Phase
from ocn.smart_charging.slots import Slots

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
_PHASES = (None, *Phase)


@st.composite
def sites(
    draw: st.DrawFn, most_slots: int = 12, most_outlets: int = 8
) -> tuple[Slots, list[Limit], list[Outlet]]:
    slots = Slots(NOON, draw(st.sampled_from([5, 15, 60])), draw(st.integers(1, most_slots)))
    fuses = draw(st.integers(1, 4))
    parents = [draw(st.integers(-1, i - 1)) for i in range(fuses)]
    amounts = st.lists(st.integers(-10, 60_000), min_size=slots.count, max_size=slots.count)
    limits = [
        Limit(f"fuse {fuse}", phase, 1 / 6000, tuple(draw(amounts)))
        for fuse in range(fuses)
        for phase in _PHASES
    ]
    outlets = [draw(_outlets(parents)) for _ in range(draw(st.integers(0, most_outlets)))]
    return slots, limits, outlets


@st.composite
def _outlets(draw: st.DrawFn, parents: list[int]) -> Outlet:
    fuses = [draw(st.integers(0, len(parents) - 1))]
    while parents[fuses[-1]] >= 0:
        fuses.append(parents[fuses[-1]])
    phases = draw(st.lists(st.sampled_from(list(Phase)), min_size=1, max_size=3, unique=True))
    units = draw(st.integers(0, 200))
    loads = [Load(fuse * 4, units * len(phases)) for fuse in fuses]
    loads += [Load(fuse * 4 + 1 + list(Phase).index(phase), units) for fuse in fuses for phase in phases]
    least = draw(st.integers(1, 80))
    return Outlet(0.023 * len(phases), least, draw(st.integers(least, 400)), tuple(loads))
