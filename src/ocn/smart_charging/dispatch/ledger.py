"""What is known of every session, whatever becomes of its messages.

Everything that happens to a message is told here. A message is counted from before it is sent until it cannot
take effect any more, so whatever is chosen later is chosen beside it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from ocn.smart_charging.dispatch.choosing import Urgency
from ocn.smart_charging.dispatch.records import record_of, standing_of
from ocn.smart_charging.dispatch.room import Room
from ocn.smart_charging.dispatch.sent import Sent
from ocn.smart_charging.dispatch.settings import USUAL_DISPATCH, DispatchSettings, backed_off
from ocn.smart_charging.dispatch.standing import Standing
from ocn.smart_charging.dispatch.states import Refusal
from ocn.smart_charging.dispatch.wanted import Wanted
from ocn.smart_charging.errors import Fault
from ocn.smart_charging.profiles.course import Course


@dataclass(frozen=True, slots=True)
class Message:
    """One course for one session."""

    session: str
    cpo: str
    sent: Sent
    urgency: Urgency = Urgency.RAISE
    relief: Course | None = None
    """What may be sent of it though it is not stored: without it the session counts with at least as much."""
    clears: bool = False
    """It takes away what was set, so that the outlet alone is the limit."""


class Ledger:
    """The standings of all sessions of one site."""

    def __init__(
        self,
        known: Mapping[str, Mapping[str, Any]] | None = None,
        settings: DispatchSettings = USUAL_DISPATCH,
    ) -> None:
        """Begin with what was stored before; records that cannot be read are faults, and not used."""
        self.settings = settings
        self._remembered: dict[str, Standing] = {}
        self.faults: list[Fault] = []
        for session, record in (known or {}).items():
            try:
                self._remembered[session] = standing_of(record)
            except ValueError as error:
                self.faults.append(Fault(f"stored session {session}", f"{error}; it counts as unconfirmed"))
        self.standings: dict[str, Standing] = {}
        self.newest = max((_newest(each) for each in self._remembered.values()), default=0)
        """The number of the last message."""
        self._changed: set[str] = set()
        self.room: Room | None = None
        """What is left of the limits while they are followed; kept up to date."""

    def standing(self, session: str) -> Standing | None:
        """Find where a session stands, also one from before a restart that was not told of yet."""
        return self.standings.get(session) or self._remembered.get(session)

    def adopt(self, wanted: Mapping[str, Wanted]) -> None:
        """Know these sessions and no others, and what they can draw."""
        for gone in self.standings.keys() - wanted.keys():
            del self.standings[gone]
            self._changed.add(gone)
        for session, want in wanted.items():
            standing = self.standing(session)
            self.standings[session] = _as_wanted(standing or Standing(want.outlet, rate=want.rate), want)
        self._changed |= self._remembered.keys() - wanted.keys()
        self._remembered = {}

    def send(self, session: str, course: Course, now: datetime) -> Sent:
        """Count a course as under way to a session."""
        self.newest += 1
        sent = Sent(self.newest, course, now, now + self.settings.may_arrive)
        self._put(session, self.standings[session].sending(sent))
        return sent

    def only_relief(self, message: Message) -> Message:
        """Return what is to be sent of a message that cannot be stored, and count no more."""
        if message.relief is None:
            return message
        sent = replace(message.sent, course=message.relief)
        self._change(message, lambda standing: standing.sending_instead(sent))
        return replace(message, sent=sent)

    def withdrawn(self, message: Message) -> None:
        """It was not sent."""
        self._change(message, lambda standing: standing.withdrawn(message.sent.number))

    def answered(self, message: Message, ticket: str) -> None:
        """The CPO took it, and will tell its result under a ticket."""
        self._change(message, lambda standing: standing.answered(message.sent.number, ticket))

    def refused(self, message: Message, why: Refusal, not_before: datetime | None, now: datetime) -> None:
        """It was refused; by default the session is left alone for longer each time."""
        self._change(
            message,
            lambda standing: standing.refused(
                message.sent.number, why, not_before or self._retry(standing, now)
            ),
        )

    def missed(self, message: Message, why: Refusal, now: datetime) -> None:
        """Nothing is known of it."""
        self._change(
            message, lambda standing: standing.missed(message.sent.number, why, self._retry(standing, now))
        )

    def confirmed(self, message: Message) -> None:
        """It is in force."""
        self._change(message, lambda standing: standing.confirmed_by(message.sent.number, self.settings.echo))

    def seen(self, session: str, course: Course, now: datetime) -> None:
        """Something else is in force than what was confirmed."""
        self.newest += 1
        standing = self.standings[session].seen(course, self.newest, now, self.settings.first_retry)
        self._put(session, standing)

    def limited(self, session: str, course: Course | None) -> None:
        """Somebody else limits a session further, or (None) does no more."""
        self._put(session, replace(self.standings[session], limited_by_others=course))

    def ask_again(self, cpo: str) -> None:
        """A CPO answers again: all that it left unanswered may be tried at once."""
        for session, standing in list(self.standings.items()):
            if standing.cpo == cpo and standing.refusal is Refusal.UNANSWERED:
                self._put(session, replace(standing, not_before=None))

    @property
    def last_at(self) -> datetime | None:
        """When the last message was sent that counts for some session."""
        sent = (each.last_at for each in (*self.standings.values(), *self._remembered.values()))
        return max((at for at in sent if at is not None), default=None)

    def put_back(self, by: timedelta) -> None:
        """The clock was put back (or forward): what has time left to wait or to arrive still has it."""
        self._remembered = {session: each.put_back(by) for session, each in self._remembered.items()}
        for session, standing in list(self.standings.items()):
            self._put(session, standing.put_back(by))

    def by_ticket(self, ticket: str) -> Message | None:
        """Find the message whose result comes under a ticket, those from before a restart included."""
        for session, standing in (self._remembered | self.standings).items():
            for sent in standing.may_hold:
                if ticket and sent.ticket == ticket:
                    return Message(session, standing.cpo, sent)
        return None

    def take_changed(self) -> dict[str, dict[str, Any] | None]:
        """Return the records of all sessions that changed since this was last asked."""
        changed, self._changed = self._changed, set()
        known = self._remembered | self.standings
        return {
            session: record_of(known[session]) if session in known else None for session in sorted(changed)
        }

    def not_stored(self, sessions: Iterable[str]) -> None:
        """Count sessions as changed again."""
        self._changed.update(sessions)

    def _change(self, message: Message, change: Callable[[Standing], Standing]) -> None:
        standing = self.standings.get(message.session)
        if standing is not None:
            self._put(message.session, change(standing))
        elif message.session in self._remembered:
            self._remembered[message.session] = change(self._remembered[message.session])
            self._changed.add(message.session)

    def _put(self, session: str, standing: Standing) -> None:
        if standing is self.standings.get(session):
            return
        self.standings[session] = standing
        self._changed.add(session)
        if self.room is not None:
            self.room.update(session, standing)

    def _retry(self, standing: Standing, now: datetime) -> datetime:
        settings = self.settings
        return now + backed_off(settings.first_retry, standing.failures + 1, settings.longest_retry)


def _as_wanted(standing: Standing, want: Wanted) -> Standing:
    known = (standing.outlet, standing.cpo, standing.rate, standing.takes_limits)
    if known == (want.outlet, want.cpo, want.rate, want.takes_limits):
        return standing
    if standing.rate != want.rate:  # it stands at another EVSE, or the site file says something else of it
        return Standing(want.outlet, want.cpo, want.rate, takes_limits=want.takes_limits)
    return replace(standing, outlet=want.outlet, cpo=want.cpo, rate=want.rate, takes_limits=want.takes_limits)


def _newest(standing: Standing) -> int:
    sent = [*standing.may_hold, *([] if standing.in_force is None else [standing.in_force])]
    return max((each.number for each in sent), default=0)
