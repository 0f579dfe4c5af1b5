"""The one clock of every site: its CPO's, and how what is said in real time is put on it.

Slots, sessions, profiles and everything shown go by the CPO's clock, since its charge points do. Limits, the
site's own prices and departures are said by others, in real time, which is the machine's.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ocn.ocpi.party_id import PartyId
from ocn.party.reply import Reply
from ocn.smart_charging.service.heard.skew import Skew
from ocn.smart_charging.slots import Slots

_NONE = timedelta(0)


class CpoClock:
    """The time at one CPO. A clock that is off by ``tolerated`` or less counts as right; None: any does."""

    def __init__(self, real: Callable[[], datetime], tolerated: timedelta | None) -> None:
        self.real = real
        self._tolerated = tolerated
        self._skew = Skew()

    def now(self) -> datetime:
        """Return the time by the CPO's clock, as far as that is known."""
        return self.real() + self.ahead

    @property
    def ahead(self) -> timedelta:
        """By how much it is ahead of real time, in whole seconds; negative where it is behind."""
        ahead = timedelta(seconds=round(self._skew.ahead.total_seconds()))
        return _NONE if self._tolerated is None or abs(ahead) <= self._tolerated else ahead

    def in_real_time(self, slots: Slots) -> Slots:
        """Return when slots of the CPO's clock are, to look up what is said in real time."""
        return replace(slots, start=slots.start - self.ahead)

    def heard(self, reply: Reply[Any]) -> None:
        """Learn from an answer of the CPO."""
        self._skew.note(reply.timestamp, self.real(), reply.latency_s)


class Clocks:
    """One for each CPO."""

    def __init__(
        self, cpos: Iterable[PartyId], real: Callable[[], datetime], tolerated: timedelta | None
    ) -> None:
        self._clocks = {cpo: CpoClock(real, tolerated) for cpo in cpos}
        self._other = CpoClock(real, None)

    def of(self, cpo: PartyId) -> CpoClock:
        """Return a CPO's; the machine's for one that is not served."""
        return self._clocks.get(cpo, self._other)

    def now(self, cpo: PartyId) -> datetime:
        """See :meth:`CpoClock.now`."""
        return self.of(cpo).now()

    def heard(self, cpo: PartyId, reply: Reply[Any]) -> None:
        """See :meth:`CpoClock.heard`."""
        self.of(cpo).heard(reply)
