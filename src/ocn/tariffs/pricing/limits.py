"""min_price and max_price: they bound net and gross independently (2.2.1 mod_tariffs, Tariff)."""

from collections.abc import Sequence
from fractions import Fraction

from ocn.tariffs.findings import Code, Effect, Finding
from ocn.tariffs.model import Limit, Tariff
from ocn.tariffs.policy import LimitReading, Policy
from ocn.tariffs.result import Amount


def within_limits(amount: Amount, tariffs: Sequence[Tariff], policy: Policy) -> tuple[Amount, list[Finding]]:
    """Return the total within the limits of the tariffs that were used, and what was noticed.

    With several tariffs a limit holds only if all name the same. A limit that moves one side past the other
    moves that one too, in proportion: no total is less with taxes than without.
    """
    findings: list[Finding] = []
    for name, wanted in (("min_price", policy.min_price), ("max_price", policy.max_price)):
        limits: set[Limit | None] = {getattr(tariff, name) for tariff in tariffs}
        if not wanted or limits <= {None}:
            continue
        if len(limits) > 1:
            findings.append(_differ(tariffs[0], name))
            continue
        amount, lifted = _bounded(amount, limits.pop(), policy.limits, most=name == "max_price")
        if lifted:
            findings.append(_lifted(tariffs[0], name))
    return amount, findings


def _bounded(
    amount: Amount, limit: Limit | None, reading: LimitReading, *, most: bool
) -> tuple[Amount, bool]:
    if limit is None:
        return amount, False
    choose = min if most else max
    excl, incl = (
        given if given is None or bound is None else choose(given, Fraction(bound))
        for given, bound in ((amount.excl, limit.excl), (amount.incl, limit.incl))
    )
    if excl is None or incl is None or (excl, incl) == (amount.excl, amount.incl):
        return Amount(excl, incl), False
    passed = excl > incl
    if not passed and not (reading is LimitReading.IN_PROPORTION and limit.is_one_sided):
        return Amount(excl, incl), False
    by_gross = most if passed else limit.excl is None
    if by_gross:
        return Amount(_scaled(amount.excl, incl, amount.incl), incl), passed
    return Amount(excl, _scaled(amount.incl, excl, amount.excl)), passed


def _scaled(value: Fraction | None, moved: Fraction, before: Fraction | None) -> Fraction:
    """Move one side as the other one was moved; from 0 there is no proportion, so both are equal."""
    return value * moved / before if value and before else moved


def _differ(tariff: Tariff, name: str) -> Finding:
    message = f"The tariffs of this session name different values of {name}; none was applied."
    return Finding(Code.LIMITS_DIFFER, f"{tariff.pointer}/{name}", message, Effect.WARNING, tariff.document)


def _lifted(tariff: Tariff, name: str) -> Finding:
    message = f"{name} moved only one of net and gross past the other, which was moved in proportion."
    return Finding(Code.LIMIT_LIFTED, f"{tariff.pointer}/{name}", message, Effect.WARNING, tariff.document)
