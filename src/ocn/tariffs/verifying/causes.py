"""The search for causes: which one thing, done otherwise, gives exactly what is claimed (layer 2).

A cause counts only when it hits the claim to the last printed digit, net and gross, and changes the result.
Against luck: where it moves the total no further than rounding could, or where the claim is next to nothing,
every part that the CDR states has to fit too. Only when no single cause fits, a rounding is tried together
with each other cause; that explains nothing where chance would as well (:mod:`ocn.tariffs.verifying.chance`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Final, TypeAlias

from ocn.tariffs.model import Claim
from ocn.tariffs.money import minor_units
from ocn.tariffs.policy import Rounding, RoundingMode
from ocn.tariffs.pricing.compute import compute, rounded_as
from ocn.tariffs.result import Amount, Priced
from ocn.tariffs.verifying.cause_codes import CauseCode
from ocn.tariffs.verifying.chance import Odds, odds
from ocn.tariffs.verifying.deviations import Alternatives, Deviation, deviations
from ocn.tariffs.verifying.fitting import distance, fits, parts_that_differ
from ocn.tariffs.verifying.roundings import roundings
from ocn.tariffs.verifying.screening import Screen

NEXT_TO_NOTHING: Final = Decimal("0.10")
MOST_WORK: Final = 40_000
"""Periods times elements: beyond it nobody waits for two dozen prices, and none is tried."""
MOST_VERSIONS: Final = 20
"""Stored versions of a tariff that are tried."""
_COMMON_FIRST: Final = {code: place for place, code in enumerate(CauseCode)}

_Tried: TypeAlias = tuple[Deviation, Priced]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One way to get at the claim, ``total``: by one cause, or by another and a rounding together."""

    codes: tuple[CauseCode, ...]
    says: str
    total: Amount


@dataclass(frozen=True, slots=True)
class Found:
    """Every explanation, common ones first; without any, the one that comes nearest, if one does.

    ``odds`` say how much an explanation is worth; None where the parts that are stated say it.
    """

    explanations: tuple[Explanation, ...]
    nearest: Explanation | None = None
    odds: Odds | None = None


def search(priced: Priced, claim: Claim, alternatives: Alternatives) -> Found:
    """Look for what explains a claim that is not what was computed.

    ``claim`` is the total of the document with the sign of a charge, ``priced`` what it should be.
    """
    elements = sum(len(tariff.elements) for tariff in priced.record.tariffs)
    if len(priced.record.session.periods) * elements > MOST_WORK:
        return Found(())
    target = _Target(priced, claim)
    others = _otherwise(priced, alternatives)
    singles = [
        *_rounded(target, priced, ()),
        *(_one(deviation, result) for deviation, result in others if target.is_hit(result)),
    ]
    if singles:
        return Found(_common_first(singles), odds=_odds(target, priced, others))
    pairs = [one for deviation, result in others for one in _rounded(target, result, (deviation,))]
    luck = _odds(target, priced, others, rounded_too=True) if pairs else None
    if pairs and (luck is None or not luck.may_be_chance):
        return Found(_common_first(pairs), odds=luck)
    return Found((), _nearest(priced, claim, others))


def _odds(
    target: "_Target", priced: Priced, others: Sequence[_Tried], *, rounded_too: bool = False
) -> Odds | None:
    """Weigh what was found by all that was tried; ``rounded_too``: every other reading was rounded, too."""
    if target.is_told_by_parts:
        return None
    screen = Screen(_unrounded(priced))
    ways = [
        screen.total(policy)
        for _, _, policy in roundings(priced.policy, target.claim, target.digits)
        if policy != priced.policy and screen.is_of_its_own(policy)
    ]
    weigh = partial(odds, priced.total, target.claim, target.digits)
    found = weigh([*ways, *(result.total for _, result in others)])
    return found.times(1 + weigh(ways).reached) if rounded_too else found


