"""The time at every CPO: the machine's, corrected by how far a CPO's clock is from it."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from ocn.ocpi.party_id import PartyId
from ocn.party.reply import Reply
from ocn.smart_charging.service.heard.skew import Skew

_NONE = timedelta(0)


class Clocks:
    """One for each CPO. With ``by_cpo`` False all go by the machine's, ``now``."""

    def __init__(self, cpos: Iterable[PartyId], now: Callable[[], datetime], *, by_cpo: bool) -> None:
        self._now = now
        self._by_cpo = by_cpo
        self._skews = {cpo: Skew() for cpo in cpos}

    def now(self, cpo: PartyId) -> datetime:
        """Return the time by a CPO's clock, as far as that is known."""
        return self._now() + self.ahead(cpo)

    def ahead(self, cpo: PartyId) -> timedelta:
        """Return by how much a CPO's clock is ahead of the machine's; negative where it is behind."""
        skew = self._skews.get(cpo)
        return skew.ahead if skew is not None and self._by_cpo else _NONE

    def heard(self, cpo: PartyId, reply: Reply[Any]) -> None:
        """Learn from an answer of a CPO."""
        self._skews[cpo].note(reply.timestamp, self._now(), reply.latency_s)
