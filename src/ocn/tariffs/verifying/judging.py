"""From a price and a claim to a verdict.

Defects of the CDR (another currency than its tariff, periods that overlap, energy that does not add up, a
wrong credit, a wrong part) make it a mismatch even where the total is right: a CDR is final, and each of them
has to be put right by a credit CDR and a new one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ocn.tariffs.findings import Code, Effect, Finding
from ocn.tariffs.model import Claim
from ocn.tariffs.money import minor_units
from ocn.tariffs.policy import TimeReading
from ocn.tariffs.pricing.compute import compute
from ocn.tariffs.result import Amount, Part, Priced
from ocn.tariffs.verifying.cause_codes import CauseCode, without_rarer
from ocn.tariffs.verifying.causes import Explanation, Found, search
from ocn.tariffs.verifying.chance import EXPLANATION_MAY_BE_CHANCE
from ocn.tariffs.verifying.deviations import Alternatives
from ocn.tariffs.verifying.fitting import TOTAL, difference, fits, parts_that_differ, within
from ocn.tariffs.verifying.sentences import spans_sentence, unexplained_sentence
from ocn.tariffs.verifying.verification import Cause, Verdict

NOTHING_TO_COMPARE: Final = "NOTHING_TO_COMPARE"

DEFECTS: Final = (
    CauseCode.PERIODS_OVERLAP,
    CauseCode.CURRENCY_MISMATCH,
    CauseCode.CREDIT_MISMATCH,
    CauseCode.TOTAL_ENERGY_MISMATCH,
    CauseCode.PART_MISMATCH,
)

_TIMES: Final = {
    TimeReading.AS_WRITTEN: "The claim is by hours as they are written, which were rounded.",
    TimeReading.ROUNDED: "The claim is by the lengths of periods, whose hours are written rounded.",
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict and what led to it."""

    verdict: Verdict
    causes: tuple[Cause, ...]
    found: Found
    differences: Mapping[str, Amount]
    findings: tuple[Finding, ...]


class Judge:
    """Weighs a price, what is claimed, and what was found."""

    def __init__(self, priced: Priced, claims: Mapping[str, Claim], findings: Sequence[Finding]) -> None:
        self._priced = priced
        self._claims = claims
        self._findings = list(findings)
        self._digits = minor_units(priced.currency)

    def judge(self, alternatives: Callable[[], Alternatives]) -> Judgement:
        """Come to a verdict; ``alternatives`` is asked only when causes have to be looked for."""
        total = self._claims.get(TOTAL)
        hit = None if total is None else fits(self._priced.total, total, self._digits)
        if total is None or hit is None:
            return self._nothing_to_compare()
        if self._is_open(total):
            return self._decided(Verdict.UNDECIDABLE, Found(()))
        as_claimed = self._priced if hit else self._by_other_times(total)
        if as_claimed is not None:
            self._check_parts(as_claimed)
            return self._decided(Verdict.MATCH, Found(()))
        found = self._search(total, alternatives)
        if found.explanations:
            if found.odds is not None and found.odds.may_be_chance:
                self._add(EXPLANATION_MAY_BE_CHANCE, total.pointer, found.odds.says)
            return self._decided(Verdict.EXPLAINED, found)
        self._check_parts(self._priced)
        message = unexplained_sentence(self._priced, total, found)
        return self._decided(Verdict.MISMATCH, found, Cause(CauseCode.UNEXPLAINED, message))

    def _is_open(self, total: Claim) -> bool:
        """Whether the claim is one of those that the document leaves possible."""
        return not self._priced.decided and within(self._priced.low, self._priced.high, total, self._digits)

    def _search(self, total: Claim, alternatives: Callable[[], Alternatives]) -> Found:
        if not self._priced.decided:
            return Found(())
        found = search(self._priced, total, alternatives())
        low, high = self._priced.low, self._priced.high
        if found.explanations or low == high or not within(low, high, total, self._digits):
            return found
        says = spans_sentence(low, high, total)
        claimed = Explanation((CauseCode.PERIOD_SPANS_PRICE_CHANGE,), says, self._priced.total)
        return Found((claimed,))

    def _by_other_times(self, total: Claim) -> Priced | None:
        """Price by the times as they are written, or by the lengths that they were rounded from."""
        if not self._priced.decided:
            return None
        for reading in (TimeReading.AS_WRITTEN, TimeReading.ROUNDED):
            priced = compute(self._priced.record, replace(self._priced.policy, times=reading))
            if priced.total != self._priced.total and fits(priced.total, total, self._digits):
                self._add(Code.VOLUME_ROUNDED, total.pointer, _TIMES[reading])
                return priced
        return None

    def _check_parts(self, priced: Priced) -> None:
        for part in parts_that_differ(priced.parts, self._claims, self._digits):
            message = f"{part} is claimed otherwise than computed."
            self._add(CauseCode.PART_MISMATCH, self._claims[part].pointer, message)

    def _nothing_to_compare(self) -> Judgement:
        if self._priced.priceable:
            message = "The document claims nothing that can be compared with what was computed."
            self._add(NOTHING_TO_COMPARE, "/total_cost", message)
        return self._decided(Verdict.UNDECIDABLE, Found(()))

    def _decided(self, verdict: Verdict, found: Found, *more: Cause) -> Judgement:
        told = without_rarer(code for one in found.explanations for code in one.codes)
        explaining = [
            Cause(code, explanation.says)
            for explanation in found.explanations
            for code in explanation.codes
            if code in told
        ]
        defects = self._defects({cause.code for cause in explaining})
        causes = {cause.code: cause for cause in reversed([*explaining, *defects, *more])}
        return Judgement(
            verdict=Verdict.MISMATCH if defects else verdict,
            causes=tuple(reversed(causes.values())),
            found=found,
            differences=self._differences(),
            findings=tuple(self._findings),
        )

    def _defects(self, explaining: set[CauseCode]) -> list[Cause]:
        """Return the contradictions that no explanation takes up."""
        return [
            Cause(CauseCode(finding.code), finding.message)
            for finding in self._findings
            if finding.code in DEFECTS and finding.code not in explaining
        ]

    def _differences(self) -> dict[str, Amount]:
        """Return claim minus computed of the total and the parts, where they are not the same."""
        computed = {TOTAL: self._priced.total, **{str(part): self._priced.parts[part] for part in Part}}
        return {
            name: difference(amount, self._claims[name])
            for name, amount in computed.items()
            if name in self._claims and fits(amount, self._claims[name], self._digits) is False
        }

    def _add(self, code: str, pointer: str, message: str) -> None:
        self._findings.append(Finding(code, pointer, message, Effect.WARNING))
