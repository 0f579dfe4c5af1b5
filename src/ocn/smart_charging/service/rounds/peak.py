"""The highest power of a site in the time for which it is billed; it outlives the process."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from ocn.ocpi.timestamps import format_datetime, parse_datetime
from ocn.party.json_text import JsonObject
from ocn.smart_charging.service.known.stays import Stay
from ocn.smart_charging.service.meaning.metering import mean_kw
from ocn.smart_charging.site.model import PeakPeriod

_LATE = timedelta(hours=2)
"""Readings come late: slots that ended so short ago are counted again."""
_LONGEST = timedelta(days=2)
"""Of what went by while the planner was away so much is counted, as far as readings tell."""
_PRECISION = Decimal("0.001")
_FORMS = {PeakPeriod.DAY: "%Y-%m-%d", PeakPeriod.MONTH: "%Y-%m", PeakPeriod.YEAR: "%Y"}


class Peak:
    """By what the meters of all cars say; ``kept`` is what :meth:`as_json` wrote before."""

    def __init__(self, period: PeakPeriod, zone: ZoneInfo, kept: JsonObject | None = None) -> None:
        self._form = _FORMS[period]
        self._zone = zone
        self.kw = 0.0
        self._period = ""
        self._until: datetime | None = None
        if kept is not None:
            self.kw, self._period = float(kept["kw"]), str(kept["period"])
            self._until = parse_datetime(kept["last_updated"])

    def count(self, stays: Sequence[Stay], slot: datetime, length: timedelta) -> None:
        """Count the slots before one that begins."""
        period = self._period_of(slot - length)
        if period != self._period:
            self.kw, self._period = 0.0, period
        for begin in self._slots_before(slot, length):
            if self._period_of(begin) == period:
                self.kw = max(self.kw, sum(mean_kw(stay, begin, length) or 0.0 for stay in stays))
        self._until = slot

    def as_json(self) -> JsonObject:
        """Write what outlives the process."""
        kw = Decimal(str(self.kw)).quantize(_PRECISION)
        until = {} if self._until is None else {"last_updated": format_datetime(self._until)}
        return {"period": self._period, "kw": kw} | until

    def _slots_before(self, slot: datetime, length: timedelta) -> list[datetime]:
        since = slot - _LATE if self._until is None else min(self._until, slot) - _LATE
        count = (slot - max(since, slot - _LONGEST)) // length
        return [slot - (i + 1) * length for i in range(count)]

    def _period_of(self, moment: datetime) -> str:
        return moment.astimezone(self._zone).strftime(self._form)
