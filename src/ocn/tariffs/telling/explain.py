"""A price or a verdict in plain sentences, and every line of it as a small table of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ocn.tariffs.findings import Effect, Finding
from ocn.tariffs.model import Claim, Period, Tariff
from ocn.tariffs.result import Amount, Line, Priced
from ocn.tariffs.verifying.fitting import TOTAL
from ocn.tariffs.verifying.verification import Verdict, Verification
from ocn.tariffs.writing.amount_texts import money_text
from ocn.tariffs.writing.words import (
    amount_words,
    dimension_words,
    limit_words,
    price_words,
    restriction_words,
    volume_words,
)

_VERDICTS = {
    Verdict.MATCH: "The claim is what it should be.",
    Verdict.EXPLAINED: "The claim is not what it should be, but there is a reason that gives exactly it:",
    Verdict.MISMATCH: "The CDR is wrong:",
    Verdict.UNDECIDABLE: "Whether the claim is right cannot be decided:",
}


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """One line: a title, and facts as pairs of a word and a text."""

    title: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """What there is to say."""

    sentences: tuple[str, ...]
    lines: tuple[ExplainedLine, ...]


def explain(result: Verification | Priced) -> Explained:
    """Put a price, or a verdict with its price, into words; where nothing is claimed there is no verdict."""
    if isinstance(result, Priced):
        return Explained(tuple(_total(result, result.findings)), _lines(result))
    if TOTAL not in result.claimed:
        return explain(result.priced)
    sentences = (*_verdict(result), *_total(result.priced, result.findings))
    return Explained(sentences, _lines(result.priced))


def explain_tariff(tariff: Tariff) -> tuple[str, ...]:
    """Say what a tariff costs, element by element, in the order in which they are asked."""
    sentences = [
        f"{dimension_words(component.kind).capitalize()}, {restriction_words(element.restrictions)}:"
        f" {price_words(component, tariff)}."
        for element in tariff.elements
        for component in element.components
    ]
    for name, limit in (("At least", tariff.min_price), ("At most", tariff.max_price)):
        if limit is not None:
            sentences.append(f"{name} {limit_words(limit)}.")
    return tuple(sentences)


def _verdict(result: Verification) -> Iterator[str]:
    yield _VERDICTS[result.verdict]
    for cause in result.causes:
        yield f"{cause.code}: {cause.message}"
    if result.verdict is Verdict.UNDECIDABLE:
        yield from (finding.message for finding in result.findings if finding.effect in _DECIDING)
    claim = result.claimed.get(TOTAL)
    if claim is not None:
        yield f"Claimed: {_claim_words(claim)}. Computed: {amount_words(result.total_cost)}."


_DECIDING = (Effect.UNDECIDABLE, Effect.UNPRICEABLE)


def _total(priced: Priced, findings: tuple[Finding, ...]) -> Iterator[str]:
    zone = priced.record.zone
    if not priced.priceable:
        yield "There is no price."
    else:
        yield f"It costs {amount_words(priced.total)}, in {priced.currency}."
    if priced.total != priced.subtotal:
        yield f"Before limits and rounding it is {amount_words(priced.subtotal)}."
    if priced.low != priced.high:
        yield f"It may be anything from {amount_words(priced.low)} to {amount_words(priced.high)}."
    if zone is not None:
        yield f"Local time is that of {zone.name} ({zone.source})."
    for finding in findings:
        if finding.effect is not Effect.NOTE:
            yield f"{finding.code} at {finding.pointer or 'the document'}: {finding.message}"


def _lines(priced: Priced) -> tuple[ExplainedLine, ...]:
    periods = {period.index: period for period in priced.record.session.periods}
    return tuple(_line(line, periods[line.period], priced) for line in priced.lines)


def _line(line: Line, period: Period, priced: Priced) -> ExplainedLine:
    title = f"Period {line.period + 1}, {_span(period, priced)}: {dimension_words(line.dimension)}"
    return ExplainedLine(title, tuple(_facts(line, priced)))


def _facts(line: Line, priced: Priced) -> Iterator[tuple[str, str]]:
    tariff = priced.record.tariffs[line.tariff]
    yield "volume", volume_words(line.dimension, line.volume)
    if line.component is None or line.element is None:
        yield "why", f"No element of tariff {tariff.id} has a price for it that applies, so it is free."
        return
    if line.billed != line.volume:
        yield (
            "billed",
            f"{volume_words(line.dimension, line.billed)}, rounded up to step_size for all of its kind",
        )
    when = restriction_words(tariff.elements[line.element].restrictions)
    yield "price", price_words(line.component, tariff)
    yield "why", f"Element {line.element + 1} of tariff {tariff.id} is the first that applies: {when}."
    yield "cost", _cost_words(line.amount)


def _cost_words(amount: Amount) -> str:
    words = amount_words(amount)
    if amount.excl is None or amount.incl is None or amount.excl == amount.incl:
        return words
    return f"{words}, {money_text(amount.incl - amount.excl)} tax"


def _span(period: Period, priced: Priced) -> str:
    return f"{_moment(period.start, priced)} to {_moment(period.end, priced)}"


def _moment(moment: datetime | None, priced: Priced) -> str:
    if moment is None:
        return "?"
    zone = priced.record.zone
    local = moment if zone is None else moment.astimezone(zone.info)
    return f"{local:%Y-%m-%d %H:%M:%S}" + (" UTC" if zone is None else "")


def _claim_words(claim: Claim) -> str:
    sides = ((claim.excl, "without taxes"), (claim.incl, "with taxes"))
    return ", ".join(f"{value} {name}" for value, name in sides if value is not None)
