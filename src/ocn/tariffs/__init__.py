"""What a charging session costs by its tariff, whether a CDR says so, and if not, why.

In come CDRs, sessions and tariffs of OCPI 2.1.1, 2.2.1 or 2.3.0 as plain JSON whose numbers are decimals,
with a time zone and a policy; out go prices, verdicts and evidence, exact to the last digit. The room is
pure: no I/O, no clock, no floats, no settings. It knows the words of the protocol (:mod:`ocn.ocpi`) and
nothing of money that moves.

Others import from here. Within, each group knows those before it::

    values (model, policy, result, findings, money)  <-  reading  <-  pricing  <-  linting | writing
                                                     <-  verifying  <-  telling
"""

from ocn.tariffs.errors import (
    CdrUnreadable,
    JsonUnreadable,
    TariffError,
    TariffUnreadable,
    TimeZoneUnknown,
)
from ocn.tariffs.findings import Code, Effect, Finding
from ocn.tariffs.json_values import JsonObject, JsonValue
from ocn.tariffs.linting.lint import lint
from ocn.tariffs.model import Record, Version
from ocn.tariffs.money import OCPI_DECIMALS, as_decimal
from ocn.tariffs.policy import Clock, FlatCount, Policy, Rounding, RoundingMode, StepSize
from ocn.tariffs.pricing.compute import compute
from ocn.tariffs.pricing.price import price
from ocn.tariffs.pricing.splitting import cut
from ocn.tariffs.reading.decode import MAX_DOCUMENT_BYTES, decode
from ocn.tariffs.reading.places import zone_named
from ocn.tariffs.reading.record import record, tariff_alone
from ocn.tariffs.result import Amount, Line, Part, Priced
from ocn.tariffs.telling.curve import SlotPrice, curve
from ocn.tariffs.telling.explain import Explained, explain, explain_tariff
from ocn.tariffs.telling.unstated import Unstated
from ocn.tariffs.verifying.cause_codes import CauseCode
from ocn.tariffs.verifying.pauses import RelayedProfile, pauses_of
from ocn.tariffs.verifying.verification import Cause, Verdict, Verification
from ocn.tariffs.verifying.verify import verify
from ocn.tariffs.writing.amount_texts import amount_json
from ocn.tariffs.writing.amounts import charging_periods, measured, write
from ocn.tariffs.writing.result_json import finding_json, price_json
from ocn.tariffs.writing.words import dimension_words, volume_words

__all__ = [
    "MAX_DOCUMENT_BYTES",
    "OCPI_DECIMALS",
    "Amount",
    "Cause",
    "CauseCode",
    "CdrUnreadable",
    "Clock",
    "Code",
    "Effect",
    "Explained",
    "Finding",
    "FlatCount",
    "JsonObject",
    "JsonUnreadable",
    "JsonValue",
    "Line",
    "Part",
    "Policy",
    "Priced",
    "Record",
    "RelayedProfile",
    "Rounding",
    "RoundingMode",
    "SlotPrice",
    "StepSize",
    "TariffError",
    "TariffUnreadable",
    "TimeZoneUnknown",
    "Unstated",
    "Verdict",
    "Verification",
    "Version",
    "amount_json",
    "as_decimal",
    "charging_periods",
    "compute",
    "curve",
    "cut",
    "decode",
    "dimension_words",
    "explain",
    "explain_tariff",
    "finding_json",
    "lint",
    "measured",
    "pauses_of",
    "price",
    "price_json",
    "record",
    "tariff_alone",
    "verify",
    "volume_words",
    "write",
    "zone_named",
]
