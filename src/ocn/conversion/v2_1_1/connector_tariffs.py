"""The tariffs of a connector: a list by type in 2.2.1, one identifier in 2.1.1."""

from ocn.conversion.changes import Report
from ocn.conversion.context import Context
from ocn.conversion.objects import JsonObject
from ocn.ocpi.timestamps import read_datetime


def choose_tariff(result: JsonObject, report: Report, context: Context) -> None:
    """Replace ``tariff_ids`` by the one that holds for anybody now: of no type, or REGULAR.

    What the context does not know it cannot judge: a tariff that stands alone is taken as it is, of several
    the first, and that is a change of meaning. So is a connector left without a tariff, which looks free.
    """
    identifiers = result.get("tariff_ids")
    if "tariff_ids" not in result or (identifiers is not None and type(identifiers) is not list):
        return
    del result["tariff_ids"]
    if result.pop("tariff_id", None) is not None:
        report.dropped("/tariff_id", "no member of 2.2.1; one of tariff_ids takes its place")
    if not identifiers:
        return
    known = [_tariff(identifier, context) for identifier in identifiers]
    chosen = next((index for index, tariff in enumerate(known) if tariff and _holds(tariff, context)), None)
    if chosen is None:
        chosen = next((index for index, tariff in enumerate(known) if tariff is None), None)
        if chosen is None:
            report.meaning_changed("/tariff_ids", "none of them is a regular tariff that holds now")
            return
        if len(identifiers) > 1:
            report.meaning_changed("/tariff_ids", "the first is taken; it is not known which is regular")
    elif len(identifiers) > 1:
        report.dropped("/tariff_ids", "a connector of 2.1.1 has one tariff; the regular one is kept")
    result["tariff_id"] = identifiers[chosen]


def _tariff(identifier: object, context: Context) -> JsonObject | None:
    if context.tariff_by_id is None or type(identifier) is not str:
        return None
    return context.tariff_by_id(identifier)


def _holds(tariff: JsonObject, context: Context) -> bool:
    """Whether it is for any session, and, where the moment is known, in force."""
    if tariff.get("type") not in (None, "REGULAR"):
        return False
    if context.moment is None:
        return True
    start, end = read_datetime(tariff.get("start_date_time")), read_datetime(tariff.get("end_date_time"))
    return (start is None or start <= context.moment) and (end is None or context.moment < end)
