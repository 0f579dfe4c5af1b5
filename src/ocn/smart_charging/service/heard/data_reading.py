"""Read what a CPO says of the places that are planned, and all its tariffs."""

from collections.abc import Callable
from typing import Any

from ocn.ocpi.party_id import PartyId
from ocn.party.errors import AnswerUnusable, ModuleNotOffered, RequestFailed
from ocn.party.reply import Reply
from ocn.party.sending.counterparty import Counterparty
from ocn.smart_charging.service.heard.cpo_data import CpoData
from ocn.smart_charging.service.heard.sessions import Note
from ocn.smart_charging.service.sites.places import Places
from ocn.smart_charging.service.view import EventKind

_PAGE = 20
"""Tariffs that are asked for at once."""
_SAID_NO = (RequestFailed, AnswerUnusable, ModuleNotOffered)
"""Something else can be asked for all the same."""

Heard = Callable[[PartyId, Reply[Any]], None]
"""Is shown every answer, for what it says of the CPO's clock."""


async def read_data(
    told: Counterparty, cpo: PartyId, places: Places, data: CpoData, *, note: Note, heard: Heard
) -> None:
    """Read it; what the CPO does not tell is noted at the sites it is missed at.

    Raises:
        PartyError: the CPO cannot be asked at all.
    """
    for served in places.of(cpo):
        try:
            reply = await told.get_location(served.location_id)
        except _SAID_NO as error:
            line = f"{cpo} does not tell its location {served.location_id}: {error.message}"
            note(served.name, EventKind.WARNING, line)
            continue
        heard(cpo, reply)
        if isinstance(reply.data, dict):
            await data.take_location(cpo, served.location_id, reply.data)
    try:
        async for tariff in told.tariffs(limit=_PAGE):
            if isinstance(tariff, dict) and isinstance(tariff.get("id"), str):
                await data.take_tariff(cpo, tariff["id"], tariff)
    except _SAID_NO as error:
        for served in places.of(cpo):
            note(served.name, EventKind.WARNING, f"{cpo} does not tell its tariffs: {error.message}")
