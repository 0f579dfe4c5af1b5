"""Cars that take nothing though they may: mostly full ones.

A resting car is offered nothing for a while, so that others may have it, and then asked again: sooner where
its driver said that it needs more.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from ocn.smart_charging.service.meaning.guests import Guest
from ocn.smart_charging.service.view import Source

_NOTHING_KWH = 0.03
_LOOKED_AT = timedelta(minutes=14)
"""So long a car must have been offered something; slots of a quarter of an hour end a little early."""
_RESTS = {Source.DRIVER: timedelta(minutes=30)}
_USUALLY_RESTS = timedelta(hours=2)


class Resting:
    """Remembers since when each car has been offered enough to charge with, and since when one rests."""

    def __init__(self) -> None:
        self._offered: dict[str, datetime] = {}
        self._since: dict[str, tuple[datetime, float]] = {}

    def offered(self, guest: Guest, at: datetime, steps: int) -> None:
        """What a car may draw has changed, or goes on."""
        if steps >= guest.outlet.least:
            self._offered.setdefault(guest.key, at)
        else:
            self._offered.pop(guest.key, None)

    def rests(self, guest: Guest, now: datetime) -> bool:
        """Whether a car is taken to want nothing for now."""
        counted, since = float(guest.stay.kwh), self._since.get(guest.key)
        if since is not None:
            longest = _RESTS.get(guest.need.kwh_from, _USUALLY_RESTS)
            if counted <= since[1] + _NOTHING_KWH and abs(now - since[0]) < longest:
                return True
            del self._since[guest.key]
            self._offered.pop(guest.key, None)
            return False
        if self._took_nothing(guest, now):
            self._since[guest.key] = now, counted
            return True
        return False

    def forget(self, present: Collection[str]) -> None:
        """Forget those that are gone."""
        self._offered = {key: at for key, at in self._offered.items() if key in present}
        self._since = {key: since for key, since in self._since.items() if key in present}

    def _took_nothing(self, guest: Guest, now: datetime) -> bool:
        """Whether its meter stood still while it was offered enough, from one reading to another."""
        offered = self._offered.get(guest.key)
        if offered is None or now - offered < _LOOKED_AT:
            return False
        since = [each for each in guest.stay.readings if each.at >= offered]
        if not since or since[-1].at - since[0].at < _LOOKED_AT:
            return False
        before = [each for each in since if since[-1].at - each.at >= _LOOKED_AT]
        return float(since[-1].kwh - before[-1].kwh) <= _NOTHING_KWH
