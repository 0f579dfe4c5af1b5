"""Plan one site again and again: when something changed, a slot begins, something is to be tried again."""

import asyncio
from collections.abc import Awaitable, Iterable
from datetime import datetime

from ocn.errors import OcnError
from ocn.smart_charging.dispatch.report import FollowReport
from ocn.smart_charging.dispatch.states import Refusal
from ocn.smart_charging.service.heard.pulling import Reader
from ocn.smart_charging.service.rounds.desk import Desk
from ocn.smart_charging.service.rounds.loop import seconds_to_slot
from ocn.smart_charging.service.rounds.watch import Watch
from ocn.smart_charging.service.sites.triggers import Triggers
from ocn.smart_charging.service.view import EventKind
from ocn.smart_charging.slots import slot_of

_MOST_AGAIN = 3
"""So many rounds that break are done again at once; then with the next slot."""
_SAID = {
    Refusal.NOT_SUPPORTED: "its charge point takes no limits: what it may draw is planned around",
    Refusal.REJECTED: "its limit was rejected: it counts at the last one confirmed, and is tried again",
    Refusal.TOO_OFTEN: "its CPO wants fewer messages: it gets them further apart",
    Refusal.UNKNOWN_SESSION: "its CPO does not know the session: everything is read again",
    Refusal.UNANSWERED: "its CPO did not answer: it counts at the most that may hold, and is tried again",
    Refusal.OVERDUE: "no result came: it counts at the most that may hold, and is tried again",
}


class Rounds:
    """Of one site, one at a time: what takes long at one site or CPO holds up no other site."""

    def __init__(self, desk: Desk, reader: Reader, triggers: Triggers, watch: Watch) -> None:
        self._desk = desk
        self._reader = reader
        self._triggers = triggers
        self.bell = triggers.of_site(desk.served.name)
        self._watch = watch
        self._turn = asyncio.Lock()
        self._due: datetime | None = None
        self._broken = 0
        """Rounds in a row that raised."""

    async def one(self) -> None:
        """Plan if there is reason to, send, say what came of it; what is not read yet is not planned."""
        async with self._turn:
            is_due = self.bell.answered() or self._is_due()
            if is_due and self._desk.last_read is not None:
                await self._planned()
            self._watch.look(self._desk)

    def next_due_s(self) -> float:
        """Return how long nothing is due, if nothing happens."""
        now = self._desk.now()
        to_slot = seconds_to_slot(now, self._desk.served.site.slot_minutes)
        return to_slot if self._due is None else min(to_slot, (self._due - now).total_seconds())

    def _is_due(self) -> bool:
        now, draft = self._desk.now(), self._desk.draft
        if draft is None or draft.slots.start != slot_of(now, self._desk.served.site.slot_minutes):
            return True
        return self._due is not None and self._due <= now

    async def _planned(self) -> None:
        """Plan the site; where that raises, it is done again, but not for ever."""
        try:
            await self._replan()
        except Exception as error:
            self._broken += 1
            why = error.message if isinstance(error, OcnError) else type(error).__name__
            if self._broken <= _MOST_AGAIN:
                self.bell.ring()
            when = "at once" if self._broken <= _MOST_AGAIN else "with the next slot"
            self._desk.note(EventKind.FAULT, f"a round of planning broke ({why}); it is done again {when}")
            raise
        self._broken = 0

    async def _replan(self) -> None:
        self._due = None
        report = await self._desk.replan()
        self._due = report.due
        _tell(self._desk, report)
        if report.unknown:
            self._reader.ask_all(self._desk.served.cpo)
            self._triggers.read(self._desk.served.cpo)


async def all_of(doing: Iterable[Awaitable[None]]) -> None:
    """Do it all at once and to the end, then raise what went wrong first."""
    for outcome in await asyncio.gather(*doing, return_exceptions=True):
        if outcome is not None:
            raise outcome


def _tell(desk: Desk, report: FollowReport) -> None:
    for session, why in report.failed.items():
        desk.note(EventKind.WARNING, f"{desk.name(session)}: {_SAID[why]}")
    for name in desk.record.over_for_long(report.overfull, desk.draft, desk.now()):
        line = f"{name} may be over: by what is known, cars may draw more than it lets through"
        desk.note(EventKind.WARNING, line)
