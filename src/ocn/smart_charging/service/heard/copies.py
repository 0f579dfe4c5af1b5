"""Whether copies of a CPO's sessions still come: they end silently, when a permission or a node does.

What is read from the CPO shows it: an update that is old enough for its copy to have come, and that only the
reading brought. One copy may be lost; some in a row, and none that came between them, mean that none come.
Not every CPO pushes what its meters say, so those updates count only at one that did.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ocn.ocpi.party_id import PartyId
from ocn.smart_charging.service.heard.sessions import Note
from ocn.smart_charging.service.known.memory import Memory
from ocn.smart_charging.service.known.stays import Stay
from ocn.smart_charging.service.sites.events import NEWS, local
from ocn.smart_charging.service.sites.places import Places
from ocn.smart_charging.service.view import EventKind

_ON_ITS_WAY = timedelta(minutes=1)
"""So old an update is whose copy does not come any more."""
_IN_A_ROW = 3


@dataclass(slots=True)
class CopiesSeen:
    """What copies showed of one CPO."""

    last: datetime | None = None
    """When one came last."""
    missed: int = 0
    stopped: bool = False
    """Some in a row should have come, and did not."""
    pushes_readings: bool = False


class Copies:
    """Counts for each CPO, and tells it at all its sites when copies stop, and when they come again."""

    def __init__(self, memory: Memory, places: Places, note: Note) -> None:
        self._memory = memory
        self._places = places
        self._note = note
        self._of = {cpo: CopiesSeen() for cpo in places.cpos}

    def of(self, cpo: PartyId) -> CopiesSeen:
        """Return what copies of a CPO showed so far."""
        return self._of[cpo]

    def came(self, cpo: PartyId, session_id: str, members: Mapping[str, Any], now: datetime) -> None:
        """A session, or a part of one, was pushed: copied by a node, or by the CPO itself; not taken yet."""
        told, before = self._of[cpo], self._memory.stays.get(f"{cpo.key}/{session_id.casefold()}")
        if before is not None and members.get("status", before.status) == before.status:
            told.pushes_readings = True
        if told.stopped:
            self._tell(cpo, EventKind.TOLD, "copies of sessions come again")
        told.last, told.missed, told.stopped = now, 0, False

    def only_read(self, cpo: PartyId, before: Stay | None, stay: Stay, now: datetime) -> None:
        """A reading brought an update of a session that no copy had brought."""
        told = self._of[cpo]
        is_reading = before is not None and before.status == stay.status
        if now - stay.updated < _ON_ITS_WAY or (is_reading and not told.pushes_readings):
            return
        told.missed += 1
        if told.missed < _IN_A_ROW or told.stopped:
            return
        told.stopped = True
        for served in self._places.of(cpo):
            since = "since the start"
            if told.last is not None:
                since = f"since {local(told.last, served.site.zone)}"
            line = f"no copy of a session of {cpo} came {since}, though some changed: they are only read now"
            hint = "is FORWARD_MODULE_SESSIONS_RECEIVER (6) still agreed, and does the CPO's node run?"
            self._note(served.name, EventKind.WARNING, f"{line}; {hint}", NEWS)

    def _tell(self, cpo: PartyId, kind: EventKind, line: str) -> None:
        for served in self._places.of(cpo):
            self._note(served.name, kind, line)
