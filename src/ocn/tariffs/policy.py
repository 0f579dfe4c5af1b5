"""How to read what OCPI leaves open, as one value: also every mistake that the search for causes tries.

The default policy is what we take the texts to say. A contract may fix another one; both sides record it
in the evidence. The search for causes asks the same question of :func:`ocn.tariffs.compute` again
with ``dataclasses.replace(policy, ...)`` for one member at a time:

========================== =====================================================================
cause                      member
========================== =====================================================================
rounding                   ``rounding``, ``mode``, ``digits``, ``vat_on_rounded``
hours that were rounded    ``times``: no cause, but what a claim matches by
time zone                  ``clock``; another zone: ``replace(record, zone=...)``
step_size                  ``step_size``
limits ignored             ``min_price``, ``max_price``
limit of one side          ``limits``
FLAT for every period      ``flat``
one rate for all           ``vat_for_all``
parking as time and back   ``parking``
energy of total_energy     ``energy``
state at the end           ``state``
periods cut again          ``periods``
other tariff version       no member: ``replace(record, tariffs=...)``
========================== =====================================================================
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class StepSize(StrEnum):
    """Which edition of the texts rounds volumes up to blocks (docs/explanation/pricing.md).

    Energy is rounded once per session in all but the last two.
    """

    PARKING_ONLY = "parking_only"
    """2.2.1-d2 and 2.3.0: parking alone when any is priced, else charging time; once."""
    COMBINED = "combined"
    """2.2-d2 and 2.2.1 of 2021: charging time and parking are added up, then rounded; once."""
    PER_DIMENSION = "per_dimension"
    """2.2 of 2019: charging time and parking are rounded, once each."""
    LAST = "last"
    """The last of charging time and parking alone; once. Another reading of parking_only, for sessions that
    charge after they parked: the sentence says parking, its reason says the last."""
    PER_PERIOD = "per_period"
    """A common reading of 2.1.1: every period by itself, in every dimension."""
    NONE = "none"
    """3.0: nothing is rounded."""


class Rounding(StrEnum):
    """What is rounded to ``digits`` before it is added up. Net and gross are rounded each by itself."""

    NONE = "none"
    LINE = "line"
    """One dimension of one period."""
    PERIOD = "period"
    """The sum of all lines of a period."""
    COMPONENT = "component"
    """The sum of all lines at one price component."""
    PART = "part"
    """The sum of all lines of a part: energy, time, parking, reservation, fixed."""
    TOTAL = "total"
    """The total, after limits."""


class RoundingMode(StrEnum):
    """Where the half goes."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    DOWN = "down"
    UP = "up"


class MissingVat(StrEnum):
    """What a component without ``vat`` means: a habit of the country.

    The texts say "no VAT is applicable" of the member, and "not possible to calculate" of a tariff in which
    no component has it.
    """

    BY_TARIFF = "by_tariff"
    """None is due if another component of the tariff names a rate; otherwise tax is unknown."""
    NOT_DUE = "not_due"
    """None is due: gross equals net."""
    UNKNOWN = "unknown"
    """Tax is unknown, and so is every sum that such a price is part of, unless the price is 0."""


class Clock(StrEnum):
    """By which clock the times, dates and days of restrictions are read."""

    LOCAL = "local"
    UTC = "utc"
    STANDARD = "standard"
    """The zone's offset without daylight saving."""


class LimitReading(StrEnum):
    """What a limit of net alone, or of gross alone, does to the other side."""

    INDEPENDENT = "independent"
    """Nothing, unless it would pass it."""
    IN_PROPORTION = "in_proportion"
    """It moves it as well, so that the tax of what is left is due."""


class FlatCount(StrEnum):
    """How often a FLAT price is due."""

    SESSION = "session"
    """Once per tariff for charging, and once for the reservation."""
    PERIOD = "period"
    """For every period in which it applies."""


class ParkingReading(StrEnum):
    """Which time is parking."""

    AS_GIVEN = "as_given"
    AS_TIME = "as_time"
    """Parking is priced as charging time."""
    TIME_AS_PARKING = "time_as_parking"
    """Charging time is priced as parking."""


class EnergySource(StrEnum):
    """Where the energy is taken from."""

    PERIODS = "periods"
    TOTAL = "total"
    """``total_energy``: what it has more or less than the periods is in the last one with energy."""


class TimeReading(StrEnum):
    """When the only time volume of a period is the length of the period, which is exact where it is not."""

    NOISE = "noise"
    """When it differs by less than half a second, as it does when written with four decimals."""
    AS_WRITTEN = "as_written"
    """As before when blocks are filled; then never."""
    ROUNDED = "rounded"
    """When it is the length rounded to its decimals, of which it has two at least."""


class StateAt(StrEnum):
    """At which moment of a period its restrictions are asked."""

    START = "start"
    END = "end"


class PeriodReading(StrEnum):
    """Which periods are priced."""

    AS_GIVEN = "as_given"
    RECUT = "recut"
    """Cut again wherever a price changes, energy spread evenly over time."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One reading of what the texts leave open. ``digits`` None: as many as the currency has."""

    step_size: StepSize = StepSize.PARKING_ONLY
    rounding: Rounding = Rounding.NONE
    mode: RoundingMode = RoundingMode.HALF_UP
    digits: int | None = None
    vat_on_rounded: bool = False
    """Whether tax is computed on the rounded net amounts of a rate, and then rounded itself."""
    missing_vat: MissingVat = MissingVat.BY_TARIFF
    min_price: bool = True
    max_price: bool = True
    limits: LimitReading = LimitReading.INDEPENDENT
    vat_for_all: Decimal | None = None
    flat: FlatCount = FlatCount.SESSION
    parking: ParkingReading = ParkingReading.AS_GIVEN
    energy: EnergySource = EnergySource.PERIODS
    times: TimeReading = TimeReading.NOISE
    clock: Clock = Clock.LOCAL
    state: StateAt = StateAt.START
    periods: PeriodReading = PeriodReading.AS_GIVEN