class _Target:
    """The claim, and when a result counts as hitting it."""

    def __init__(self, priced: Priced, claim: Claim) -> None:
        self._base = priced
        self.claim = claim
        self.digits = minor_units(priced.currency)
        self._reach = Fraction(len(priced.lines) + 2, 10**self.digits)
        self._small = claim.excl is not None and abs(claim.excl) < NEXT_TO_NOTHING

    @property
    def is_told_by_parts(self) -> bool:
        """Whether every part that costs something is stated, so that an explanation has to fit them all."""
        stated = self._base.record.session.claimed.costs
        return all(part in stated for part, amount in self._base.parts.items() if amount.excl or amount.incl)

    def is_near(self, result: Priced) -> bool:
        """Whether rounding of its lines could bring a result to the claim; a limit may magnify it."""
        far = distance(result.total, self.claim)
        return far is not None and (far <= 2 * self._reach or result.total != result.subtotal)

    def would_fit(self, total: Amount) -> bool:
        """Whether a total is the claim, as far as it can be compared."""
        return bool(fits(total, self.claim, self.digits))

    def is_hit(self, result: Priced, mode: RoundingMode = RoundingMode.HALF_UP) -> bool:
        """Whether a result is the claim, and no stroke of luck."""
        if result.total == self._base.total or not self.would_fit(result.total):
            return False
        if not self._small and self._moves_far(result):
            return True
        stated = self._base.record.session.claimed.costs
        return not parts_that_differ(result.parts, stated, self.digits, mode)

    def _moves_far(self, result: Priced) -> bool:
        pairs = ((result.total.excl, self._base.total.excl), (result.total.incl, self._base.total.incl))
        return any(abs(new - old) > self._reach for new, old in pairs if new is not None and old is not None)


def _otherwise(priced: Priced, alternatives: Alternatives) -> list[_Tried]:
    """Price with each deviation; those that change nothing are no candidates."""
    tried = [
        (deviation, compute(deviation.record, deviation.policy))
        for deviation in deviations(priced, alternatives)
    ]
    return [(deviation, result) for deviation, result in tried if result.total != priced.total]


def _rounded(target: _Target, result: Priced, with_other: tuple[Deviation, ...]) -> Iterator[Explanation]:
    """Round a result in every other way; only where rounding can matter, since there are many."""
    if not target.is_near(result):
        return
    before = tuple(deviation.code for deviation in with_other)
    exact = _unrounded(result)
    screen = Screen(exact)
    for code, says, policy in roundings(result.policy, target.claim, target.digits):
        if policy == result.policy or not screen.is_of_its_own(policy):
            continue
        if target.would_fit(screen.total(policy)):
            rounded = rounded_as(exact, policy)
            if rounded.total != result.total and target.is_hit(rounded, policy.mode):
                spoken = " ".join([*(deviation.says for deviation in with_other), says])
                yield Explanation((*before, code), spoken, rounded.total)


def _unrounded(result: Priced) -> Priced:
    exact = replace(result.policy, rounding=Rounding.NONE, vat_on_rounded=False)
    return result if exact == result.policy else compute(result.record, exact)


def _one(deviation: Deviation, result: Priced) -> Explanation:
    return Explanation((deviation.code,), deviation.says, result.total)


def _common_first(found: Sequence[Explanation]) -> tuple[Explanation, ...]:
    """Keep the first of those that name the same causes, in the order in which causes are common."""
    by_codes: dict[tuple[CauseCode, ...], Explanation] = {}
    for explanation in found:
        by_codes.setdefault(explanation.codes, explanation)
    return tuple(sorted(by_codes.values(), key=lambda one: tuple(_COMMON_FIRST[code] for code in one.codes)))


def _nearest(priced: Priced, claim: Claim, others: Sequence[_Tried]) -> Explanation | None:
    """Return the deviation that comes nearest to the claim, where one comes nearer than none at all."""
    gap = distance(priced.total, claim)
    best: Explanation | None = None
    for deviation, result in others:
        left = distance(result.total, claim)
        if left is not None and gap is not None and left < gap:
            gap, best = left, _one(deviation, result)
    return best
