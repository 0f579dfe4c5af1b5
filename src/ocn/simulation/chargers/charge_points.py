"""The state of a CPO's charge points: its Location objects, and what each EVSE is doing."""

from dataclasses import dataclass
from datetime import datetime

from ocn.ocpi.objects import Connector, Evse, Location, Tariff
from ocn.ocpi.timestamps import format_datetime
from ocn.simulation.chargers.fleet import Fleet
from ocn.simulation.errors import Refused


@dataclass(frozen=True, slots=True)
class ChargePoint:
    """One connector with what it is part of, and the tariff it is sold by."""

    location: Location
    evse: Evse
    connector: Connector
    tariff: Tariff


class ChargePoints:
    """All charge points of a CPO. Their ids are in upper case and found without regard to it.

    Status changes move ``last_updated`` of the EVSE and its Location.
    """

    def __init__(self, fleet: Fleet) -> None:
        self.locations: dict[str, Location] = {
            location["id"].upper(): location for location in fleet.locations
        }
        self.tariffs: dict[str, Tariff] = {tariff["id"]: tariff for tariff in fleet.tariffs}

    def location(self, location_id: str) -> Location:
        """Return a Location.

        Raises:
            Refused: there is none of that id.
        """
        found = self.locations.get(location_id.upper())
        if found is None:
            raise Refused(f"there is no location {location_id[:36]}")
        return found

    def evse(self, location_id: str, evse_uid: str | None) -> Evse:
        """Return an EVSE of a Location; without uid the first one available.

        Raises:
            Refused: it does not exist, or none is available.
        """
        evses = self.location(location_id)["evses"]
        for evse in evses:
            if evse["status"] == "AVAILABLE" if evse_uid is None else evse["uid"] == evse_uid.upper():
                return evse
        missing = "no EVSE available" if evse_uid is None else f"no EVSE {evse_uid[:36]}"
        raise Refused(f"location {location_id[:36]} has {missing}")

    def charge_point(self, location_id: str, evse_uid: str | None, connector_id: str | None) -> ChargePoint:
        """Return a connector; without id the first of the EVSE.

        Raises:
            Refused: it does not exist.
        """
        evse = self.evse(location_id, evse_uid)
        for connector in evse["connectors"]:
            if connector_id in (None, connector["id"]):
                tariff = self.tariffs[connector["tariff_ids"][0]]
                return ChargePoint(self.location(location_id), evse, connector, tariff)
        raise Refused(f"EVSE {evse['uid']} has no connector {str(connector_id)[:36]}")

    def set_status(self, evse_uid: str, status: str, now: datetime) -> tuple[Location, Evse] | None:
        """Change an EVSE's status and return its Location and the EVSE; None when it had that status."""
        for location in self.locations.values():
            for evse in location["evses"]:
                if evse["uid"] == evse_uid and evse["status"] != status:
                    evse["status"] = status
                    evse["last_updated"] = location["last_updated"] = format_datetime(now)
                    return location, evse
        return None
