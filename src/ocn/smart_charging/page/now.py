"""What a site draws, is planned to draw and may draw at this moment."""

from dataclasses import dataclass

from ocn.smart_charging.page.stack import kw
from ocn.smart_charging.service.view import CarState, SiteView

_OVER_KW = 0.05


@dataclass(frozen=True, slots=True)
class Now:
    """In kW; None: not known."""

    measured_kw: float | None
    """Now, or in the slot before."""
    planned_kw: float | None
    limit_kw: float | None

    @property
    def load_kw(self) -> float | None:
        """What is measured, else what is planned."""
        return self.measured_kw if self.measured_kw is not None else self.planned_kw

    @property
    def used_percent(self) -> float | None:
        """How much of the limit the load takes, at most all of it."""
        load, limit = self.load_kw, self.limit_kw
        return round(100 * min(load / limit, 1.0), 1) if load is not None and limit else None

    @property
    def is_over(self) -> bool:
        """Whether more is measured than may be."""
        return is_over(self.measured_kw, self.limit_kw)


def now_of(view: SiteView) -> Now:
    """Return how a site stands; where nobody is, nothing flows."""
    slot = view.slot_now
    measured = kw(view.measured_kw, slot)
    told = [kw((car.now_kw,), 0) for car in view.cars if car.state is not CarState.GONE]
    drawn = [power for power in told if power is not None]
    if measured is None and (drawn or (not told and view.last_read is not None)):
        measured = sum(drawn)
    return Now(measured, kw(view.planned_kw, slot), kw(view.limit_kw, slot))


def is_over(measured_kw: float | None, limit_kw: float | None) -> bool:
    """Whether more was measured than might be, by an amount that rounding does not make."""
    return measured_kw is not None and limit_kw is not None and measured_kw > limit_kw + _OVER_KW
