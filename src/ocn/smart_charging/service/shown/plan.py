"""The plan of a site as a document: what ``ocn smart explain`` reads."""

from ocn.party.json_text import JsonObject
from ocn.smart_charging.planning.document import document
from ocn.smart_charging.service.meaning.pricing import PricedBy
from ocn.smart_charging.service.rounds.desk import Desk
from ocn.smart_charging.service.shown.cars import SAID_BY


def shown_plan(desk: Desk) -> JsonObject | None:
    """Write the plan that holds; None before there is one."""
    draft, plan = desk.draft, desk.plan
    if draft is None or plan is None:
        return None
    return document(
        plan,
        draft.number,
        start=draft.slots.start,
        zone=desk.served.site.zone,
        said_by={name: SAID_BY[guest.need.departure_from] for name, guest in draft.guests.items()},
        not_in_eur=frozenset(name for name, prices in draft.priced.items() if prices.by is PricedBy.CARBON),
    )
