"""One CPO as the dispatcher sees it: how many messages are on their way to it, and how often it wants any."""

from datetime import datetime, timedelta

from ocn.smart_charging.dispatch.choosing import Urgency
from ocn.smart_charging.dispatch.ledger import Message
from ocn.smart_charging.dispatch.pace import Pace
from ocn.smart_charging.dispatch.settings import DispatchSettings
from ocn.smart_charging.dispatch.standing import Standing
from ocn.smart_charging.dispatch.states import Refusal


class Line:
    """To one CPO."""

    def __init__(self, settings: DispatchSettings) -> None:
        self._settings = settings
        self._result_takes = timedelta(seconds=settings.result_s)
        self._at_once = settings.at_once
        self.pace = Pace()
        self.under_way = 0
        """Messages that were chosen and have no answer yet."""
        self._pressed: dict[str, datetime] = {}
        """When a session was TOO_OFTEN even for what relieves a limit that is over."""

    def too_often(self, message: Message, newest: int, now: datetime) -> None:
        """Let less be sent, of everything but what relieves a limit that is over."""
        self.pace = self.pace.too_often(message.sent.number, newest, now, self._settings)
        if message.urgency is Urgency.OVER:
            self._pressed[message.session] = now

    def quieter(self, now: datetime) -> None:
        """Let the interval go down if it was not complained of for a while."""
        self.pace = self.pace.quieter(now, self._settings)
        if not self.pace.interval:
            self._pressed.clear()

    def put_back(self, by: timedelta) -> None:
        """The clock was put back by so much."""
        self.pace = self.pace.put_back(by)
        self._pressed = {session: at - by for session, at in self._pressed.items()}

    def free_at(self, session: str, standing: Standing, urgency: Urgency, now: datetime) -> datetime | None:
        """Return when a session may be asked, as far as time has a say; None: now.

        What relieves a limit that is over waits only for what went wrong just before: for TOO_OFTEN never
        longer than the first interval. Anything else waits for the interval, and for results that are due,
        those of messages from before a restart included.
        """
        waits = [standing.not_before, self.pace.down_until]
        if urgency is Urgency.OVER and standing.refusal is Refusal.TOO_OFTEN:
            pressed = self._pressed.get(session)
            waits[0] = None if pressed is None else pressed + self._settings.first_interval
        if urgency is not Urgency.OVER:
            waits.append(self.pace.free_at(standing.last_at))
            waits.append(standing.result_due(self._result_takes))
        return max((each for each in waits if each is not None and each > now), default=None)

    def takes_more(self) -> bool:
        """Whether another message can go at once, so that none is old when it leaves.

        A CPO that did not answer of late has to answer one first.
        """
        return self.under_way < (1 if self.pace.is_probed else self._at_once)
