"""Why a claim is not what was computed: the names that are part of the public contract.

docs/reference/tariff-verdicts.md says which of them explain a claim and which are defects of the CDR.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final


class CauseCode(StrEnum):
    """A cause; those that explain come first, in the order in which they are told: common ones first."""

    ROUNDING_PER_PERIOD = "ROUNDING_PER_PERIOD"
    ROUNDING_TOTAL = "ROUNDING_TOTAL"
    ROUNDING_PER_PART = "ROUNDING_PER_PART"
    ROUNDING_PER_COMPONENT = "ROUNDING_PER_COMPONENT"
    TIMEZONE_UTC = "TIMEZONE_UTC"
    STEP_SIZE_IGNORED = "STEP_SIZE_IGNORED"
    STEP_SIZE_PER_PERIOD = "STEP_SIZE_PER_PERIOD"
    STEP_SIZE_COMBINED = "STEP_SIZE_COMBINED"
    STEP_SIZE_PER_DIMENSION = "STEP_SIZE_PER_DIMENSION"
    STEP_SIZE_LAST = "STEP_SIZE_LAST"
    STEP_SIZE_PARKING_ONLY = "STEP_SIZE_PARKING_ONLY"
    MIN_PRICE_IGNORED = "MIN_PRICE_IGNORED"
    MAX_PRICE_IGNORED = "MAX_PRICE_IGNORED"
    LIMIT_IN_PROPORTION = "LIMIT_IN_PROPORTION"
    FLAT_REPEATED = "FLAT_REPEATED"
    VAT_RATE = "VAT_RATE"
    PARKING_AS_TIME = "PARKING_AS_TIME"
    TIME_AS_PARKING = "TIME_AS_PARKING"
    TOTAL_ENERGY_MISMATCH = "TOTAL_ENERGY_MISMATCH"
    PERIOD_SPANS_PRICE_CHANGE = "PERIOD_SPANS_PRICE_CHANGE"
    STATE_AT_END = "STATE_AT_END"
    TIMEZONE_STANDARD = "TIMEZONE_STANDARD"
    TIMEZONE_PARTY = "TIMEZONE_PARTY"
    TARIFF_NOT_AS_PUBLISHED = "TARIFF_NOT_AS_PUBLISHED"
    TARIFF_VERSION = "TARIFF_VERSION"
    PERIODS_OVERLAP = "PERIODS_OVERLAP"
    CURRENCY_MISMATCH = "CURRENCY_MISMATCH"
    CREDIT_MISMATCH = "CREDIT_MISMATCH"
    PART_MISMATCH = "PART_MISMATCH"
    UNEXPLAINED = "UNEXPLAINED"


_ROUNDINGS: Final = frozenset({CauseCode.ROUNDING_PER_PERIOD, CauseCode.ROUNDING_TOTAL})
_STEP_SIZES: Final = frozenset(
    {CauseCode.STEP_SIZE_IGNORED, CauseCode.STEP_SIZE_PER_PERIOD, CauseCode.STEP_SIZE_COMBINED}
)
_CLOCKS: Final = frozenset({CauseCode.TIMEZONE_UTC})

COMMONER: Final[Mapping[CauseCode, frozenset[CauseCode]]] = {
    CauseCode.ROUNDING_PER_PART: _ROUNDINGS,
    CauseCode.ROUNDING_PER_COMPONENT: _ROUNDINGS,
    CauseCode.STEP_SIZE_PER_DIMENSION: _STEP_SIZES,
    CauseCode.STEP_SIZE_LAST: _STEP_SIZES,
    CauseCode.STEP_SIZE_PARKING_ONLY: _STEP_SIZES,
    CauseCode.TIMEZONE_STANDARD: _CLOCKS,
    CauseCode.TIMEZONE_PARTY: _CLOCKS,
}
"""Rare readings, and the common ones of the same thing."""


def without_rarer(codes: Iterable[CauseCode]) -> list[CauseCode]:
    """Leave out a rare reading where a common one of the same thing is among the codes."""
    found = list(dict.fromkeys(codes))
    return [code for code in found if not COMMONER.get(code, frozenset()) & set(found)]
