"""Whether copies of charging preferences still come: no interface lists them, so nothing else tells of them.

What is noticed is that an eMSP whose sessions mostly had some has none for so many in a row that it is hardly
by chance. It may have stopped sending them, too: that looks the same from here.
"""

from datetime import datetime, timedelta

from ocn.ocpi.party_id import PartyId
from ocn.smart_charging.service.heard.sessions import Note
from ocn.smart_charging.service.known.habits import Habit
from ocn.smart_charging.service.known.memory import Memory
from ocn.smart_charging.service.known.stays import Stay
from ocn.smart_charging.service.sites.events import NEWS
from ocn.smart_charging.service.sites.places import Places
from ocn.smart_charging.service.view import EventKind

_SETTLED = timedelta(minutes=15)
"""A session that has had no preferences for so long counts as one without."""
_MOST_EMSPS = 1000
"""Of one CPO."""


class PreferenceCopies:
    """Counts for each eMSP at each CPO, and tells at all its sites when they stop, and when they are back."""

    def __init__(self, memory: Memory, places: Places, note: Note) -> None:
        self._memory = memory
        self._places = places
        self._note = note
        self._missed: set[str] = set()
        """Of whom it was told."""

    async def look(self, cpo: PartyId, now: datetime) -> None:
        """Count the sessions that have become old enough since it was last looked."""
        settled = now - _SETTLED
        prefix = f"{cpo.key}/"
        known = {key: habit for key, habit in self._memory.habits.items() if key.startswith(prefix)}
        for emsp, sessions in self._settled_of(cpo, settled).items():
            before = known.get(prefix + emsp) or Habit(sessions[0].begin - _SETTLED)
            if prefix + emsp not in known and len(known) >= _MOST_EMSPS:
                continue
            new = [stay for stay in sessions if stay.begin > before.until]
            after = before
            for stay in new:
                after = after.with_session(stay.begin, self._memory.wish(stay) is not None)
            if new:
                await self._memory.keep_habit(cpo, emsp, after)
            self._tell(cpo, emsp, after)

    def _settled_of(self, cpo: PartyId, settled: datetime) -> dict[str, list[Stay]]:
        """Return sessions that go on, by eMSP, in the order in which they began."""
        found: dict[str, list[Stay]] = {}
        for stay in sorted(self._memory.stays.values(), key=lambda each: each.begin):
            if stay.cpo == cpo and stay.is_active and stay.emsp is not None and stay.begin <= settled:
                found.setdefault(stay.emsp, []).append(stay)
        return found

    def _tell(self, cpo: PartyId, emsp: str, habit: Habit) -> None:
        key = f"{cpo.key}/{emsp}"
        if habit.is_missed == (key in self._missed):
            return
        who = f"{emsp[:2]} {emsp[2:]}"
        if habit.is_missed:
            self._missed.add(key)
            usual = f"{sum(habit.past)} of {len(habit.past)} before had some"
            none = f"no charging preferences came with the last {habit.without} sessions of {who}"
            hint = f"is FORWARD_MODULE_SESSIONS_SENDER (5) still agreed with {who}, and does its node run?"
            kind, line = (
                EventKind.WARNING,
                f"{none}, though {usual}: what its drivers need is assumed; {hint}",
            )
        else:
            self._missed.remove(key)
            kind, line = EventKind.TOLD, f"charging preferences of {who} come again"
        for served in self._places.of(cpo):
            self._note(served.name, kind, line, NEWS)
