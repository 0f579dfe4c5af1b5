"""What is kept of a session: what planning needs, and nothing of who charges.

No token, no contract, no authorisation, no cost. Of the driver's eMSP its two codes are kept, to know whose
preferences count.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import format_datetime, parse_datetime
from ocn.party.json_text import JsonObject
from ocn.smart_charging.numbers import number, shown

_MOST_TEXT = 255
_MOST_KWH = Decimal(10_000)
_MOST_READINGS = 400
_MOST_PERIODS_READ = 200
_AHEAD = timedelta(hours=1)
"""A ``last_updated`` further ahead than that is not believed: it would silence all that comes after."""
_EARLY = timedelta(minutes=5)
"""A session may be told so long before it starts by our reckoning."""
_ZERO = Decimal(0)
_STATUSES = ("ACTIVE", "COMPLETED", "INVALID", "PENDING", "RESERVATION")
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


@dataclass(frozen=True, slots=True)
class Told:
    """A session after an update, and what in that could not be used."""

    stay: Stay
    faults: tuple[str, ...]


def told(
    cpo: PartyId, members: Mapping[str, Any], now: datetime, before: Stay | None = None, sent_to: str = ""
) -> Told:
    """Read a whole session, or with ``before`` some members of it; what is older than that changes nothing.

    ``sent_to`` is the party that the CPO sent it to, of which this is a copy.

    Raises:
        SessionUnusable: a member that planning cannot do without is missing or makes no sense.
    """
    faults: list[str] = []
    updated = _updated(members, now, faults)
    if before is not None and updated < before.updated:
        return Told(before, ())
    stay = Stay(
        cpo,
        before.id if before else _text(members, "id"),
        _text(members, "location_id", before.location_id if before else None),
        _text(members, "evse_uid", before.evse_uid if before else None),
        _status(members, before, faults),
        _begin(members, before),
        updated,
        _kwh(members, before, faults),
        _end(members, before, faults),
        _emsp(members, sent_to) or (before.emsp if before else None),
        before.tariff_id if before else None,
        before.power_kw if before else None,
        before.current_a if before else None,
        before.power_since if before else None,
        before.readings if before else (),
    )
    if stay.is_active and stay.begin > now + _EARLY:
        faults.append(
            f"start_date_time {format_datetime(stay.begin)} is not yet, though it is ACTIVE; taken for now"
        )
        stay = replace(stay, begin=now if before is None else min(before.begin, now))
    stay = _with_periods(stay, members.get("charging_periods"))
    if not stay.readings or stay.readings[-1].at < updated:
        stay = replace(stay, readings=(*stay.readings, Reading(updated, stay.kwh))[-_MOST_READINGS:])
    return Told(stay, tuple(faults))


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
            moment(kept.get("power_since")),
            tuple(Reading(parse_datetime(at), Decimal(kwh)) for at, kwh in kept["readings"]),
        )
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise SessionUnusable(f"a stored session cannot be read: {error}") from error


def moment(value: object) -> datetime | None:
    """Read a DateTime; None if it is none."""
    try:
        return parse_datetime(value) if isinstance(value, str) and len(value) < _MOST_TEXT else None
    except (ValueError, OverflowError):
        return None


def _text(members: Mapping[str, Any], name: str, before: str | None = None) -> str:
    value = members.get(name, before)
    if not isinstance(value, str) or not value.strip() or len(value) > _MOST_TEXT:
        raise SessionUnusable(f"{name} is missing" if value is None else f"{name} {shown(value)} is no id")
    return value


def _updated(members: Mapping[str, Any], now: datetime, faults: list[str]) -> datetime:
    found = moment(members.get("last_updated"))
    if found is None or found > now + _AHEAD:
        faults.append(f"last_updated {shown(members.get('last_updated'))} makes no sense; taken for now")
        return now
    return found


def _status(members: Mapping[str, Any], before: Stay | None, faults: list[str]) -> str:
    value = members.get("status", before.status if before else None)
    if value not in _STATUSES:
        faults.append(f"status {shown(value)} is none of OCPI's; taken for ACTIVE")
        return "ACTIVE"
    return str(value)


def _begin(members: Mapping[str, Any], before: Stay | None) -> datetime:
    value = members.get("start_date_time")
    if value is None and before is not None:
        return before.begin
    found = moment(value)
    if found is None:
        raise SessionUnusable(f"start_date_time {shown(value)} is no DateTime")
    return found


def _kwh(members: Mapping[str, Any], before: Stay | None, faults: list[str]) -> Decimal:
    known = before.kwh if before else _ZERO
    if "kwh" not in members:
        return known
    found = number(members["kwh"])
    if found is None or not 0 <= found <= _MOST_KWH:
        faults.append(f"kwh {shown(members['kwh'])} cannot be meant; {known} is kept")
        return known
    if found < known:
        faults.append(f"kwh falls from {known} to {found}")
    return found


def _end(members: Mapping[str, Any], before: Stay | None, faults: list[str]) -> datetime | None:
    value = members.get("end_date_time")
    if value is None:
        return before.end if before else None
    found, begin = moment(value), _begin(members, before)
    if found is None or found < begin:
        faults.append(f"end_date_time {shown(value)} is no moment after the start; left out")
        return before.end if before else None
    return found


def _emsp(members: Mapping[str, Any], sent_to: str) -> str | None:
    token = members.get("cdr_token")
    codes = (token.get("country_code"), token.get("party_id")) if isinstance(token, dict) else (None, None)
    try:
        if isinstance(codes[0], str) and isinstance(codes[1], str):
            return PartyId(codes[0], codes[1]).key
        return PartyId.parse(sent_to).key if sent_to else None
    except ValueError:
        return None


def _with_periods(stay: Stay, periods: object) -> Stay:
    """Take power, current and tariff of the newest period that has them."""
    if not isinstance(periods, list):
        return stay
    found: dict[str, Decimal] = {}
    tariff = since = None
    for period in reversed(periods[-_MOST_PERIODS_READ:]):
        if not isinstance(period, dict):
            continue
        if tariff is None and isinstance(period.get("tariff_id"), str):
            tariff = period["tariff_id"][:_MOST_TEXT]
        if not found:
            found, since = _dimensions(period.get("dimensions")), moment(period.get("start_date_time"))
    stay = replace(stay, tariff_id=tariff or stay.tariff_id)
    if not found:
        return stay
    since = since if since is not None and since <= stay.updated else None
    return replace(
        stay, power_kw=found.get("POWER"), current_a=found.get("CURRENT"), power_since=since or stay.updated
    )


def _dimensions(dimensions: object) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for each in dimensions if isinstance(dimensions, list) else []:
        kind, volume = (
            (each.get("type"), number(each.get("volume"))) if isinstance(each, dict) else (None, None)
        )
        if kind in ("POWER", "CURRENT") and volume is not None and 0 <= volume <= _MOST_KWH:
            found[kind] = volume
    return found
