"""How the last slots of a site were planned, for those who look on, and to see what deviates."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from ocn.smart_charging.service.known.stays import Stay
from ocn.smart_charging.service.meaning.draft import Draft, slot_number
from ocn.smart_charging.service.meaning.tops import top_kw
from ocn.smart_charging.site.model import Site
from ocn.smart_charging.slots import slot_of

_SHOWN = timedelta(hours=13)
_TENTH, _WORTH_KWH = 0.1, 0.3
_MORE_OR_LESS, _WORTH_KW = 0.15, 0.5
"""Of the planned power: what a car takes is planned with a tenth to spare."""
_SURE_AFTER = timedelta(minutes=2)


class Record:
    """What was planned, slot by slot."""

    def __init__(self) -> None:
        self.planned_kw: dict[int, dict[str, float]] = {}
        """By slot and name: as it was planned when the slot was there."""
        self.limit_kw: dict[int, float | None] = {}
        """By slot: what the top let through when the slot was planned last."""
        self._over: dict[str, datetime] = {}

    def planned(self, draft: Draft, site: Site, steps: Mapping[str, int]) -> None:
        """Remember a plan."""
        number, minutes = draft.number, draft.slots.minutes
        self.planned_kw[number] = {
            name: count * draft.guests[name].outlet.step_kw for name, count in steps.items()
        }
        self.limit_kw[number] = top_kw(site, draft.limits, 0)
        oldest = number - int(_SHOWN / timedelta(minutes=minutes))
        self.planned_kw = {slot: row for slot, row in self.planned_kw.items() if slot >= oldest}
        self.limit_kw = {slot: kw for slot, kw in self.limit_kw.items() if slot >= oldest}

    def deviates(self, name: str, before: Stay, stay: Stay, slots: tuple[datetime, int]) -> bool:
        """Whether a session draws clearly more or less than is planned, or did between two updates.

        ``slots`` are the beginning of the slot that was planned last, and minutes.
        """
        start, minutes = slots
        planned_kw = self.planned_kw.get(slot_number(slot_of(stay.updated, minutes), minutes), {}).get(name)
        if planned_kw is None or stay.updated <= before.updated:
            return False
        if stay.power_kw is not None and stay.power_since is not None and stay.power_since >= start:
            return abs(float(stay.power_kw) - planned_kw) > max(_WORTH_KW, _MORE_OR_LESS * planned_kw)
        planned = planned_kw * ((stay.updated - before.updated) / timedelta(hours=1))
        return abs(float(stay.kwh - before.kwh) - planned) > max(_WORTH_KWH, _TENTH * planned)

    def over_for_long(self, overfull: Collection[int], draft: Draft | None, now: datetime) -> list[str]:
        """Return which limits are over, and not only for the moment that a change takes to be sure of."""
        limits = () if draft is None else draft.limits
        names = {str(limits[number]) for number in overfull if number < len(limits)}
        self._over = {name: self._over.get(name, now) for name in names}
        return [name for name, since in self._over.items() if now - since >= _SURE_AFTER]
