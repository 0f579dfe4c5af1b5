"""The CDR with itself: does what it says in one place agree with what it says in another (layer 1).

Two contradictions are defects, which no price can mend: more time in a period than passed until the next
one, and another sum of energy than the periods have. The others are warnings, since the texts leave room
for them: whether the time of a reservation is part of ``total_time`` is not said anywhere.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Final

from msgspec import structs

from ocn.tariffs.findings import Effect, Finding
from ocn.tariffs.model import Claim, Period, Record, Session
from ocn.tariffs.money import as_decimal, half_a_unit, minor_units
from ocn.tariffs.result import Part, Priced
from ocn.tariffs.verifying.cause_codes import CauseCode
from ocn.tariffs.verifying.fitting import TOTAL
from ocn.tariffs.writing.amount_texts import money_text

TOTAL_TIME_MISMATCH: Final = "TOTAL_TIME_MISMATCH"
TOTAL_PARKING_TIME_MISMATCH: Final = "TOTAL_PARKING_TIME_MISMATCH"
PARTS_NOT_TOTAL: Final = "PARTS_NOT_TOTAL"

_HALF_SECOND_H: Final = Fraction(1, 7200)


def contradictions(record: Record) -> tuple[Finding, ...]:
    """Return what contradicts itself, in the order of the document."""
    checks: tuple[Callable[[Session], Iterator[Finding]], ...] = (_overlaps, _energy, _time, _parking)
    return tuple(finding for check in checks for finding in check(record.session))


def parts_against_total(priced: Priced, costs: Mapping[str, Claim]) -> tuple[Finding, ...]:
    """Compare the sum of the parts that a CDR states with its total, where no limit stands between them.

    Parts that are not stated can only make it more, so a sum that is too small counts when none is missing.
    ``costs`` have the signs of a charge.
    """
    total = costs.get(TOTAL)
    stated = [part for part in Part if part in costs]
    if total is None or total.excl is None or not stated or priced.total != priced.subtotal:
        return ()
    amounts = [costs[part].excl for part in stated]
    summed = sum((Fraction(amount) for amount in amounts if amount is not None), Fraction(0))
    gap = summed - Fraction(total.excl)
    due = [part for part in Part if priced.parts[part].excl]
    slack = Fraction(len(stated) + 1, 2 * 10 ** minor_units(priced.currency))
    if gap > slack or (gap < -slack and set(due) <= set(stated)):
        message = f"The parts are {money_text(summed)} together, total_cost is {total.excl}."
        return (Finding(PARTS_NOT_TOTAL, total.pointer, message, Effect.WARNING),)
    return ()


def energy_differs(session: Session, *, decimals: int) -> bool:
    """Whether the energy of the whole is another than that of the periods, when rounded to so many decimals.

    Numbers that are written with more of them are taken as they are written.
    """
    given = [period.energy for period in session.periods if period.energy is not None]
    claimed = session.claimed.energy
    if claimed is None or not given:
        return False
    return abs(Fraction(claimed) - sum(map(Fraction, given))) > _slack([*given, claimed], fewest=decimals)


def _energy(session: Session) -> Iterator[Finding]:
    if energy_differs(session, decimals=2):
        name = "total_energy" if session.kind == "cdr" else "kwh"
        total = sum(period.energy for period in session.periods if period.energy is not None)
        yield Finding(
            CauseCode.TOTAL_ENERGY_MISMATCH,
            "/" + name,
            f"{name} is {session.claimed.energy} kWh, the periods have {total} kWh together.",
            Effect.WARNING,
        )


def _overlaps(session: Session) -> Iterator[Finding]:
    """Find periods that are longer than they last, and those that stand twice."""
    for period, later in pairwise(session.periods):
        if period.start is not None and period.energy and _is_twice(period, later):
            message = f"The period is the same as period {period.index}, from its start to its volumes."
            pointer = f"/charging_periods/{later.index}"
            yield Finding(CauseCode.PERIODS_OVERLAP, pointer, message, Effect.WARNING)
    for period in session.periods:
        length = _hours(period)
        stated = [
            volume for volume in (period.time, period.parking, period.reservation) if volume is not None
        ]
        if length is None or not stated:
            continue
        surplus = sum(map(Fraction, stated)) - length
        if surplus > max(_HALF_SECOND_H, _slack(stated, fewest=2)):
            yield Finding(
                CauseCode.PERIODS_OVERLAP,
                f"/charging_periods/{period.index}",
                f"The period has {sum(stated)} hours and lasts {as_decimal(length)}: it passes its end.",
                Effect.WARNING,
            )


def _is_twice(period: Period, later: Period) -> bool:
    return structs.replace(period, index=later.index, end=later.end) == later


def _time(session: Session) -> Iterator[Finding]:
    claimed = session.claimed.time
    if claimed is None or session.start is None or session.end is None:
        return
    length = _in_hours(session.end - session.start)
    reserved = sum(Fraction(period.reservation or 0) for period in session.periods)
    slack = max(_HALF_SECOND_H, _slack([claimed], fewest=2))
    if all(abs(Fraction(claimed) - hours) > slack for hours in (length, length - reserved)):
        message = f"total_time is {claimed} hours, from start to end are {as_decimal(length)}."
        yield Finding(TOTAL_TIME_MISMATCH, "/total_time", message, Effect.WARNING)


def _parking(session: Session) -> Iterator[Finding]:
    claimed = session.claimed.parking_time
    given = [period.parking for period in session.periods if period.parking is not None]
    if claimed is None or not given:
        return
    if abs(Fraction(claimed) - sum(map(Fraction, given))) > _slack([*given, claimed], fewest=2):
        message = f"total_parking_time is {claimed} hours, the periods have {sum(given)} hours together."
        yield Finding(TOTAL_PARKING_TIME_MISMATCH, "/total_parking_time", message, Effect.WARNING)


def _hours(period: Period) -> Fraction | None:
    if period.start is None or period.end is None:
        return None
    return _in_hours(period.end - period.start)


def _in_hours(length: timedelta) -> Fraction:
    return Fraction(length // timedelta(microseconds=1), 3_600_000_000)


def _slack(numbers: Iterable[Decimal], fewest: int) -> Fraction:
    """Half a unit of the last decimal of each; one with fewer decimals may have lost zeros on the way."""
    return sum((half_a_unit(number, fewest) for number in numbers), Fraction(0))
