"""How else amounts may have been rounded: tried alone, and together with each other deviation (layer 2)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from ocn.tariffs.model import Claim
from ocn.tariffs.money import OCPI_DECIMALS, decimals
from ocn.tariffs.policy import Policy, Rounding, RoundingMode
from ocn.tariffs.verifying.cause_codes import CauseCode

_ROUNDINGS: Final = (
    (Rounding.LINE, False, CauseCode.ROUNDING_PER_PERIOD, "Every line of every period was rounded"),
    (Rounding.LINE, True, CauseCode.ROUNDING_PER_PERIOD, "Every line was rounded, then taxed"),
    (Rounding.PERIOD, False, CauseCode.ROUNDING_PER_PERIOD, "Every period was rounded"),
    (Rounding.PERIOD, True, CauseCode.ROUNDING_PER_PERIOD, "Every period was rounded, then taxed"),
    (Rounding.TOTAL, True, CauseCode.ROUNDING_TOTAL, "The net total was rounded, then taxed"),
    (Rounding.PART, False, CauseCode.ROUNDING_PER_PART, "Energy, time, parking and fees were rounded each"),
    (
        Rounding.PART,
        True,
        CauseCode.ROUNDING_PER_PART,
        "Energy, time, parking and fees were rounded, then taxed",
    ),
    (Rounding.COMPONENT, False, CauseCode.ROUNDING_PER_COMPONENT, "The sum at every price was rounded"),
    (
        Rounding.COMPONENT,
        True,
        CauseCode.ROUNDING_PER_COMPONENT,
        "The sum at every price was rounded, then taxed",
    ),
)
_MODES: Final = ((RoundingMode.HALF_EVEN, "half to even"), (RoundingMode.DOWN, "down"))


def roundings(policy: Policy, claim: Claim, digits: int) -> Iterator[tuple[CauseCode, str, Policy]]:
    """Say how else amounts may be rounded, common ways first; ``digits`` is how far the currency goes."""
    printed = _printed_digits(claim)
    for to in (None, printed) if digits < printed <= OCPI_DECIMALS else (None,):
        for rounding, on_rounded, code, says in _ROUNDINGS:
            changed = replace(policy, rounding=rounding, vat_on_rounded=on_rounded, digits=to)
            yield code, f"{says}." if to is None else f"{says}, to {to} decimals.", changed
    if policy.rounding is not Rounding.NONE:
        changed = replace(policy, rounding=Rounding.NONE, vat_on_rounded=False)
        yield CauseCode.ROUNDING_TOTAL, "Nothing but the total was rounded.", changed
    for mode, name in _MODES:
        changed = replace(policy, rounding=Rounding.TOTAL, mode=mode)
        yield CauseCode.ROUNDING_TOTAL, f"The total was rounded {name}.", changed
    if printed > digits:
        changed = replace(policy, rounding=Rounding.TOTAL, digits=printed)
        yield CauseCode.ROUNDING_TOTAL, f"The total was rounded to {printed} decimals.", changed


def _printed_digits(claim: Claim) -> int:
    return max((decimals(amount) for amount in (claim.excl, claim.incl) if amount is not None), default=0)
