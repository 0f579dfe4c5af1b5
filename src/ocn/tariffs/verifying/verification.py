"""The result of checking a CDR: what it should cost, the verdict, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from ocn.tariffs.findings import Finding
from ocn.tariffs.model import Claim
from ocn.tariffs.result import Amount, Line, Part, Priced
from ocn.tariffs.verifying.cause_codes import CauseCode
from ocn.tariffs.verifying.causes import Explanation
from ocn.tariffs.verifying.evidence import Inputs, claim_json, evidence_json
from ocn.tariffs.writing.amount_texts import Json, amount_json, amounts_json
from ocn.tariffs.writing.canonical import canonical_json
from ocn.tariffs.writing.result_json import finding_json, price_json, warnings_of


class Verdict(StrEnum):
    """What a check comes to (docs/reference/tariff-verdicts.md)."""

    MATCH = "match"
    """The claim is what was computed, and the CDR does not contradict itself."""
    EXPLAINED = "explained"
    """The claim is exactly what known causes give."""
    MISMATCH = "mismatch"
    """The claim is wrong, or the CDR contradicts itself or its tariff."""
    UNDECIDABLE = "undecidable"
    """What it should cost depends on what cannot be known; the claim is within the bounds."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason for the verdict; ``message`` is a plain sentence."""

    code: CauseCode
    message: str


@dataclass(frozen=True, slots=True)
class Verification:
    """A checked CDR or session.

    ``total_cost`` is what the document should claim: of a credit CDR that is minus what the session costs.
    ``causes`` are all that were found, common ones first; ``explanations`` say which of them together give
    the claim, and without any, ``nearest`` is the one that comes nearest. ``findings`` are those of reading,
    pricing and the checks of the document, ``lint`` those of its tariffs.
    """

    priced: Priced
    verdict: Verdict
    total_cost: Amount
    causes: tuple[Cause, ...]
    explanations: tuple[Explanation, ...]
    nearest: Explanation | None
    differences: Mapping[str, Amount]
    findings: tuple[Finding, ...]
    lint: tuple[Finding, ...]
    inputs: Inputs

    @property
    def parts(self) -> Mapping[Part, Amount]:
        """What each part costs, never touched by limits."""
        return self.priced.parts

    @property
    def lines(self) -> tuple[Line, ...]:
        """What the parts are the sum of."""
        return self.priced.lines

    @property
    def low(self) -> Amount:
        """The least that it can cost, for all that is known."""
        return self.priced.low

    @property
    def high(self) -> Amount:
        """The most that it can cost, for all that is known."""
        return self.priced.high

    @property
    def warnings(self) -> tuple[str, ...]:
        """Codes of the findings that are more than a note, each once."""
        return tuple(warnings_of(self.findings))

    @property
    def claimed(self) -> Mapping[str, Claim]:
        """What the document claims, by the names of its members."""
        return self.priced.record.session.claimed.costs

    def as_json(self) -> dict[str, Json]:
        """Return the result as a program reads it; the first six members are a public contract."""
        price = price_json(self.priced, self.findings)
        return {
            "total_cost": amount_json(self.total_cost),
            "verdict": str(self.verdict),
            "causes": [str(cause.code) for cause in self.causes],
            **{name: price[name] for name in price if name != "total_cost"},
            "claimed": {name: claim_json(claim) for name, claim in self.claimed.items()},
            "differences": amounts_json(self.differences),
            "cause_details": [{"code": str(cause.code), "message": cause.message} for cause in self.causes],
            "explanations": [_explanation(explanation) for explanation in self.explanations],
            "nearest": None if self.nearest is None else _explanation(self.nearest),
            "lint": [finding_json(finding) for finding in self.lint],
            "evidence_hash": self.evidence_hash.hex(),
        }

    def evidence(self) -> bytes:
        """Return the evidence document, canonical JSON (:mod:`ocn.tariffs.verifying.evidence`)."""
        document = evidence_json(
            self.priced,
            self.inputs,
            total=amount_json(self.total_cost),
            verdict=str(self.verdict),
            causes=[str(cause.code) for cause in self.causes],
            findings=self.findings,
        )
        return canonical_json(document)

    @property
    def evidence_hash(self) -> bytes:
        """The SHA-256 of the evidence document, 32 bytes."""
        return sha256(self.evidence()).digest()


def _explanation(explanation: Explanation) -> dict[str, Json]:
    return {
        "codes": [str(code) for code in explanation.codes],
        "message": explanation.says,
        "total_cost": amount_json(explanation.total),
    }
