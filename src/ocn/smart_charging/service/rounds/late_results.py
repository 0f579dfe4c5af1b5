"""Results that nobody awaits any more: mostly those of profiles that were sent before a restart."""

from collections.abc import Mapping
from typing import Any, cast

from ocn.ocpi.party_id import PartyId
from ocn.party.json_text import JsonObject
from ocn.smart_charging.dispatch.ledger import Message
from ocn.smart_charging.profiles.ocpi import profile_of, rate_of
from ocn.smart_charging.service.known.memory import Memory
from ocn.smart_charging.service.rounds.charging import PartyChargers, word
from ocn.smart_charging.service.rounds.desk import Desk
from ocn.smart_charging.service.sites.places import Places
from ocn.smart_charging.service.sites.triggers import Triggers

_ACCEPTED = "ACCEPTED"


class LateResults:
    """Finds the message by what its response_url ended in, which is stored with it."""

    def __init__(
        self,
        desks: Mapping[str, Desk],
        memory: Memory,
        places: Places,
        chargers: PartyChargers,
        triggers: Triggers,
    ) -> None:
        self._desks = desks
        self._memory = memory
        self._places = places
        self._chargers = chargers
        self._triggers = triggers

    async def take(self, cpo: PartyId, result_id: str, said: Mapping[str, Any]) -> bool:
        """Take what a CPO says; False where no message to a session of its sites has this ticket."""
        result = word(said)
        if result is None:
            return False
        for served in self._places.of(cpo):
            desk = self._desks[served.name]
            message = await desk.dispatcher.heard(result_id, result)
            if message is not None:
                if result == _ACCEPTED:
                    await self._in_force(desk, message)
                self._triggers.plan(served.name)
                return True
        return False

    async def _in_force(self, desk: Desk, message: Message) -> None:
        stay = self._memory.stays.get(message.session)
        evse = None if stay is None else self._places.evse(desk.served, stay.evse_uid)
        if evse is not None:
            profile = profile_of(message.sent.course, rate_of(evse))
            await self._chargers.keep(message.session, cast("JsonObject", profile), message.sent.at)
