"""Which tariff a period has: the one that it names, or the only one there is."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ocn.tariffs.findings import Code, Effect, Finding
from ocn.tariffs.model import Record, Tariff


@dataclass(frozen=True, slots=True)
class PeriodTariffs:
    """The tariff of each period, by the indexes of both; None where none is relevant.

    ``candidates`` are those of which any may be meant where nobody can know; the first of them was taken.
    """

    tariff_of: Mapping[int, int | None]
    findings: tuple[Finding, ...]
    candidates: tuple[int, ...] = ()

    @property
    def used(self) -> tuple[int, ...]:
        """The tariffs that price something, in order."""
        return tuple(sorted({tariff for tariff in self.tariff_of.values() if tariff is not None}))


def tariffs_of(record: Record) -> PeriodTariffs:
    """Find the tariff of each period.

    A period that names none has none if others name one (2.2.1 mod_cdrs, ChargingPeriod). If no period does,
    as in 2.1.1, it is the only one that is likely (:func:`_likely`).
    """
    periods = record.session.periods
    if any(period.tariff_id is not None for period in periods):
        return _named(record)
    likely = _likely(record)
    taken = likely[0] if likely else None
    findings = list(_assumed(record, likely)) if periods else []
    if taken is not None:
        findings += _validity(record, [taken])
    candidates = tuple(likely) if len(likely) > 1 and periods else ()
    return PeriodTariffs({period.index: taken for period in periods}, tuple(findings), candidates)


def _named(record: Record) -> PeriodTariffs:
    places = {tariff.id: place for place, tariff in enumerate(record.tariffs)}
    tariff_of: dict[int, int | None] = {}
    findings: dict[object, Finding] = {}
    for period in record.session.periods:
        tariff_of[period.index] = places.get(period.tariff_id or "")
        pointer = f"/charging_periods/{period.index}"
        if period.tariff_id is None:
            message = "The period names no tariff while others do, so none is relevant: it is free."
            finding = Finding(Code.PERIOD_WITHOUT_TARIFF, pointer, message, Effect.WARNING)
        elif tariff_of[period.index] is None:
            message = f"The tariff {period.tariff_id!r} of the period is not among those at hand."
            finding = Finding(Code.TARIFF_MISSING, f"{pointer}/tariff_id", message, Effect.UNPRICEABLE)
        else:
            continue
        findings.setdefault((finding.code, period.tariff_id), finding)
    used = sorted({tariff for tariff in tariff_of.values() if tariff is not None})
    return PeriodTariffs(tariff_of, (*findings.values(), *_validity(record, used)))


def _likely(record: Record) -> list[int]:
    """Return the tariffs of which no period says that it is meant, and nothing says that it is not.

    What the caller gave comes before what the document holds, and of it what both have; then come currency,
    validity and the regular type. A mark that none has tells nothing.
    """
    left = list(range(len(record.tariffs)))
    marks: tuple[Callable[[Tariff], bool], ...] = (
        lambda tariff: tariff.document == "tariff",
        lambda tariff: tariff.id in record.embedded,
        lambda tariff: tariff.currency == record.session.currency,
        lambda tariff: _is_valid(record, tariff),
        lambda tariff: tariff.type in (None, "REGULAR"),
    )
    for has in marks:
        left = [place for place in left if has(record.tariffs[place])] or left
    return left


def _assumed(record: Record, likely: Sequence[int]) -> Iterator[Finding]:
    if not likely:
        message = "There is no tariff, neither given nor in the document."
        yield Finding(Code.TARIFF_MISSING, "/tariffs", message, Effect.UNPRICEABLE)
    elif len(likely) > 1:
        message = f"No period names its tariff, and {len(likely)} are possible; the first was taken."
        yield Finding(Code.TARIFF_ASSUMED, "/charging_periods", message, Effect.UNDECIDABLE)
    elif len(record.tariffs) > 1 and record.embedded != {record.tariffs[likely[0]].id}:
        taken = record.tariffs[likely[0]].id
        message = f"No period names its tariff; of {len(record.tariffs)} {taken!r} was taken."
        yield Finding(Code.TARIFF_ASSUMED, "/charging_periods", message, Effect.WARNING)


def _validity(record: Record, used: Sequence[int]) -> list[Finding]:
    message = "The tariff was not valid when the session started."
    return [
        Finding(Code.TARIFF_NOT_VALID, tariff.pointer, message, Effect.WARNING, tariff.document)
        for tariff in (record.tariffs[place] for place in used)
        if not _is_valid(record, tariff)
    ]


def _is_valid(record: Record, tariff: Tariff) -> bool:
    start = record.session.start
    if start is None:
        return True
    return (tariff.start is None or tariff.start <= start) and (tariff.end is None or start < tariff.end)
