"""From documents to a price: the one pure function, and its parts for those who ask often."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import localcontext
from fractions import Fraction

from ocn.tariffs.blocks import in_blocks
from ocn.tariffs.exact import EXACT
from ocn.tariffs.findings import Code, Effect, Finding
from ocn.tariffs.json_values import JsonObject
from ocn.tariffs.limits import within_limits
from ocn.tariffs.lines import Drafting, Prefer
from ocn.tariffs.model import Record, Tariff, TaxMode
from ocn.tariffs.money import minor_units, rounded_amount
from ocn.tariffs.noticed import Noticed
from ocn.tariffs.period_tariffs import PeriodTariffs, tariffs_of
from ocn.tariffs.policy import PeriodReading, Policy, Rounding
from ocn.tariffs.read import record as read_record
from ocn.tariffs.result import UNKNOWN, ZERO, Amount, Part, Priced
from ocn.tariffs.selection import prices_of
from ocn.tariffs.splitting import cut
from ocn.tariffs.stretches import as_priced, expired
from ocn.tariffs.sums import Adding, taxes

DEFAULT = Policy()


def price(
    document: JsonObject,
    tariffs: Sequence[JsonObject],
    *,
    time_zone: str | None = None,
    location: JsonObject | None = None,
    version: str | None = None,
    policy: Policy = DEFAULT,
) -> Priced:
    """Say what a CDR, or a session so far, costs.

    Args:
        document: the CDR or session of OCPI 2.1.1, 2.2(.1) or 2.3.0, decoded with :func:`ocn.tariffs.decode`
            or otherwise with every number an int or a Decimal.
        tariffs: the tariffs by which to price; none for those in the document.
        time_zone: of the place of charging, as in the time zone database.
        location: the Location as it was stored, for its time zone and what its connector can deliver.
        version: of the documents; found by their members when it is not given.
        policy: how to read what OCPI leaves open.

    Raises:
        CdrUnreadable, TariffUnreadable: a document breaks a bound or says what no version allows.
        TimeZoneUnknown: there is no such time zone.
    """
    record = read_record(document, tariffs, time_zone=time_zone, location=location, version=version)
    return compute(record, policy)


def compute(record: Record, policy: Policy = DEFAULT, *, prefer: Prefer = Prefer.CERTAIN) -> Priced:
    """Price what was read: no bounds (``low`` and ``high`` equal the total), fast, any number of times.

    ``prefer`` says which price to take where nobody can know which one applies.
    """
    with localcontext(EXACT):
        if policy.periods is PeriodReading.RECUT:
            record = cut(record)
        chosen = tariffs_of(record)
        used = [record.tariffs[place] for place in chosen.used]
        drafting = _draft(record, policy, chosen, prefer)
        digits = minor_units(record.session.currency) if policy.digits is None else policy.digits
        adding = Adding(policy, digits, drafting.free)
        lines = adding.rounded_lines(in_blocks(drafting.lines, policy.step_size))
        sums = adding.sums(lines)
        total, limited = within_limits(sums.subtotal, used, policy)
        if policy.rounding is Rounding.TOTAL:
            total = rounded_amount(total, digits, policy.mode)
        noticed = (*_about(record, used), *drafting.noticed.findings.values(), *limited)
        findings = (*record.findings, *chosen.findings, *noticed)
        tax = taxes(lines)
        parts, subtotal = sums.parts, sums.subtotal
        priced = Priced(record, policy, total, subtotal, parts, tuple(lines), tax, findings, total, total)
    return priced if priced.priceable else _without_price(priced)


def _draft(record: Record, policy: Policy, chosen: PeriodTariffs, prefer: Prefer) -> Drafting:
    periods = as_priced(record.session, policy)
    unused = expired(record.session, periods)
    prices = {place: prices_of(record.tariffs[place], policy, expired=unused) for place in chosen.used}
    net_only = any(record.tariffs[place].tax is TaxMode.UNKNOWN for place in chosen.used)
    free = Amount(Fraction(0), None) if net_only or record.session.version == "2.1.1" else ZERO
    drafting = Drafting(record, policy, prices, chosen.tariff_of, free, Noticed(record), prefer)
    drafting.write(periods)
    return drafting


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
        taxes=(),
        low=UNKNOWN,
        high=UNKNOWN,
    )
