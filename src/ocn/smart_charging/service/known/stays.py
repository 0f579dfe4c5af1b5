"""What is kept of a session: what planning needs, and nothing of who charges.

No token, no contract, no authorisation, no cost. Of the driver's eMSP its two codes are kept, to know whose
preferences count.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import format_datetime, parse_datetime, read_datetime
from ocn.party.json_text import JsonObject

NO_EVSE = ""
"""The EVSE of a session whose CPO names none."""
_ZERO = Decimal(0)
_OVER = frozenset({"COMPLETED", "INVALID"})


class SessionUnusable(Exception):
    """Nothing can be kept of a session; the text says which member is to blame."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a session's meter had counted at a moment."""

    at: datetime
    kwh: Decimal


@dataclass(frozen=True, slots=True)
class Stay:
    """One session, as far as it is kept."""

    cpo: PartyId
    id: str
    location_id: str
    evse_uid: str
    status: str
    begin: datetime
    updated: datetime
    kwh: Decimal = _ZERO
    end: datetime | None = None
    emsp: str | None = None
    """Country code and party id; None: nobody said."""
    tariff_id: str | None = None
    power_kw: Decimal | None = None
    current_a: Decimal | None = None
    power_since: datetime | None = None
    """When the period began of which power and current are the mean."""
    readings: tuple[Reading, ...] = ()

    @property
    def key(self) -> str:
        """Unique over all CPOs; ids are compared without regard to case."""
        return f"{self.cpo.key}/{self.id.casefold()}"

    @property
    def names_evse(self) -> bool:
        """Whether its CPO says where in the location it is."""
        return self.evse_uid != NO_EVSE

    @property
    def is_active(self) -> bool:
        """Whether a car is charging, or could."""
        return self.status == "ACTIVE"

    @property
    def is_over(self) -> bool:
        """Whether nothing will change any more."""
        return self.status in _OVER

    def as_json(self) -> JsonObject:
        """Write what :func:`stay_from_json` reads."""
        written: JsonObject = {
            "country_code": self.cpo.country_code,
            "party_id": self.cpo.party_id,
            "id": self.id,
            "location_id": self.location_id,
            "evse_uid": self.evse_uid,
            "status": self.status,
            "start_date_time": format_datetime(self.begin),
            "last_updated": format_datetime(self.updated),
            "kwh": self.kwh,
            "end_date_time": None if self.end is None else format_datetime(self.end),
            "emsp": self.emsp,
            "tariff_id": self.tariff_id,
            "power_kw": self.power_kw,
            "current_a": self.current_a,
            "power_since": None if self.power_since is None else format_datetime(self.power_since),
            "readings": [[format_datetime(each.at), each.kwh] for each in self.readings],
        }
        return {name: value for name, value in written.items() if value is not None}


def stay_from_json(kept: JsonObject) -> Stay:
    """Read what :meth:`Stay.as_json` wrote.

    Raises:
        SessionUnusable: somebody else wrote it.
    """
    try:
        return Stay(
            PartyId(kept["country_code"], kept["party_id"]),
            kept["id"],
            kept["location_id"],
            kept["evse_uid"],
            kept["status"],
            parse_datetime(kept["start_date_time"]),
            parse_datetime(kept["last_updated"]),
            Decimal(kept["kwh"]),
            parse_datetime(kept["end_date_time"]) if "end_date_time" in kept else None,
            kept.get("emsp"),
            kept.get("tariff_id"),
            None if kept.get("power_kw") is None else Decimal(kept["power_kw"]),
            None if kept.get("current_a") is None else Decimal(kept["current_a"]),
            read_datetime(kept.get("power_since")),
            tuple(Reading(parse_datetime(at), Decimal(kwh)) for at, kwh in kept["readings"]),
        )
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise SessionUnusable(f"a stored session cannot be read: {error}") from error
