"""From documents to a price with its bounds: the one pure function."""

from collections.abc import Sequence
from decimal import localcontext

from ocn.tariffs.exact import EXACT
from ocn.tariffs.json_values import JsonObject
from ocn.tariffs.policy import PeriodReading, Policy
from ocn.tariffs.pricing.bounds import bounded
from ocn.tariffs.pricing.compute import DEFAULT, priced_as
from ocn.tariffs.pricing.preparation import prepare
from ocn.tariffs.pricing.splitting import cut
from ocn.tariffs.reading.record import record
from ocn.tariffs.result import Priced


def price(
    document: JsonObject,
    tariffs: Sequence[JsonObject],
    *,
    time_zone: str | None = None,
    location: JsonObject | None = None,
    version: str | None = None,
    policy: Policy = DEFAULT,
) -> Priced:
    """Say what a CDR, or a session so far, costs.

    Args:
        document: the CDR or session of OCPI 2.1.1, 2.2(.1) or 2.3.0, decoded with :func:`ocn.tariffs.decode`
            or otherwise with every number an int or a Decimal.
        tariffs: the tariffs by which to price; none for those in the document.
        time_zone: of the place of charging, as in the time zone database.
        location: the Location as it was stored, for its time zone and what its connector can deliver.
        version: of the documents; found by their members when it is not given.
        policy: how to read what OCPI leaves open.

    Raises:
        CdrUnreadable, TariffUnreadable: a document breaks a bound or says what no version allows.
        TimeZoneUnknown: there is no such time zone.
    """
    read = record(document, tariffs, time_zone=time_zone, location=location, version=version)
    with localcontext(EXACT):
        if policy.periods is PeriodReading.RECUT:
            read = cut(read, policy)
        prepared = prepare(read, policy)
        return bounded(priced_as(prepared), prepared)
