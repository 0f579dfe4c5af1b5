"""How a Session is read: whole, or some members of it, as a CPO told them; what cannot be meant is a fault.

What is read is all that is kept of it (:class:`Stay`): who charges is passed over.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import format_datetime
from ocn.ocpi.token_issuer import issuer_key
from ocn.smart_charging.numbers import number, shown
from ocn.smart_charging.service.heard.period_readings import readings_from
from ocn.smart_charging.service.known.stays import NO_EVSE, Reading, SessionUnusable, Stay
from ocn.smart_charging.slots import read_moment

_MOST_TEXT = 255
_MOST_KWH = Decimal(10_000)
_MOST_READINGS = 400
_APART = timedelta(minutes=2)
"""Of a meter that is told every few seconds the newest reading is kept, and before it one for so long."""
_MOST_PERIODS_READ = 200
_AHEAD = timedelta(hours=1)
"""A ``last_updated`` further ahead than that is not believed: it would silence all that comes after. Nor is
an end."""
_EARLY = timedelta(minutes=5)
"""A session may be told so long before it starts by our reckoning."""
_ZERO = Decimal(0)
_NOT_AVAILABLE = "#na"
"""What OCPI lets a CPO write where there is no EVSE to name, and what nodes write that convert from 2.1.1."""
_STATUSES = ("ACTIVE", "COMPLETED", "INVALID", "PENDING", "RESERVATION")


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
        SessionUnusable: it has no id, or no location, that could be one.
    """
    faults: list[str] = []
    updated = _updated(members, now, faults)
    if before is not None and updated < before.updated:
        return Told(before, ())
    stay = Stay(
        cpo,
        before.id if before else _text(members, "id"),
        _location_id(members, before, faults),
        _evse_uid(members, before),
        _status(members, before, faults),
        _begin(members, before, now, faults),
        updated,
        _kwh(members, before, faults),
        before.end if before else None,
        _emsp(members, sent_to) or (before.emsp if before else None),
        before.tariff_id if before else None,
        before.power_kw if before else None,
        before.current_a if before else None,
        before.power_since if before else None,
        before.readings if before else (),
    )
    stay = replace(stay, end=_end(members, stay, now, faults))
    if stay.is_active and stay.begin > now + _EARLY:
        faults.append(
            f"start_date_time {format_datetime(stay.begin)} is not yet, though it is ACTIVE; taken for now"
        )
        stay = replace(stay, begin=now if before is None else min(before.begin, now))
    stay = _with_periods(stay, members.get("charging_periods"))
    return Told(_with_readings(stay, members.get("charging_periods")), tuple(faults))


def _with_readings(stay: Stay, periods: object) -> Stay:
    last = stay.readings[-1] if stay.readings else Reading(stay.begin, _ZERO)
    now = Reading(stay.updated, stay.kwh)
    if stay.readings and now.at <= last.at:
        return stay
    between = readings_from(periods, last, now)
    kept = stay.readings
    if len(kept) > 1 and last.at - kept[-2].at < _APART:
        kept = kept[:-1]
    return replace(stay, readings=(*kept, *between, now)[-_MOST_READINGS:])


def _text(members: Mapping[str, Any], name: str, before: str | None = None) -> str:
    value = members.get(name, before)
    if not isinstance(value, str) or not value.strip() or len(value) > _MOST_TEXT:
        raise SessionUnusable(f"{name} is missing" if value is None else f"{name} {shown(value)} is no id")
    return value


def _location_id(members: Mapping[str, Any], before: Stay | None, faults: list[str]) -> str:
    try:
        return _text(members, "location_id", before.location_id if before else None)
    except SessionUnusable as error:
        if before is None:
            raise
        faults.append(f"{error}; {before.location_id} is kept")
        return before.location_id


def _evse_uid(members: Mapping[str, Any], before: Stay | None) -> str:
    """Where it is; a car whose EVSE nobody names draws all the same, so its session is kept."""
    known = before.evse_uid if before else NO_EVSE
    try:
        uid = _text(members, "evse_uid", known)
    except SessionUnusable:
        return known
    return known if uid.casefold() == _NOT_AVAILABLE else uid


def _updated(members: Mapping[str, Any], now: datetime, faults: list[str]) -> datetime:
    found = read_moment(members.get("last_updated"))
    if found is None:
        faults.append(f"last_updated {shown(members.get('last_updated'))} makes no sense; taken for now")
    elif found > now + _AHEAD:
        faults.append(f"last_updated is {_hours_ahead(found, now)}; taken for now")
        return now
    return found or now


def _hours_ahead(moment: datetime, now: datetime) -> str:
    """Say it so that it is the same the next time, where a CPO writes its local time for UTC."""
    return f"{(moment - now) / timedelta(hours=1):.0f} h ahead"


def _status(members: Mapping[str, Any], before: Stay | None, faults: list[str]) -> str:
    value = members.get("status", before.status if before else None)
    if value not in _STATUSES:
        faults.append(f"status {shown(value)} is none of OCPI's; taken for ACTIVE")
        return "ACTIVE"
    return str(value)


def _begin(members: Mapping[str, Any], before: Stay | None, now: datetime, faults: list[str]) -> datetime:
    value = members.get("start_date_time")
    if value is None and before is not None:
        return before.begin
    found = read_moment(value)
    if found is not None:
        return found
    taken = now if before is None else before.begin
    faults.append(
        f"start_date_time {shown(value)} is no DateTime of our days; taken for {format_datetime(taken)}"
    )
    return taken


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


def _end(members: Mapping[str, Any], stay: Stay, now: datetime, faults: list[str]) -> datetime | None:
    value = members.get("end_date_time")
    if value is None:
        return stay.end
    found = read_moment(value)
    if found is None or found < stay.begin:
        faults.append(f"end_date_time {shown(value)} is no moment after the start; left out")
        return stay.end
    if found > now + _AHEAD:
        faults.append(f"end_date_time is {_hours_ahead(found, now)}; left out")
        return stay.end
    return found


def _emsp(members: Mapping[str, Any], sent_to: str) -> str | None:
    """Whose driver it is: as the token says, or who it was sent to; a token of no party is nobody's."""
    issuer = issuer_key(members.get("cdr_token"))
    if issuer is not None or not sent_to:
        return issuer or None
    try:
        return PartyId.parse(sent_to).key
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
            found, since = (
                _dimensions(period.get("dimensions")),
                read_moment(period.get("start_date_time")),
            )
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
