"""The plan of a site as a document: what ``ocn smart explain`` reads."""

from ocn.party.json_text import JsonObject
from ocn.smart_charging.planning.document import document
from ocn.smart_charging.service.meaning.pricing import PricedBy
from ocn.smart_charging.service.rounds.desk import Desk
from ocn.smart_charging.service.shown.cars import SAID_BY
from ocn.smart_charging.service.shown.other_party import by_another


def shown_plan(desk: Desk) -> JsonObject | None:
    """Write the plan that holds; None before there is one."""
    draft, plan = desk.draft, desk.plan
    if draft is None or plan is None:
        return None
    written = document(
        plan,
        draft.number,
        start=draft.slots.start,
        zone=desk.served.site.zone,
        said_by={name: SAID_BY[guest.need.departure_from] for name, guest in draft.guests.items()},
        not_in_eur=frozenset(name for name, prices in draft.priced.items() if prices.by is PricedBy.CARBON),
    )
    for car in written["cars"]:
        guest = draft.guests[car["id"]]
        standing = desk.dispatcher.standings.get(guest.key)
        car["line"] += by_another(standing, guest.outlet.step_kw, desk.now())
    return written
