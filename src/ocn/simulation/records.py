"""A charging session as OCPI objects: the Session while it runs, the CDR when it is over."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from ocn.ocpi.objects import (
    Cdr,
    CdrDimension,
    CdrLocation,
    CdrToken,
    ChargingPeriod,
    Connector,
    Evse,
    Location,
    Session,
    Tariff,
    Token,
)
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import format_datetime
from ocn.simulation.charging import Activity, Reading, Stretch
from ocn.simulation.pricing import price
from ocn.simulation.rounding import number

_WH_PER_KWH = 1000


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What is settled when a session starts. Of the EVSE only what never changes is used."""

    id: str
    cpo: PartyId
    token: Token
    location: Location
    evse: Evse
    connector: Connector
    tariff: Tariff
    started_at: datetime
    authorization_reference: str | None = None

    @property
    def emsp(self) -> PartyId:
        """The party that issued the token."""
        return PartyId(self.token["country_code"], self.token["party_id"])


def session_object(facts: SessionFacts, reading: Reading, *, completed: bool) -> Session:
    """Write the Session as it stands at the reading."""
    session: Session = {
        "country_code": facts.cpo.country_code,
        "party_id": facts.cpo.party_id,
        "id": facts.id,
        "start_date_time": format_datetime(facts.started_at),
        "kwh": _kwh(reading.energy_wh),
        "cdr_token": _cdr_token(facts.token),
        "auth_method": "COMMAND",
        "location_id": facts.location["id"],
        "evse_uid": facts.evse["uid"],
        "connector_id": facts.connector["id"],
        "currency": facts.tariff["currency"],
        "charging_periods": _periods(facts, reading),
        "total_cost": price(facts.tariff, reading.stretches).total.as_price(),
        "status": "COMPLETED" if completed else "ACTIVE",
        "last_updated": format_datetime(reading.at),
    }
    if completed:
        session["end_date_time"] = format_datetime(reading.at)
    if facts.authorization_reference is not None:
        session["authorization_reference"] = facts.authorization_reference
    return session


def cdr_object(facts: SessionFacts, reading: Reading) -> Cdr:
    """Write the CDR of a session that ended at the reading."""
    cost = price(facts.tariff, reading.stretches)
    parked = sum((s.duration for s in reading.stretches if s.activity is Activity.PARKED), timedelta(0))
    cdr: Cdr = {
        "country_code": facts.cpo.country_code,
        "party_id": facts.cpo.party_id,
        "id": f"CDR-{facts.id}"[:36],
        "start_date_time": format_datetime(facts.started_at),
        "end_date_time": format_datetime(reading.at),
        "session_id": facts.id,
        "cdr_token": _cdr_token(facts.token),
        "auth_method": "COMMAND",
        "cdr_location": _cdr_location(facts),
        "currency": facts.tariff["currency"],
        "tariffs": [facts.tariff],
        "charging_periods": _periods(facts, reading),
        "total_cost": cost.total.as_price(),
        "total_fixed_cost": cost.fixed.as_price(),
        "total_energy": _kwh(reading.energy_wh),
        "total_energy_cost": cost.energy.as_price(),
        "total_time": _hours(reading.at - facts.started_at),
        "total_time_cost": cost.time.as_price(),
        "last_updated": format_datetime(reading.at),
    }
    if parked:
        cdr["total_parking_time"] = _hours(parked)
        cdr["total_parking_cost"] = cost.parking.as_price()
    if facts.authorization_reference is not None:
        cdr["authorization_reference"] = facts.authorization_reference
    return cdr


def _periods(facts: SessionFacts, reading: Reading) -> list[ChargingPeriod]:
    return [
        {
            "start_date_time": format_datetime(stretch.started_at),
            "dimensions": _dimensions(stretch),
            "tariff_id": facts.tariff["id"],
        }
        for stretch in reading.stretches
    ]


def _dimensions(stretch: Stretch) -> list[CdrDimension]:
    time: CdrDimension = {"type": str(stretch.activity), "volume": _hours(stretch.duration)}
    if stretch.activity is Activity.PARKED:
        return [time]
    return [{"type": "ENERGY", "volume": _kwh(stretch.energy_wh)}, time]


def _cdr_token(token: Token) -> CdrToken:
    return {
        "country_code": token["country_code"],
        "party_id": token["party_id"],
        "uid": token["uid"],
        "type": token["type"],
        "contract_id": token["contract_id"],
    }


def _cdr_location(facts: SessionFacts) -> CdrLocation:
    location, connector = facts.location, facts.connector
    return {
        "id": location["id"],
        "name": location.get("name", ""),
        "address": location["address"],
        "city": location["city"],
        "postal_code": location.get("postal_code", ""),
        "country": location["country"],
        "coordinates": location["coordinates"],
        "evse_uid": facts.evse["uid"],
        "evse_id": facts.evse.get("evse_id", ""),
        "connector_id": connector["id"],
        "connector_standard": connector["standard"],
        "connector_format": connector["format"],
        "connector_power_type": connector["power_type"],
    }


def _kwh(energy_wh: Decimal) -> Decimal:
    return number(energy_wh / _WH_PER_KWH)


def _hours(duration: timedelta) -> Decimal:
    return number(Decimal(duration // timedelta(microseconds=1)) / 3_600_000_000)
