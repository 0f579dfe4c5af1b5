"""Ask a CPO with one message, and tell the ledger what it says: at once, and as the result."""

from collections.abc import Callable
from datetime import datetime, timedelta

from ocn.ocpi.objects import ChargingProfile
from ocn.smart_charging.dispatch.ledger import Ledger, Message
from ocn.smart_charging.dispatch.line import Line
from ocn.smart_charging.dispatch.ports import Answered, Chargers, Unanswered
from ocn.smart_charging.dispatch.settings import DispatchSettings
from ocn.smart_charging.dispatch.states import Refusal

_ACCEPTED = "ACCEPTED"
_REFUSALS = {
    each.value: each
    for each in (Refusal.NOT_SUPPORTED, Refusal.REJECTED, Refusal.TOO_OFTEN, Refusal.UNKNOWN_SESSION)
}


class Asking:
    """Knows the line to every CPO."""

    def __init__(
        self, chargers: Chargers, ledger: Ledger, clock: Callable[[], datetime], settings: DispatchSettings
    ) -> None:
        self._chargers = chargers
        self._ledger = ledger
        self._clock = clock
        self._settings = settings
        self._lines: dict[str, Line] = {}
        self.recalled = 0
        """The number of the last message that is not to be sent any more."""

    def line(self, cpo: str) -> Line:
        """Return the line to a CPO."""
        return self._lines.setdefault(cpo, Line(self._settings))

    def quieter(self, now: datetime) -> None:
        """Let intervals go down that were not complained of for a while."""
        for line in self._lines.values():
            line.quieter(now)

    def put_back(self, by: timedelta) -> None:
        """The clock was put back by so much."""
        for line in self._lines.values():
            line.put_back(by)

    async def asked(self, message: Message, profile: ChargingProfile) -> Answered | None:
        """Send it; return the answer if there will be a result."""
        line = self.line(message.cpo)
        try:
            if line.pace.is_down(self._clock()) or message.sent.number <= self.recalled:
                self._ledger.withdrawn(message)
                return None
            answered = await self._sent(message, profile)
        except Unanswered:
            line.pace = line.pace.no_answer(self._clock(), self._settings)
            self._ledger.missed(message, Refusal.UNANSWERED, self._clock())
            return None
        finally:
            line.under_way -= 1
        if line.pace.is_probed:
            self._ledger.ask_again(message.cpo)
        line.pace = line.pace.answer()
        return self._heard(message, line, answered)

    def result(self, message: Message, result: str) -> None:
        """Take the result of a message, however late."""
        if result == _ACCEPTED or (message.clears and result == "UNKNOWN"):
            self._ledger.confirmed(message)
        elif result == Refusal.REJECTED:
            self._ledger.refused(message, Refusal.REJECTED, None, self._clock())
        else:
            self._ledger.missed(message, Refusal.OVERDUE, self._clock())

    def result_after_rejection(self, message: Message, result: str | None) -> None:
        """Take what may be the result of a copy of a message: it may have fared better."""
        if result == _ACCEPTED and message.session in self._ledger.standings:
            self._ledger.seen(message.session, message.sent.course, self._clock())

    async def _sent(self, message: Message, profile: ChargingProfile) -> Answered:
        if message.clears:
            return await self._chargers.clear(message.session)
        return await self._chargers.set(message.session, profile)

    def _heard(self, message: Message, line: Line, answered: Answered) -> Answered | None:
        now = self._clock()
        if answered.answer == _ACCEPTED:
            self._ledger.answered(message, answered.ticket)
            return answered
        refusal = _REFUSALS.get(answered.answer)
        if refusal is None:
            self._ledger.missed(message, Refusal.UNANSWERED, now)
        elif refusal is Refusal.TOO_OFTEN:
            line.too_often(message, self._ledger.newest, now)
            self._ledger.refused(message, refusal, now + line.pace.interval, now)
        else:
            self._ledger.refused(message, refusal, None, now)
        return None
