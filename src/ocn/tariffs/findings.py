"""What was noticed on the way to a price: a code, a place, a sentence, and what it means for the result."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Effect(StrEnum):
    """What a finding does to the result."""

    NOTE = "note"
    """Nothing: the price stands."""
    WARNING = "warning"
    """The price stands by a reading that another may not share."""
    UNDECIDABLE = "undecidable"
    """The price depends on what cannot be known; its bounds say by how much."""
    UNPRICEABLE = "unpriceable"
    """There is no price: amounts are None."""


class Code(StrEnum):
    """Findings of reading and pricing; verification and lint have their own beside these."""

    UNKNOWN_MEMBER = "UNKNOWN_MEMBER"
    UNKNOWN_DIMENSION = "UNKNOWN_DIMENSION"
    UNKNOWN_COMPONENT = "UNKNOWN_COMPONENT"
    UNKNOWN_RESTRICTION = "UNKNOWN_RESTRICTION"
    NUMBER_AS_TEXT = "NUMBER_AS_TEXT"
    DATE_PLACEHOLDER = "DATE_PLACEHOLDER"
    PERIODS_UNSORTED = "PERIODS_UNSORTED"
    PERIODS_MISSING = "PERIODS_MISSING"
    PERIOD_OUTSIDE_SESSION = "PERIOD_OUTSIDE_SESSION"
    VOLUME_NOT_LENGTH = "VOLUME_NOT_LENGTH"
    VOLUME_ROUNDED = "VOLUME_ROUNDED"
    VOLUME_NEGATED = "VOLUME_NEGATED"
    STEP_SIZE_MISSING = "STEP_SIZE_MISSING"
    TAX_INCLUDED_MISSING = "TAX_INCLUDED_MISSING"
    TAX_RATE_IGNORED = "TAX_RATE_IGNORED"
    TIME_ZONE_INVALID = "TIME_ZONE_INVALID"
    TIME_ZONE_FROM_COUNTRY = "TIME_ZONE_FROM_COUNTRY"
    TIME_ZONE_UNKNOWN = "TIME_ZONE_UNKNOWN"
    TARIFF_MISSING = "TARIFF_MISSING"
    PERIOD_WITHOUT_TARIFF = "PERIOD_WITHOUT_TARIFF"
    TARIFF_ASSUMED = "TARIFF_ASSUMED"
    TARIFF_NOT_VALID = "TARIFF_NOT_VALID"
    TARIFF_NOT_AS_PUBLISHED = "TARIFF_NOT_AS_PUBLISHED"
    CURRENCY_MISMATCH = "CURRENCY_MISMATCH"
    RESTRICTION_INPUT_MISSING = "RESTRICTION_INPUT_MISSING"
    PERIOD_SPANS_PRICE_CHANGE = "PERIOD_SPANS_PRICE_CHANGE"
    PRICE_CHANGES_NOT_SEARCHED = "PRICE_CHANGES_NOT_SEARCHED"
    STEP_SIZE_TWO_READINGS = "STEP_SIZE_TWO_READINGS"
    LIMIT_LIFTED = "LIMIT_LIFTED"
    LIMITS_DIFFER = "LIMITS_DIFFER"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing noticed. ``pointer`` is a JSON pointer into ``document``; ``message`` one plain sentence."""

    code: str
    pointer: str
    message: str
    effect: Effect = Effect.NOTE
    document: Literal["cdr", "tariff"] = "cdr"
