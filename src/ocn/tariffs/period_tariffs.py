"""Which tariff a period has: the one that it names, or the only one there is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ocn.tariffs.findings import Code, Effect, Finding
from ocn.tariffs.model import Record, Tariff


@dataclass(frozen=True, slots=True)
class PeriodTariffs:
    """The tariff of each period, by the indexes of both; None where none is relevant."""

    tariff_of: Mapping[int, int | None]
    findings: tuple[Finding, ...]

    @property
    def used(self) -> tuple[int, ...]:
        """The tariffs that price something, in order."""
        return tuple(sorted({tariff for tariff in self.tariff_of.values() if tariff is not None}))


def tariffs_of(record: Record) -> PeriodTariffs:
    """Find the tariff of each period.

    A period that names none has none if others name one (2.2.1 mod_cdrs, ChargingPeriod). If no period does,
    as in 2.1.1, it is the only tariff, or the only regular one that was valid when the session started.
    """
    periods = record.session.periods
    if any(period.tariff_id is not None for period in periods):
        return _named(record)
    tariff, finding = _assumed(record)
    findings = [] if finding is None or not periods else [finding]
    if tariff is not None:
        findings += _validity(record, [tariff])
    return PeriodTariffs({period.index: tariff for period in periods}, tuple(findings))


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


def _assumed(record: Record) -> tuple[int | None, Finding | None]:
    if not record.tariffs:
        message = "There is no tariff, neither given nor in the document."
        return None, Finding(Code.TARIFF_MISSING, "/tariffs", message, Effect.UNPRICEABLE)
    if len(record.tariffs) == 1:
        return 0, None
    valid = [place for place, tariff in enumerate(record.tariffs) if _is_valid(record, tariff)]
    regular = [place for place in valid if record.tariffs[place].type in (None, "REGULAR")]
    choice = regular or valid or [0]
    effect = Effect.WARNING if len(choice) == 1 else Effect.UNDECIDABLE
    message = f"No period names its tariff; of {len(record.tariffs)} the first valid regular one was taken."
    return choice[0], Finding(Code.TARIFF_ASSUMED, "/charging_periods", message, effect)


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
