"""The mistakes and other readings that the search for causes tries, one at a time (layer 2).

Each asks the same engine again with one thing changed, and only where it can change anything: a tariff
without limits has none to ignore. Roundings are apart (:mod:`ocn.tariffs.verifying.roundings`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from typing import Final

from ocn.tariffs.findings import Code
from ocn.tariffs.model import Claim, Component, Dimension, Record, Tariff, Zone
from ocn.tariffs.policy import (
    Clock,
    EnergySource,
    FlatCount,
    LimitReading,
    ParkingReading,
    PeriodReading,
    Policy,
    StateAt,
    StepSize,
)
from ocn.tariffs.result import Priced
from ocn.tariffs.verifying.cause_codes import CauseCode
from ocn.tariffs.verifying.consistency import energy_differs
from ocn.tariffs.verifying.fitting import TOTAL


@dataclass(frozen=True, slots=True)
class Deviation:
    """One thing done otherwise: what is priced how. ``says`` is a sentence about the claim."""

    code: CauseCode
    says: str
    record: Record
    policy: Policy


@dataclass(frozen=True, slots=True)
class Alternatives:
    """What else the claim may have been priced by, as far as the caller knows it.

    ``embedded`` is the record with the tariffs of the CDR where they differ from those given, ``versions``
    those with other stored versions of a tariff, ``party_zone`` the zone of the CPO's country.
    """

    embedded: Record | None = None
    versions: Sequence[Record] = ()
    party_zone: Zone | None = None


NO_ALTERNATIVES: Final = Alternatives()
TELLING_NET: Final = Decimal(2)
"""From here on whole percentages of tax are at least two cents apart: a cent too much gives none."""
HIGHEST_PERCENT: Final = 30

_STEP_SIZES: Final = (
    (StepSize.NONE, CauseCode.STEP_SIZE_IGNORED, "Nothing was rounded up to step_size."),
    (
        StepSize.PER_PERIOD,
        CauseCode.STEP_SIZE_PER_PERIOD,
        "Every period was rounded up to step_size by itself.",
    ),
    (StepSize.COMBINED, CauseCode.STEP_SIZE_COMBINED, "Charging and parking were added up, then rounded up."),
    (StepSize.PER_DIMENSION, CauseCode.STEP_SIZE_PER_DIMENSION, "Charging and parking were each rounded up."),
    (StepSize.LAST, CauseCode.STEP_SIZE_LAST, "What came last, charging or parking, was rounded up."),
    (StepSize.PARKING_ONLY, CauseCode.STEP_SIZE_PARKING_ONLY, "Parking alone was rounded up."),
)


def deviations(priced: Priced, alternatives: Alternatives = NO_ALTERNATIVES) -> Iterator[Deviation]:
    """Say what else may have been done with the same CDR, common mistakes first."""
    return chain(
        _clocks(priced),
        _step_sizes(priced),
        _limits(priced),
        _flats(priced),
        _tax_rates(priced),
        _parking(priced),
        _energy(priced),
        _moments(priced),
        _others(priced, alternatives),
    )


def _clocks(priced: Priced) -> Iterator[Deviation]:
    if not any(asks_local_time(tariff) for tariff in priced.record.tariffs):
        return
    for clock, code, says in (
        (Clock.UTC, CauseCode.TIMEZONE_UTC, "Times of day were read in UTC."),
        (Clock.STANDARD, CauseCode.TIMEZONE_STANDARD, "Times of day were read without daylight saving."),
    ):
        if clock is not priced.policy.clock:
            yield _by_policy(priced, code, says, replace(priced.policy, clock=clock))


def asks_local_time(tariff: Tariff) -> bool:
    """Whether any price of a tariff depends on the local time, date or day."""
    return any(
        restrictions is not None
        and (
            restrictions.days is not None
            or restrictions.start_s is not None
            or restrictions.end_s is not None
            or restrictions.start_date is not None
            or restrictions.end_date is not None
        )
        for restrictions in (element.restrictions for element in tariff.elements)
    )


def _step_sizes(priced: Priced) -> Iterator[Deviation]:
    if not any(component.step_size for component in _components(priced.record)):
        return
    two = any(finding.code == Code.STEP_SIZE_TWO_READINGS for finding in priced.findings)
    for edition, code, says in _STEP_SIZES:
        if edition is not priced.policy.step_size and (two or edition is not StepSize.LAST):
            yield _by_policy(priced, code, says, replace(priced.policy, step_size=edition))


def _limits(priced: Priced) -> Iterator[Deviation]:
    policy, tariffs = priced.policy, priced.record.tariffs
    if policy.min_price and any(tariff.min_price for tariff in tariffs):
        says = "The minimum price was not applied."
        yield _by_policy(priced, CauseCode.MIN_PRICE_IGNORED, says, replace(policy, min_price=False))
    if policy.max_price and any(tariff.max_price for tariff in tariffs):
        says = "The maximum price was not applied."
        yield _by_policy(priced, CauseCode.MAX_PRICE_IGNORED, says, replace(policy, max_price=False))
    limits = [limit for tariff in tariffs for limit in (tariff.min_price, tariff.max_price) if limit]
    if policy.limits is LimitReading.INDEPENDENT and any(limit.is_one_sided for limit in limits):
        says = "The limit of net or gross alone was applied to both, with the tax of what it left."
        changed = replace(policy, limits=LimitReading.IN_PROPORTION)
        yield _by_policy(priced, CauseCode.LIMIT_IN_PROPORTION, says, changed)


def _flats(priced: Priced) -> Iterator[Deviation]:
    flats = any(
        component.kind is Dimension.FLAT and component.price for component in _components(priced.record)
    )
    if flats and len(priced.record.session.periods) > 1 and priced.policy.flat is FlatCount.SESSION:
        says = "The flat price was billed for every period."
        yield _by_policy(priced, CauseCode.FLAT_REPEATED, says, replace(priced.policy, flat=FlatCount.PERIOD))


def _tax_rates(priced: Priced) -> Iterator[Deviation]:
    for rate in _other_rates(priced):
        says = f"Tax was computed at {rate.normalize():f} % on everything."
        yield _by_policy(priced, CauseCode.VAT_RATE, says, replace(priced.policy, vat_for_all=rate))


def _other_rates(priced: Priced) -> list[Decimal]:
    """Return what somebody may have used for all: the rates of the tariff, none, or what the claim implies.

    A whole percentage is implied when all lines have one rate, and a cent more or less would be none.
    """
    rates = {component.vat for component in _components(priced.record) if component.vat is not None}
    if not rates:
        return []
    used = {line.component.vat for line in priced.lines if line.component is not None}
    others = sorted({*rates, Decimal(0)} - (used if len(used) == 1 else set()), reverse=True)
    implied = _implied_rate(priced.record.session.claimed.costs.get(TOTAL)) if len(used) == 1 else None
    return others if implied is None or implied in others or implied in used else [implied, *others]


def _implied_rate(claim: Claim | None) -> Decimal | None:
    if claim is None or claim.excl is None or claim.incl is None or abs(claim.excl) < TELLING_NET:
        return None
    percent = round((Fraction(claim.incl) / Fraction(claim.excl) - 1) * 100)
    return Decimal(percent) if 0 <= percent <= HIGHEST_PERCENT else None


def _parking(priced: Priced) -> Iterator[Deviation]:
    if priced.policy.parking is not ParkingReading.AS_GIVEN:
        return
    periods = priced.record.session.periods
    if any(period.parking for period in periods):
        says = "Parking was priced as charging time."
        changed = replace(priced.policy, parking=ParkingReading.AS_TIME)
        yield _by_policy(priced, CauseCode.PARKING_AS_TIME, says, changed)
    if any(period.time for period in periods):
        says = "Charging time was priced as parking."
        changed = replace(priced.policy, parking=ParkingReading.TIME_AS_PARKING)
        yield _by_policy(priced, CauseCode.TIME_AS_PARKING, says, changed)


def _energy(priced: Priced) -> Iterator[Deviation]:
    if priced.policy.energy is EnergySource.PERIODS and energy_differs(priced.record.session, decimals=4):
        says = "Energy was billed by total_energy, which is not the sum of the periods."
        changed = replace(priced.policy, energy=EnergySource.TOTAL)
        yield _by_policy(priced, CauseCode.TOTAL_ENERGY_MISMATCH, says, changed)


def _moments(priced: Priced) -> Iterator[Deviation]:
    if all(element.restrictions is None for tariff in priced.record.tariffs for element in tariff.elements):
        return
    if priced.policy.periods is PeriodReading.AS_GIVEN:
        says = "Periods were cut again where the price changes, energy spread evenly over time."
        changed = replace(priced.policy, periods=PeriodReading.RECUT)
        yield _by_policy(priced, CauseCode.PERIOD_SPANS_PRICE_CHANGE, says, changed)
    if priced.policy.state is StateAt.START:
        says = "Restrictions were asked at the end of a period."
        changed = replace(priced.policy, state=StateAt.END)
        yield _by_policy(priced, CauseCode.STATE_AT_END, says, changed)


def _others(priced: Priced, alternatives: Alternatives) -> Iterator[Deviation]:
    zone, policy = alternatives.party_zone, priced.policy
    if zone is not None and priced.record.zone is not None and zone.name != priced.record.zone.name:
        says = f"Times of day were read in the CPO's zone, {zone.name}."
        yield Deviation(CauseCode.TIMEZONE_PARTY, says, replace(priced.record, zone=zone), policy)
    if alternatives.embedded is not None:
        says = "It was priced by the tariff in the CDR, which is not the one that was published."
        yield Deviation(CauseCode.TARIFF_NOT_AS_PUBLISHED, says, alternatives.embedded, policy)
    for record in alternatives.versions:
        says = "It was priced by another version of the tariff."
        yield Deviation(CauseCode.TARIFF_VERSION, says, record, policy)


def _by_policy(priced: Priced, code: CauseCode, says: str, policy: Policy) -> Deviation:
    return Deviation(code, says, priced.record, policy)


def _components(record: Record) -> Iterator[Component]:
    for tariff in record.tariffs:
        for element in tariff.elements:
            yield from element.components
