"""What a charging session costs by its tariff, whether a CDR says so, and if not, why.

In come CDRs, sessions and tariffs of OCPI 2.1.1, 2.2.1 or 2.3.0 as plain JSON whose numbers are decimals,
with a time zone and a policy; out go prices, verdicts and evidence, exact to the last digit. The room is
pure: no I/O, no clock, no floats, no settings. It knows the words of the protocol (:mod:`ocn.ocpi`) and
nothing of money that moves.
"""

from ocn.tariffs.decode import decode
from ocn.tariffs.errors import (
    CdrUnreadable,
    JsonUnreadable,
    TariffError,
    TariffUnreadable,
    TimeZoneUnknown,
)
from ocn.tariffs.findings import Code, Effect, Finding
from ocn.tariffs.json_values import JsonObject, JsonValue
from ocn.tariffs.model import Record, Version
from ocn.tariffs.policy import Policy, Rounding, RoundingMode, StepSize
from ocn.tariffs.price import compute
from ocn.tariffs.pricing import price
from ocn.tariffs.read import record
from ocn.tariffs.result import Amount, Line, Part, Priced

__all__ = [
    "Amount",
    "CdrUnreadable",
    "Code",
    "Effect",
    "Finding",
    "JsonObject",
    "JsonUnreadable",
    "JsonValue",
    "Line",
    "Part",
    "Policy",
    "Priced",
    "Record",
    "Rounding",
    "RoundingMode",
    "StepSize",
    "TariffError",
    "TariffUnreadable",
    "TimeZoneUnknown",
    "Version",
    "compute",
    "decode",
    "price",
    "record",
]
