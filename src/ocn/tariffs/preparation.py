"""A record made ready to be priced under one policy: what pricing and the search for bounds both need."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ocn.tariffs.course import Course, course_of
from ocn.tariffs.model import Period, Record, Tariff
from ocn.tariffs.period_tariffs import PeriodTariffs, tariffs_of
from ocn.tariffs.policy import Policy
from ocn.tariffs.selection import Prices, prices_of
from ocn.tariffs.stretches import as_priced, expired


@dataclass(frozen=True, slots=True)
class Prepared:
    """A record with its periods as the policy takes them, and the prices of each tariff by its index."""

    record: Record
    policy: Policy
    periods: Sequence[Period]
    tariffs: PeriodTariffs
    prices: Mapping[int, Prices]
    course: Course

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
    return Prepared(record, policy, periods, tariffs, prices, course)
