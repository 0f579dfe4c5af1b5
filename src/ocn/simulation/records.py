"""A charging session as OCPI objects: the Session while it runs, the CDR when it is over."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import format_datetime
from ocn.simulation.charging import Activity, Reading, Stretch
from ocn.simulation.objects import JsonObject, number
from ocn.simulation.pricing import price

_WH_PER_KWH = 1000


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What is settled when a session starts. Of the EVSE only what never changes is used."""

    id: str
    cpo: PartyId
    token: JsonObject
    location: JsonObject
    evse: JsonObject
    connector: JsonObject
    tariff: JsonObject
    started_at: datetime
    authorization_reference: str | None = None

    @property
    def emsp(self) -> PartyId:
        """The party that issued the token."""
        return PartyId(self.token["country_code"], self.token["party_id"])


def session_object(facts: SessionFacts, reading: Reading, *, completed: bool) -> JsonObject:
    """Write the Session as it stands at the reading."""
    ended = {"end_date_time": format_datetime(reading.at)} if completed else {}
    return {
        "country_code": facts.cpo.country_code,
        "party_id": facts.cpo.party_id,
        "id": facts.id,
        "start_date_time": format_datetime(facts.started_at),
        **ended,
        "kwh": _kwh(reading.energy_wh),
        "cdr_token": _cdr_token(facts.token),
        "auth_method": "COMMAND",
        **_reference(facts),
        "location_id": facts.location["id"],
        "evse_uid": facts.evse["uid"],
        "connector_id": facts.connector["id"],
        "currency": facts.tariff["currency"],
        "charging_periods": _periods(facts, reading),
        "total_cost": price(facts.tariff, reading.stretches).total.as_price(),
        "status": "COMPLETED" if completed else "ACTIVE",
        "last_updated": format_datetime(reading.at),
    }


def cdr_object(facts: SessionFacts, reading: Reading) -> JsonObject:
    """Write the CDR of a session that ended at the reading."""
    cost = price(facts.tariff, reading.stretches)
    parts = {
        "total_fixed_cost": cost.fixed,
        "total_energy_cost": cost.energy,
        "total_time_cost": cost.time,
        "total_parking_cost": cost.parking,
    }
    parked = sum((s.duration for s in reading.stretches if s.activity is Activity.PARKED), timedelta(0))
    return {
        "country_code": facts.cpo.country_code,
        "party_id": facts.cpo.party_id,
        "id": f"CDR-{facts.id}"[:36],
        "start_date_time": format_datetime(facts.started_at),
        "end_date_time": format_datetime(reading.at),
        "session_id": facts.id,
        "cdr_token": _cdr_token(facts.token),
        "auth_method": "COMMAND",
        **_reference(facts),
        "cdr_location": _cdr_location(facts),
        "currency": facts.tariff["currency"],
        "tariffs": [facts.tariff],
        "charging_periods": _periods(facts, reading),
        "total_cost": cost.total.as_price(),
        **{name: amount.as_price() for name, amount in parts.items() if amount.excl_vat},
        "total_energy": _kwh(reading.energy_wh),
        "total_time": _hours(reading.at - facts.started_at),
        **({"total_parking_time": _hours(parked)} if parked else {}),
        "last_updated": format_datetime(reading.at),
    }


def _periods(facts: SessionFacts, reading: Reading) -> list[JsonObject]:
    return [
        {
            "start_date_time": format_datetime(stretch.started_at),
            "dimensions": _dimensions(stretch),
            "tariff_id": facts.tariff["id"],
        }
        for stretch in reading.stretches
    ]


def _dimensions(stretch: Stretch) -> list[JsonObject]:
    time = {"type": str(stretch.activity), "volume": _hours(stretch.duration)}
    if stretch.activity is Activity.PARKED:
        return [time]
    return [{"type": "ENERGY", "volume": _kwh(stretch.energy_wh)}, time]


def _cdr_token(token: JsonObject) -> JsonObject:
    return {name: token[name] for name in ("country_code", "party_id", "uid", "type", "contract_id")}


def _reference(facts: SessionFacts) -> JsonObject:
    reference = facts.authorization_reference
    return {} if reference is None else {"authorization_reference": reference}


def _cdr_location(facts: SessionFacts) -> JsonObject:
    location, connector = facts.location, facts.connector
    names = ("id", "name", "address", "city", "postal_code", "country", "coordinates")
    return {
        **{name: location[name] for name in names if name in location},
        "evse_uid": facts.evse["uid"],
        "evse_id": facts.evse["evse_id"],
        "connector_id": connector["id"],
        "connector_standard": connector["standard"],
        "connector_format": connector["format"],
        "connector_power_type": connector["power_type"],
    }


def _kwh(energy_wh: Decimal) -> Decimal:
    return number(energy_wh / _WH_PER_KWH)


def _hours(duration: timedelta) -> Decimal:
    return number(Decimal(duration // timedelta(microseconds=1)) / 3_600_000_000)
