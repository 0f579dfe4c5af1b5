"""Cars that take nothing though they may: full ones, mostly, of which nobody said what they need.

A car that said what it needs is full when it has got that. Of the others it shows only by what they take. A
resting car is offered nothing for a while, so that others may have it, and then asked again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ocn.smart_charging.service.stays import Stay

_NOTHING_KWH = 0.05
_LOOKED_AT = timedelta(minutes=30)
_RESTS = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Offer:
    """What a car might have drawn from a moment on."""

    at: datetime
    steps: int


class Resting:
    """Remembers what each car was offered, and since when one rests."""

    def __init__(self) -> None:
        self._offers: dict[str, list[Offer]] = {}
        self._since: dict[str, tuple[datetime, float]] = {}

    def offered(self, key: str, at: datetime, steps: int) -> None:
        """What a car may draw has changed, or goes on."""
        offers = self._offers.setdefault(key, [])
        offers.append(Offer(at, steps))
        while len(offers) > 2 and offers[1].at <= at - _LOOKED_AT:
            del offers[0]

    def rests(self, stay: Stay, now: datetime, least: int) -> bool:
        """Whether a car is taken to want nothing for now."""
        since = self._since.get(stay.key)
        if since is not None:
            if float(stay.kwh) <= since[1] + _NOTHING_KWH and now - since[0] < _RESTS:
                return True
            del self._since[stay.key]
            self._offers.pop(stay.key, None)
            return False
        offers = self._offers.get(stay.key, [])
        if self._was_offered(offers, now, least) and self._took_nothing(stay, now):
            self._since[stay.key] = now, float(stay.kwh)
            return True
        return False

    def forget(self, present: Sequence[str]) -> None:
        """Forget those that are gone."""
        here = set(present)
        self._offers = {key: offers for key, offers in self._offers.items() if key in here}
        self._since = {key: since for key, since in self._since.items() if key in here}

    @staticmethod
    def _was_offered(offers: Sequence[Offer], now: datetime, least: int) -> bool:
        return (
            bool(offers) and offers[0].at <= now - _LOOKED_AT and min(each.steps for each in offers) >= least
        )

    @staticmethod
    def _took_nothing(stay: Stay, now: datetime) -> bool:
        begin = now - _LOOKED_AT
        before = [each for each in stay.readings if each.at <= begin]
        after = [each for each in stay.readings if each.at > begin]
        return bool(before and after) and float(after[-1].kwh - before[-1].kwh) <= _NOTHING_KWH
