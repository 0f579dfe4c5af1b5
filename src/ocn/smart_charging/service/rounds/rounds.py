"""One round of a CPO's sites: read what is due, hear feeds, plan what changed, send, say what came of it."""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from ocn.errors import OcnError
from ocn.ocpi.party_id import PartyId
from ocn.party.sending.client import Client
from ocn.smart_charging.dispatch.report import FollowReport
from ocn.smart_charging.dispatch.states import Refusal
from ocn.smart_charging.service.heard.clocks import CpoClock
from ocn.smart_charging.service.heard.preference_copies import PreferenceCopies
from ocn.smart_charging.service.heard.pulling import Reader
from ocn.smart_charging.service.known.memory import Memory
from ocn.smart_charging.service.rounds.desk import Desk
from ocn.smart_charging.service.rounds.feeding import hear_feed, read_prices_anew
from ocn.smart_charging.service.rounds.loop import seconds_to_slot
from ocn.smart_charging.service.rounds.watch import Watch
from ocn.smart_charging.service.sites.served import ServiceSettings
from ocn.smart_charging.service.sites.triggers import Waiting
from ocn.smart_charging.service.view import EventKind
from ocn.smart_charging.slots import slot_of

_FORGET_EVERY = timedelta(hours=1)
_NEVER_S, _AGAIN_S = 3600.0, 1.0
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
    """Does rounds of one CPO's sites, one at a time: who answers slowly holds up nobody else's."""

    def __init__(
        self,
        cpo: PartyId,
        desks: Mapping[str, Desk],
        reader: Reader,
        memory: Memory,
        waiting: Waiting,
        settings: ServiceSettings,
        *,
        clock: CpoClock,
        watch: Watch,
        preference_copies: PreferenceCopies,
    ) -> None:
        self._cpo = cpo
        self._all_desks = desks
        self._reader = reader
        self._memory = memory
        self._waiting = waiting
        self._settings = settings
        self._clock = clock
        self._watch = watch
        self._preference_copies = preference_copies
        self._turn = asyncio.Lock()
        self._asked = False
        self._due: dict[str, datetime] = {}
        self._broken: dict[str, int] = {}
        """Rounds in a row that raised, by site."""
        self._forgot: datetime | None = None

    async def one(self, client: Client) -> None:
        """Do one; what is not read yet is not planned."""
        async with self._turn:
            desks = self._desks()
            self._asked |= self._waiting.take_read()
            if self._reader.is_due(self._cpo, desks[0].now(), self._asked):
                await self._read(client, desks)
            for desk in desks:
                await hear_feed(desk, self._waiting)
                await read_prices_anew(desk, self._waiting)
                await desk.keep_limits()
            changed = self._waiting.take_sites()
            due = [desk for desk in desks if desk.served.name in changed or self._is_due(desk)]
            await all_of(self._planned(desk) for desk in due if desk.last_read is not None)
            self._watch.look(desks)
            await self._forget()

    def next_due_s(self) -> float:
        """Return how long nothing is due, if nothing happens."""
        waits = [_AGAIN_S if self._asked else _NEVER_S]
        for desk in self._desks():
            name, now = desk.served.name, desk.now()
            waits.append(seconds_to_slot(now, desk.served.site.slot_minutes))
            if name in self._due:
                waits.append((self._due[name] - now).total_seconds())
        return min(waits)

    def _desks(self) -> list[Desk]:
        return [desk for desk in self._all_desks.values() if desk.served.cpo == self._cpo]

    async def _read(self, client: Client, desks: Sequence[Desk]) -> None:
        first = self._reader.last_read(self._cpo) is None
        was_read = await self._reader.read(client, self._cpo, desks[0].now())
        self._asked = False  # where that raised, it is asked for still
        if not was_read:
            return
        await self._preference_copies.look(self._cpo, desks[0].now())
        for desk in desks:
            desk.last_read = self._reader.last_read(self._cpo)
            if first:
                desk.note(EventKind.TOLD, f"everything was read from {self._cpo}")
                self._waiting.plan(desk.served.name)
            ahead = self._clock.ahead
            if ahead:
                where = "ahead of" if ahead > timedelta(0) else "behind"
                by = f"{abs(ahead).total_seconds():.0f} s {where} ours"
                desk.note(EventKind.WARNING, f"the clock of {self._cpo} is {by}")

    def _is_due(self, desk: Desk) -> bool:
        now = desk.now()
        if desk.draft is None or desk.draft.slots.start != slot_of(now, desk.served.site.slot_minutes):
            return True
        due = self._due.get(desk.served.name)
        return due is not None and due <= now

    async def _planned(self, desk: Desk) -> None:
        """Plan a site; where that raises, what it was to be planned for waits again, but not for ever."""
        name = desk.served.name
        try:
            await self._replan(desk)
        except Exception as error:
            broken = self._broken[name] = self._broken.get(name, 0) + 1
            why = error.message if isinstance(error, OcnError) else type(error).__name__
            if broken <= _MOST_AGAIN:
                self._waiting.plan(name)
            when = "at once" if broken <= _MOST_AGAIN else "with the next slot"
            desk.note(EventKind.FAULT, f"a round of planning broke ({why}); it is done again {when}")
            raise
        self._broken.pop(name, None)

    async def _replan(self, desk: Desk) -> None:
        self._due.pop(desk.served.name, None)
        report = await desk.replan()
        if report.due is not None:
            self._due[desk.served.name] = report.due
        _tell(desk, report)
        if report.unknown:
            self._reader.ask_all(desk.served.cpo)
            self._waiting.read()

    async def _forget(self) -> None:
        now = self._clock.now()
        if self._forgot is None or abs(now - self._forgot) >= _FORGET_EVERY:
            self._forgot = now
            await self._memory.forget(now - self._settings.ended_kept, now - self._settings.past_kept)


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
