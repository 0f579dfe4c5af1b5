"""How often an eMSP's sessions come with charging preferences: only that shows when copies of them stop."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ocn.ocpi.timestamps import format_datetime, parse_datetime
from ocn.party.json_text import JsonObject

_ENOUGH, _MOST = 5, 20
_MOSTLY = 0.5
_BY_CHANCE = 0.001


@dataclass(frozen=True, slots=True)
class Habit:
    """Of one eMSP at one CPO's sites; nothing in it says which sessions those were."""

    until: datetime
    """When the last session began that is counted."""
    past: tuple[bool, ...] = ()
    """The last sessions up to the last that had preferences, and whether each had."""
    without: int = 0
    """So many since, in a row, had none."""

    @property
    def is_missed(self) -> bool:
        """Whether most sessions had preferences, and so many have none since that it is hardly by chance."""
        share = (sum(self.past) + 1) / (len(self.past) + 2)
        usual = len(self.past) >= _ENOUGH and share >= _MOSTLY
        return usual and (1 - share) ** self.without < _BY_CHANCE

    def with_session(self, begin: datetime, has_preferences: bool) -> "Habit":
        """Count one more session, which began then."""
        if not has_preferences:
            return replace(self, until=begin, without=self.without + 1)
        past = (*self.past, *(False,) * min(self.without, _MOST), True)[-_MOST:]
        return Habit(begin, past)

    def as_json(self) -> JsonObject:
        """Write what :func:`habit_from_json` reads."""
        past = "".join("+" if had else "-" for had in self.past)
        return {"last_updated": format_datetime(self.until), "past": past, "without": self.without}


def habit_from_json(kept: dict[str, Any]) -> Habit:
    """Read what :meth:`Habit.as_json` wrote."""
    past = tuple(each == "+" for each in kept["past"])
    return Habit(parse_datetime(kept["last_updated"]), past, int(kept["without"]))
