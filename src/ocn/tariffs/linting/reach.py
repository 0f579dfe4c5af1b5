"""Which prices of a tariff can never apply, because earlier elements take every moment they are for.

Restrictions are intervals on a few axes, so it is enough to ask at the corners: at every bound that any of
the elements has. Where that are too many corners, elements are compared in pairs, which finds fewer.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from math import prod
from typing import Final, TypeAlias

from ocn.tariffs.model import Component, Dimension, Element, Reservation, Restrictions, Tariff
from ocn.tariffs.pricing.windows import DAY_S, in_dates, in_times

Point: TypeAlias = int | date | Decimal
Price: TypeAlias = tuple[Element, Component]

MOST_CORNERS: Final = 20_000
_ZERO: Final = Decimal(0)
_EVERY_DAY: Final = range(7)


def unreachable(tariff: Tariff) -> Iterator[Price]:
    """Yield the components that never apply, in the order of the tariff."""
    groups: dict[tuple[Reservation | None, Dimension], list[Price]] = {}
    for element in tariff.elements:
        for component in element.components:
            groups.setdefault((element.reservation, component.kind), []).append((element, component))
    hidden = [price for group in groups.values() for price in _hidden(group)]
    yield from sorted(hidden, key=lambda price: (price[0].index, price[1].index))


def is_impossible(restrictions: Restrictions) -> bool:
    """Whether no moment at all fulfils these restrictions."""
    return any(not _points(axis, [restrictions], restrictions) for axis in _AXES)


def is_always(all_of_them: Sequence[Restrictions | None]) -> bool:
    """Whether at every moment some of these restrictions hold."""
    return _covered(Restrictions(), [given or Restrictions() for given in all_of_them])


def _hidden(group: Sequence[Price]) -> Iterator[Price]:
    for place, (element, component) in enumerate(group):
        earlier = [other.restrictions for other, _ in group[:place] if other is not element]
        own = element.restrictions or Restrictions()
        if not is_impossible(own) and _covered(own, [other or Restrictions() for other in earlier]):
            yield element, component


def _covered(own: Restrictions, earlier: Sequence[Restrictions]) -> bool:
    """Whether at every corner where ``own`` holds one of the earlier ones does."""
    clear = [other for other in earlier if not other.strange]
    points = [_points(axis, [own, *clear], own) for axis in _AXES]
    if prod(map(len, points)) > MOST_CORNERS:
        return len(clear) > 1 and any(_covered(own, [other]) for other in clear)
    names = tuple(_AXES)
    return bool(clear) and all(
        any(_holds(other, dict(zip(names, corner, strict=True))) for other in clear)
        for corner in product(*points)
    )


def _holds(restrictions: Restrictions, at: Mapping[str, Point]) -> bool:
    return all(inside(restrictions, at[name]) for name, (_, inside) in _AXES.items())


def _points(axis: str, all_of_them: Sequence[Restrictions], own: Restrictions) -> list[Point]:
    bounds, inside = _AXES[axis]
    candidates = {point for restrictions in all_of_them for point in bounds(restrictions)}
    return [point for point in candidates if inside(own, point)]


def _times(restrictions: Restrictions) -> list[Point]:
    given = (restrictions.start_s, restrictions.end_s)
    return [0, *(second for second in given if second is not None and second < DAY_S)]


def _dates(restrictions: Restrictions) -> list[Point]:
    given = [day for day in (restrictions.start_date, restrictions.end_date) if day is not None]
    return [date.min, *given, *(day - timedelta(days=1) for day in given if day > date.min)]


def _days(restrictions: Restrictions) -> list[Point]:
    return [0] if restrictions.days is None else list(_EVERY_DAY)


def _amounts(*names: str) -> Callable[[Restrictions], list[Point]]:
    def points(restrictions: Restrictions) -> list[Point]:
        given = (getattr(restrictions, name) for name in names)
        return [_ZERO, *(Decimal(amount) for amount in given if amount is not None)]

    return points


def _between(least: str, most: str) -> Callable[[Restrictions, Point], bool]:
    def inside(restrictions: Restrictions, point: Point) -> bool:
        low, high = getattr(restrictions, least), getattr(restrictions, most)
        return (low is None or low <= point) and (high is None or point < high)

    return inside


_AXES: Final[
    Mapping[str, tuple[Callable[[Restrictions], list[Point]], Callable[[Restrictions, Point], bool]]]
] = {
    "time": (_times, lambda given, point: in_times(int(point), given.start_s, given.end_s)),  # type: ignore[arg-type]  # points of an axis have its type
    "date": (_dates, lambda given, point: in_dates(point, given.start_date, given.end_date)),  # type: ignore[arg-type]  # the same
    "day": (_days, lambda given, point: given.days is None or point in given.days),
    "kwh": (_amounts("min_kwh", "max_kwh"), _between("min_kwh", "max_kwh")),
    "duration": (
        _amounts("min_duration_us", "max_duration_us"),
        _between("min_duration_us", "max_duration_us"),
    ),
    "power": (_amounts("min_power", "max_power"), _between("min_power", "max_power")),
    "current": (_amounts("min_current", "max_current"), _between("min_current", "max_current")),
}
