"""A charging session as OCPI objects: the Session while it runs, its CDRs when it is over."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from ocn.ocpi.objects import (
    Cdr,
    CdrLocation,
    CdrToken,
    Connector,
    Evse,
    Location,
    Price,
    Session,
    Tariff,
    Token,
)
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import format_datetime
from ocn.party.json_text import JsonObject
from ocn.simulation.billing.costs import Costs, costs_of, kwh
from ocn.simulation.billing.misbilling import Misbilling
from ocn.simulation.chargers.charging import Reading


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

    def costs(self, reading: Reading, misbilling: Misbilling | None = None) -> Costs:
        """Price what was metered until the reading."""
        time_zone = self.location["time_zone"]
        return costs_of(self.tariff, time_zone, self.started_at, reading, misbilling)

    @property
    def emsp(self) -> PartyId:
        """The party that issued the token."""
        return PartyId(self.token["country_code"], self.token["party_id"])


def session_object(facts: SessionFacts, reading: Reading, *, completed: bool) -> Session:
    """Write the Session as it stands at the reading."""
    costs = facts.costs(reading)
    session: Session = {
        "country_code": facts.cpo.country_code,
        "party_id": facts.cpo.party_id,
        "id": facts.id,
        "start_date_time": format_datetime(facts.started_at),
        "kwh": kwh(reading.energy_wh),
        "cdr_token": _cdr_token(facts.token),
        "auth_method": "COMMAND",
        "location_id": facts.location["id"],
        "evse_uid": facts.evse["uid"],
        "connector_id": facts.connector["id"],
        "currency": facts.tariff["currency"],
        "charging_periods": costs.periods,
        "total_cost": costs.total,
        "status": "COMPLETED" if completed else "ACTIVE",
        "last_updated": format_datetime(reading.at),
    }
    if completed:
        session["end_date_time"] = format_datetime(reading.at)
    if facts.authorization_reference is not None:
        session["authorization_reference"] = facts.authorization_reference
    return session


def changes_of(session: Session) -> JsonObject:
    """What of a Session changes while it goes on. Periods stay for the PUT: patched, they append."""
    return {name: session[name] for name in ("kwh", "total_cost", "last_updated")}


def cdr_object(
    facts: SessionFacts, reading: Reading, *, number: int = 1, misbilling: Misbilling | None = None
) -> Cdr:
    """Write a CDR of a session that ended at the reading: the ``number``-th that charges it."""
    costs = facts.costs(reading, misbilling)
    name = "CDR" if number == 1 else f"CDR{number}"
    cdr = {
        "country_code": facts.cpo.country_code,
        "party_id": facts.cpo.party_id,
        "id": f"{name}-{facts.id}"[:36],
        "start_date_time": format_datetime(facts.started_at),
        "end_date_time": format_datetime(reading.at),
        "session_id": facts.id,
        "cdr_token": _cdr_token(facts.token),
        "auth_method": "COMMAND",
        "cdr_location": _cdr_location(facts),
        "currency": facts.tariff["currency"],
        "tariffs": [facts.tariff],
        "charging_periods": costs.periods,
        **costs.prices,
        **costs.measures,
        "last_updated": format_datetime(reading.at),
    }
    if facts.authorization_reference is not None:
        cdr["authorization_reference"] = facts.authorization_reference
    return cast("Cdr", cdr)


def credit_object(cdr: Cdr, at: datetime) -> Cdr:
    """Write the credit CDR that takes a CDR back: as that one, its total negated (2.2.1 mod_cdrs)."""
    total: Price = {"excl_vat": -cdr["total_cost"]["excl_vat"]}
    if "incl_vat" in cdr["total_cost"]:
        total["incl_vat"] = -cdr["total_cost"]["incl_vat"]
    return {
        **cdr,
        "id": f"{cdr['id']}-C",
        "total_cost": total,
        "credit": True,
        "credit_reference_id": cdr["id"],
        "last_updated": format_datetime(at),
    }


def emsp_of(cdr: Cdr) -> PartyId:
    """Return who is to pay a CDR: the party that issued its token."""
    token = cdr["cdr_token"]
    return PartyId(token["country_code"], token["party_id"])


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
