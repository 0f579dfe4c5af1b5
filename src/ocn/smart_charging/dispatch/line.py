"""One CPO as the dispatcher sees it: how many messages are on their way to it, and how often it wants any."""

from datetime import datetime, timedelta

from ocn.smart_charging.dispatch.choosing import Urgency
from ocn.smart_charging.dispatch.pace import Pace
from ocn.smart_charging.dispatch.settings import DispatchSettings
from ocn.smart_charging.dispatch.standing import Standing


class Line:
    """To one CPO."""

    def __init__(self, settings: DispatchSettings) -> None:
        self._result_takes = timedelta(seconds=settings.result_s)
        self._at_once = settings.at_once
        self.pace = Pace()
        self.under_way = 0
        """Messages that were chosen and have no answer yet."""

    def free_at(self, standing: Standing, urgency: Urgency, now: datetime) -> datetime | None:
        """Return when a session may be asked, as far as time has a say; None: now.

        What relieves a limit that is over waits only for what went wrong just before. Anything else waits for
        the interval, and for results that are due, those of messages from before a restart included.
        """
        waits = [standing.not_before, self.pace.down_until]
        if urgency is not Urgency.OVER:
            waits.append(self.pace.free_at(standing.last_at))
            waits.append(standing.result_due(self._result_takes))
        return max((each for each in waits if each is not None and each > now), default=None)

    def takes_more(self) -> bool:
        """Whether another message can go at once, so that none is old when it leaves.

        A CPO that did not answer of late has to answer one first.
        """
        return self.under_way < (1 if self.pace.is_probed else self._at_once)
