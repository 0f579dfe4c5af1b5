"""What is priced: one session and its tariffs, whatever version of OCPI they were written in.

:mod:`ocn.tariffs.reading.record` makes these values and nothing else does, so they are within all bounds:
numbers are finite and exact, times aware UTC, identifiers compare as CiString (case-folded). Energy is kWh,
power kW, current A; time is whole microseconds (``_us``) where it comes from timestamps and hours where a
document gave a volume.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import Literal, TypeAlias

import msgspec

from ocn.tariffs.findings import Finding

Version: TypeAlias = Literal["2.1.1", "2.2.1", "2.3.0"]
"""Versions that are priced; 2.2 is read as 2.2.1."""

Document: TypeAlias = Literal["cdr", "tariff"]
"""Into which document a pointer points: the CDR (or session), or the list of tariffs given with it."""


class Dimension(StrEnum):
    """What is billed. RESERVATION_TIME is priced by TIME components of elements for reservations."""

    FLAT = "FLAT"
    ENERGY = "ENERGY"
    TIME = "TIME"
    PARKING_TIME = "PARKING_TIME"
    RESERVATION_TIME = "RESERVATION_TIME"


class Reservation(StrEnum):
    """Which reservations an element is for (OCPI 2.2.1 mod_tariffs, ReservationRestrictionType)."""

    RESERVATION = "RESERVATION"
    RESERVATION_EXPIRES = "RESERVATION_EXPIRES"


class TaxMode(StrEnum):
    """How the prices of a tariff relate to tax; ``vat`` of a component is the rate."""

    ADDED = "ADDED"
    """2.2.1, and 2.3.0 with ``tax_included: NO``: prices are net."""
    INCLUDED = "INCLUDED"
    """2.3.0 with ``tax_included: YES``: prices are gross."""
    NONE = "NONE"
    """2.3.0 with ``tax_included: N/A``: there is no tax, gross equals net."""
    UNKNOWN = "UNKNOWN"
    """2.1.1: prices are net, and gross cannot be known."""


@dataclass(frozen=True, slots=True)
class Component:
    """A price per kWh, hour or session.

    ``vat`` is a percentage and None when the tariff names none, which is not 0 %: what it means is a matter
    of :attr:`ocn.tariffs.policy.Policy.missing_vat`. ``step_size`` is in Wh or seconds; 0 means that nothing
    is rounded.
    """

    index: int
    kind: Dimension
    price: Decimal
    vat: Decimal | None
    step_size: int


@dataclass(frozen=True, slots=True)
class Restrictions:
    """When an element applies: all that are given must hold.

    Times of day are seconds since local midnight; a ``start_s`` or ``end_s`` of None is open. Days of the
    week count from Monday = 0. ``strange`` names members that this room does not know: whether they hold
    cannot be known.
    """

    start_s: int | None = None
    end_s: int | None = None
    start_date: date | None = None
    end_date: date | None = None
    days: frozenset[int] | None = None
    min_kwh: Decimal | None = None
    max_kwh: Decimal | None = None
    min_current: Decimal | None = None
    max_current: Decimal | None = None
    min_power: Decimal | None = None
    max_power: Decimal | None = None
    min_duration_us: int | None = None
    max_duration_us: int | None = None
    reservation: Reservation | None = None
    strange: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Element:
    """Components that share restrictions; ``restrictions`` is None when it always applies.

    ``strange`` are the types of components that no version of OCPI has.
    """

    index: int
    components: tuple[Component, ...]
    restrictions: Restrictions | None
    strange: tuple[str, ...] = ()

    @property
    def reservation(self) -> Reservation | None:
        """For which reservations it is; None for charging."""
        return self.restrictions.reservation if self.restrictions else None


@dataclass(frozen=True, slots=True)
class Limit:
    """``min_price`` or ``max_price``: net and gross bound independently, each may be missing."""

    excl: Decimal | None
    incl: Decimal | None

    @property
    def is_one_sided(self) -> bool:
        """Whether it names net alone or gross alone."""
        return (self.excl is None) is not (self.incl is None)


@dataclass(frozen=True, slots=True)
class Tariff:
    """A tariff; ``document`` and ``pointer`` say where it was read."""

    document: Document
    pointer: str
    version: Version
    id: str
    currency: str
    type: str | None
    elements: tuple[Element, ...]
    tax: TaxMode
    min_price: Limit | None = None
    max_price: Limit | None = None
    start: datetime | None = None
    end: datetime | None = None


class Period(msgspec.Struct, frozen=True, gc=False):
    """A charging period; ``index`` is its place in the document.

    A struct, since there are many and making one is a fifth of the work; change it with
    ``msgspec.structs.replace``.

    ``end`` is the start of the next one or the end of the session; None while a session runs, and
    ``start`` is None where the document has the placeholder of 1970. Volumes are hours and kWh as given,
    None when the dimension is missing; several entries of one type are added up. The readings (kW, A) are
    MIN_POWER and its like, ``power`` and ``current`` the averages that only sessions have.
    """

    index: int
    start: datetime | None
    end: datetime | None
    tariff_id: str | None
    energy: Decimal | None = None
    time: Decimal | None = None
    parking: Decimal | None = None
    reservation: Decimal | None = None
    min_power: Decimal | None = None
    max_power: Decimal | None = None
    power: Decimal | None = None
    min_current: Decimal | None = None
    max_current: Decimal | None = None
    current: Decimal | None = None


@dataclass(frozen=True, slots=True)
class TaxAmount:
    """One of the ``taxes`` of a 2.3.0 Price."""

    name: str
    amount: Decimal
    percentage: Decimal | None


@dataclass(frozen=True, slots=True)
class Claim:
    """An amount that the document states. ``incl`` is the sum of net and taxes in 2.3.0."""

    pointer: str
    excl: Decimal | None
    incl: Decimal | None
    taxes: tuple[TaxAmount, ...] = ()


@dataclass(frozen=True, slots=True)
class Claimed:
    """What the document says about itself: its cost members by name, energy in kWh, times in hours."""

    costs: Mapping[str, Claim]
    energy: Decimal | None
    time: Decimal | None
    parking_time: Decimal | None


@dataclass(frozen=True, slots=True)
class Session:
    """A CDR, or a session as it stands. ``periods`` are in order of time.

    ``over`` says whether no more can come: always for a CDR. ``start`` and ``end`` are None where the
    document has the placeholder of 1970, ``end`` also while the session runs. ``country`` is where it was
    charged, ISO 3166-1 alpha-3.
    """

    kind: Literal["cdr", "session"]
    version: Version
    id: str
    currency: str
    start: datetime | None
    end: datetime | None
    over: bool
    periods: tuple[Period, ...]
    claimed: Claimed
    country: str | None = None
    credit: bool = False
    credit_reference_id: str | None = None


class ZoneSource(StrEnum):
    """Who says what the local time is, most trusted first."""

    GIVEN = "given"
    STORED = "stored location"
    DOCUMENT = "location in the document"
    COUNTRY = "country with one zone"


@dataclass(frozen=True, slots=True)
class Zone:
    """The local time of the place of charging; ``name`` as in the time zone database."""

    name: str
    source: ZoneSource
    info: tzinfo


@dataclass(frozen=True, slots=True)
class Record:
    """All that a price depends on but the policy: read once, priced as often as a search for causes likes.

    ``tariffs`` are those that were given, then those in the document under other identifiers; ``embedded``
    are the identifiers of all that the document holds. ``zone`` is None when nobody says. ``max_power`` (kW)
    is what the connector can do, where a stored location says so. ``findings`` are those of reading. To
    price by another tariff or zone use ``dataclasses.replace``.
    """

    session: Session
    tariffs: tuple[Tariff, ...]
    zone: Zone | None
    max_power: Decimal | None = None
    findings: tuple[Finding, ...] = ()
    embedded: frozenset[str] = frozenset()
