"""A record made ready to be priced under one policy: what pricing and the search for bounds both need."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ocn.tariffs.model import Period, Record, Tariff
from ocn.tariffs.policy import Policy
from ocn.tariffs.pricing.course import Course, course_of
from ocn.tariffs.pricing.edges import NO_EDGES, Edges, edges_of, moments, span
from ocn.tariffs.pricing.period_tariffs import PeriodTariffs, tariffs_of
from ocn.tariffs.pricing.selection import Prices, prices_of
from ocn.tariffs.pricing.stretches import as_priced, expired

MAX_DAYS: Final = 28
"""Beyond it local time could be changed twice, as it is around Ramadan."""

MAX_WORK: Final = 200_000
"""Places at which a price can change, times the elements to be asked there."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A record with its periods as the policy takes them.

    ``prices``, ``edges`` and ``moments`` (at which a price can change, in order) are by the index of a
    tariff. ``searched`` is false, and there are no edges, for a session without times, of more than
    ``MAX_DAYS``, or with more than ``MAX_WORK`` to look at.
    """

    record: Record
    policy: Policy
    periods: Sequence[Period]
    tariffs: PeriodTariffs
    prices: Mapping[int, Prices]
    course: Course
    edges: Mapping[int, Edges]
    moments: Mapping[int, Sequence[datetime]]
    searched: bool

    @property
    def used(self) -> list[Tariff]:
        """The tariffs that price something."""
        return [self.record.tariffs[place] for place in self.prices]


def prepare(record: Record, policy: Policy) -> Prepared:
    """Make a record ready."""
    tariffs = tariffs_of(record)
    periods = as_priced(record.session, policy)
    unused = expired(record.session, periods)
    prices = {place: prices_of(record.tariffs[place], policy, expired=unused) for place in tariffs.used}
    course = course_of(record, policy, periods, prices.values())
    edges = {place: edges_of(one.tariff) for place, one in prices.items()}
    searched = _may_search(periods, edges, prices)
    if not searched:
        edges = dict.fromkeys(edges, NO_EDGES)
    when = {place: moments(one, periods, course) for place, one in edges.items()}
    return Prepared(record, policy, periods, tariffs, prices, course, edges, when, searched)


def _may_search(periods: Sequence[Period], edges: Mapping[int, Edges], prices: Mapping[int, Prices]) -> bool:
    if not any(one.any for one in edges.values()):
        return True
    start, end = span(periods)
    if start is None or end is None or end - start > timedelta(days=MAX_DAYS):
        return False
    days = (end - start).days + 2
    work = [
        (one.count(days) + len(periods)) * len(prices[place].tariff.elements) for place, one in edges.items()
    ]
    return sum(work) <= MAX_WORK
