"""Check a CDR in three layers: against itself, against its tariff, and the tariff against itself.

The verdict is about money and contradictions. Defects of the CDR (other currency than its tariff, periods
that overlap, energy that does not add up, a wrong credit, a wrong part) make it a mismatch even where the
total is right, because a CDR is final and each has to be corrected by a credit CDR and a new one.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ocn.tariffs.amount_texts import money_text
from ocn.tariffs.bounds import bounded
from ocn.tariffs.cause_codes import CauseCode
from ocn.tariffs.causes import Explanation, Found, search
from ocn.tariffs.consistency import contradictions, parts_against_total
from ocn.tariffs.credits import as_charge, as_claimed, credit_findings
from ocn.tariffs.deviations import Alternatives
from ocn.tariffs.evidence import inputs_of
from ocn.tariffs.findings import Code, Effect, Finding
from ocn.tariffs.fitting import TOTAL, difference, fits, parts_that_differ, within
from ocn.tariffs.json_values import JsonObject
from ocn.tariffs.lint import lint_tariffs
from ocn.tariffs.model import Claim, Record, Session
from ocn.tariffs.money import minor_units
from ocn.tariffs.pauses import RelayedProfile, parked_while_paused
from ocn.tariffs.policy import Policy
from ocn.tariffs.price import DEFAULT
from ocn.tariffs.read import record
from ocn.tariffs.result import Amount, Priced
from ocn.tariffs.verification import Cause, Verdict, Verification
