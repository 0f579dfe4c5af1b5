"""Check a CDR in three layers: against itself, against its tariff, and the tariff against itself."""

from collections.abc import Sequence

from ocn.tariffs.json_values import JsonObject
from ocn.tariffs.linting.lint import lint_tariffs
from ocn.tariffs.policy import Policy
from ocn.tariffs.pricing.bounds import bounded
from ocn.tariffs.pricing.compute import DEFAULT, compute
from ocn.tariffs.reading.record import record
from ocn.tariffs.verifying.alternatives import alternatives_of
from ocn.tariffs.verifying.consistency import contradictions, parts_against_total
from ocn.tariffs.verifying.credits import as_charge, as_claimed, credit_findings
from ocn.tariffs.verifying.evidence import inputs_of
from ocn.tariffs.verifying.judging import Judge
from ocn.tariffs.verifying.pauses import RelayedProfile, parked_while_paused
from ocn.tariffs.verifying.tax_lines import tax_line_findings
from ocn.tariffs.verifying.verification import Verification


def verify(
    cdr: JsonObject,
    tariffs: Sequence[JsonObject] = (),
    *,
    time_zone: str | None = None,
    location: JsonObject | None = None,
    version: str | None = None,
    policy: Policy = DEFAULT,
    stored_tariffs: Sequence[JsonObject] = (),
    original: JsonObject | None = None,
    profiles: Sequence[RelayedProfile] = (),
) -> Verification:
    """Check a CDR, or a session so far.

    Args:
        cdr: the document, as of :func:`ocn.tariffs.price`, and so are the next five.
        tariffs: by which it should be priced; none for those in the CDR.
        time_zone: of the place of charging.
        location: as it was stored.
        version: of the documents.
        policy: how to read what OCPI leaves open.
        stored_tariffs: other versions of the tariffs that were published at some time, to look for causes in.
        original: the CDR that a credit CDR takes back.
        profiles: the charging profiles that were relayed for the session.

    Raises:
        CdrUnreadable, TariffUnreadable, TimeZoneUnknown: as pricing does.
        TariffError: a charging profile cannot be read.
    """
    read = record(cdr, tariffs, time_zone=time_zone, location=location, version=version)
    taken_back = None if original is None else record(original, (), version=version).session
    priced = bounded(compute(read, policy))
    claims = as_charge(read.session)
    found_in_cdr = [*contradictions(read), *credit_findings(read.session, taken_back)]
    if priced.priceable:
        found_in_cdr += [*parts_against_total(priced, claims), *tax_line_findings(priced, claims)]
        found_in_cdr += parked_while_paused(priced, profiles)
    judged = Judge(priced, claims, [*priced.findings, *found_in_cdr]).judge(
        lambda: alternatives_of(read, cdr, tariffs, stored_tariffs, version)
    )
    used = [read.tariffs[place] for place in sorted({line.tariff for line in priced.lines})]
    return Verification(
        priced=priced,
        verdict=judged.verdict,
        total_cost=as_claimed(priced.total, read.session),
        causes=judged.causes,
        explanations=judged.found.explanations,
        nearest=judged.found.nearest,
        differences=judged.differences,
        findings=judged.findings,
        lint=tuple(lint_tariffs(used)),
        inputs=inputs_of(read, cdr, tariffs),
    )
