"""Everything that a plan of a site is made from, gathered at one moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ocn.smart_charging.planning.problem import Limit, Outlet
from ocn.smart_charging.planning.seen import Seen
from ocn.smart_charging.service.meaning.guests import Guest
from ocn.smart_charging.service.meaning.pricing import CarPrices
from ocn.smart_charging.slots import Slots

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Draft:
    """Cars go by their names in it: whatever is made of it may be shown."""

    now: datetime
    slots: Slots
    guests: Mapping[str, Guest]
    """All that are there, by name, in the order of their arrival."""
    seen: tuple[Seen, ...]
    """Those that are planned."""
    present: Mapping[str, Outlet]
    """Those that obey, full ones too."""
    limits: tuple[Limit, ...]
    """The site's own."""
    left: tuple[Limit, ...]
    """What is left of them beside cars that do not obey."""
    prices: Sequence[float]
    """The site's own."""
    priced: Mapping[str, CarPrices]
    """By what those are planned that obey."""
    peak_price: float
    peak_so_far_kw: float

    @property
    def number(self) -> int:
        """The slot on the planner's scale."""
        return slot_number(self.slots.start, self.slots.minutes)


def slot_number(start: datetime, minutes: int) -> int:
    """Return which slot begins at a moment; slots are counted from a midnight in UTC."""
    return (start - _EPOCH) // timedelta(minutes=minutes)


def slot_position(moment: datetime, minutes: int) -> float:
    """Return a moment on the same scale."""
    return (moment - _EPOCH) / timedelta(minutes=minutes)
