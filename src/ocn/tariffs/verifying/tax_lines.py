"""The taxes that a CDR of 2.3.0 lists, rate by rate, against those of its lines."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Final

from ocn.tariffs.findings import Effect, Finding
from ocn.tariffs.model import Claim
from ocn.tariffs.money import minor_units
from ocn.tariffs.result import Priced
from ocn.tariffs.verifying.fitting import TOTAL, same

TAX_LINE_MISMATCH: Final = "TAX_LINE_MISMATCH"
TAX_NOT_CHECKED: Final = "TAX_NOT_CHECKED"


def tax_line_findings(priced: Priced, claims: Mapping[str, Claim]) -> Iterator[Finding]:
    """Compare what is taxed at each rate, where every tax names its rate and no limit moved the total."""
    total = claims.get(TOTAL)
    if total is None:
        return
    if None in (priced.total.excl, priced.total.incl) and total.incl is not None:
        message = "The tariff does not say which taxes are due, so those that are claimed were not checked."
        yield Finding(TAX_NOT_CHECKED, total.pointer, message, Effect.WARNING)
        return
    if total.taxes and priced.total == priced.subtotal:
        yield from _rate_by_rate(priced, total)


def _rate_by_rate(priced: Priced, total: Claim) -> Iterator[Finding]:
    claimed: defaultdict[Decimal, Fraction] = defaultdict(Fraction)
    for tax in total.taxes:
        if tax.percentage is None:
            return
        claimed[tax.percentage.normalize()] += Fraction(tax.amount)
    computed = {tax.percentage.normalize(): tax.amount for tax in priced.taxes}
    digits = minor_units(priced.currency)
    for rate in sorted(claimed.keys() | computed.keys()):
        if not same(computed.get(rate, Fraction(0)), claimed.get(rate, Fraction(0)), digits):
            message = f"The taxes at {rate:f} % are claimed otherwise than computed."
            yield Finding(TAX_LINE_MISMATCH, total.pointer + "/taxes", message, Effect.WARNING)
