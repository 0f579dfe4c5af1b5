"""From what was read to a price: periods to lines, blocks, sums, limits, roundings."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import localcontext
from fractions import Fraction

from ocn.tariffs.exact import EXACT
from ocn.tariffs.findings import Code, Effect, Finding
from ocn.tariffs.model import Record, Tariff, TaxMode
from ocn.tariffs.money import minor_units, rounded_amount
from ocn.tariffs.policy import PeriodReading, Policy, Rounding, TimeReading
from ocn.tariffs.pricing.blocks import in_blocks, open_to_two_readings
from ocn.tariffs.pricing.limits import within_limits
from ocn.tariffs.pricing.lines import Drafting, Prefer
from ocn.tariffs.pricing.noticed import Noticed
from ocn.tariffs.pricing.preparation import Prepared, prepare
from ocn.tariffs.pricing.splitting import cut
from ocn.tariffs.pricing.sums import Adding
from ocn.tariffs.pricing.written_hours import by_written_hours
from ocn.tariffs.result import UNKNOWN, ZERO, Amount, Part, Priced

DEFAULT = Policy()
_TWO_READINGS = Finding(
    Code.STEP_SIZE_TWO_READINGS,
    "/charging_periods",
    "The session charges after it parked: parking was rounded up, which another reading does to the last.",
)


def compute(record: Record, policy: Policy = DEFAULT, *, prefer: Prefer = Prefer.CERTAIN) -> Priced:
    """Price what was read: no bounds (``low`` and ``high`` equal the total), fast, any number of times.

    ``prefer`` says which price to take where nobody can know which one applies.
    """
    with localcontext(EXACT):
        if policy.periods is PeriodReading.RECUT:
            record = cut(record, policy)
        return priced_as(prepare(record, policy), prefer)


def priced_as(prepared: Prepared, prefer: Prefer = Prefer.CERTAIN) -> Priced:
    """Price what was prepared; within exact arithmetic only."""
    record, used = prepared.record, prepared.used
    nothing = _nothing(record, used)
    drafting = Drafting(prepared, nothing, Noticed(record), prefer)
    drafting.write()
    noticed = [*_about(record, used), *drafting.noticed.findings.values()]
    if open_to_two_readings(drafting.lines, prepared.policy.step_size):
        noticed.append(_TWO_READINGS)
    lines = in_blocks(drafting.lines, prepared.policy.step_size)
    if prepared.policy.times is TimeReading.AS_WRITTEN:
        lines = by_written_hours(lines, prepared.periods)
    priced = Priced(
        record=record,
        policy=prepared.policy,
        total=nothing,
        subtotal=nothing,
        parts={},
        lines=tuple(lines),
        findings=(*record.findings, *prepared.tariffs.findings, *noticed),
        low=nothing,
        high=nothing,
    )
    return _added_up(priced, used, nothing) if priced.priceable else _without_price(priced)


def rounded_as(priced: Priced, policy: Policy) -> Priced:
    """Add the lines of a price up again under a policy that differs in how amounts are rounded or limited.

    Cheaper than :func:`compute`, with the same result; ``priced`` is one whose policy rounds no lines.
    """
    if not priced.priceable:
        return replace(priced, policy=policy)
    with localcontext(EXACT):
        used = [priced.record.tariffs[place] for place in sorted({line.tariff for line in priced.lines})]
        kept = tuple(
            one for one in priced.findings if one.code not in (Code.LIMIT_LIFTED, Code.LIMITS_DIFFER)
        )
        return _added_up(replace(priced, policy=policy, findings=kept), used, _nothing(priced.record, used))


def _added_up(priced: Priced, used: Sequence[Tariff], nothing: Amount) -> Priced:
    policy = priced.policy
    currency = priced.record.session.currency
    digits = minor_units(currency) if policy.digits is None else policy.digits
    adding = Adding(policy, digits, nothing)
    sums = adding.sums(priced.lines)
    total, limited = within_limits(sums.subtotal, used, policy)
    if policy.rounding is Rounding.TOTAL:
        total = rounded_amount(total, digits, policy.mode)
    return replace(
        priced,
        total=total,
        subtotal=sums.subtotal,
        parts=sums.parts,
        lines=tuple(adding.rounded_lines(priced.lines)),
        findings=(*priced.findings, *limited),
        low=total,
        high=total,
    )


def _nothing(record: Record, used: Sequence[Tariff]) -> Amount:
    """Return 0 as the version knows it: in 2.1.1 the gross amount is unknown even of nothing."""
    net_only = record.session.version == "2.1.1" or any(tariff.tax is TaxMode.UNKNOWN for tariff in used)
    return Amount(Fraction(0), None) if net_only else ZERO


def _about(record: Record, used: Sequence[Tariff]) -> list[Finding]:
    """Say what is wrong with the tariffs that were used, as far as it touches the price."""
    findings = []
    for tariff in used:
        strange = [name for element in tariff.elements for name in element.strange]
        if strange:
            message = f"The tariff has a price for {strange[0]}, which no version of OCPI has."
            findings.append(_finding(Code.UNKNOWN_COMPONENT, tariff, message, Effect.UNPRICEABLE))
        if tariff.currency != record.session.currency:
            message = f"The tariff is in {tariff.currency}, the session in {record.session.currency}."
            several = len({one.currency for one in used}) > 1
            effect = Effect.UNPRICEABLE if several else Effect.WARNING
            findings.append(_finding(Code.CURRENCY_MISMATCH, tariff, message, effect))
    return findings


def _finding(code: Code, tariff: Tariff, message: str, effect: Effect) -> Finding:
    return Finding(code, tariff.pointer, message, effect, tariff.document)


def _without_price(priced: Priced) -> Priced:
    return replace(
        priced,
        total=UNKNOWN,
        subtotal=UNKNOWN,
        parts=dict.fromkeys(Part, UNKNOWN),
        low=UNKNOWN,
        high=UNKNOWN,
    )
