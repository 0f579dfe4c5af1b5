"""A second pricer, to hold against the engine: plain, slow, written from the rules and not from the engine.

It takes the documents as they are in JSON, asks every restriction of every element anew for every period, and
knows one policy, the default. Where the documents leave something open (no zone, no readings of current, an
unsplit period) it must not be asked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import ceil
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

Json: TypeAlias = dict[str, Any]
Money: TypeAlias = tuple[Fraction | None, Fraction | None]
"""Net and gross."""

DAYS = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]
PARTS = {"FLAT": "fixed", "ENERGY": "energy", "TIME": "time", "PARKING_TIME": "parking"}
CHARGES = {"ENERGY", "TIME", "PARKING_TIME"}


@dataclass
class Charged:
    """A volume (kWh, h, or 1) at a price; without ``component`` it is free."""

    part: str
    kind: str
    volume: Fraction
    component: Json | None
    tariff: Json


@dataclass
class Moment:
    """What restrictions are asked about."""

    local: datetime
    kwh: Fraction
    elapsed: timedelta
    volumes: dict[str, Fraction]
    length: timedelta


def plain_price(cdr: Json, tariffs: Sequence[Json], zone: str) -> tuple[Money, dict[str, Money]]:
    """Return the total and the parts that cost something or might."""
    charged = list(_charged(cdr, tariffs, ZoneInfo(zone)))
    billed = charged + list(_surpluses(charged))
    net_only = "stop_date_time" in cdr or any(_is_2_1_1(one.tariff) for one in billed)
    parts: dict[str, Money] = {}
    for one in billed:
        parts[one.part] = _sum(parts.get(one.part, (Fraction(0), Fraction(0))), _cost(one))
    total: Money = (Fraction(0), None if net_only else Fraction(0))
    for money in parts.values():
        total = _sum(total, money)
    used: list[Json] = []
    for one in charged:
        if one.tariff not in used:
            used.append(one.tariff)
    for name, choose in (("min_price", max), ("max_price", min)):
        limits = [tariff.get(name) for tariff in used]
        if limits and limits[0] and all(limit == limits[0] for limit in limits):
            total = _limited(total, limits[0], choose)
    return total, parts


def _charged(cdr: Json, tariffs: Sequence[Json], zone: ZoneInfo) -> Iterator[Charged]:
    periods = _periods(cdr)
    end = _when(cdr.get("end_date_time") or cdr["stop_date_time"])
    starts = [_when(period["start_date_time"]) for period in periods]
    expired = not any(set(_volumes(period)) & CHARGES for period in periods)
    charging_began = next(
        (start for start, period in zip(starts, periods, strict=True) if set(_volumes(period)) & CHARGES),
        starts[0],
    )
    kwh, flats = Fraction(0), set()
    for start, after, period in zip(starts, [*starts[1:], end], periods, strict=True):
        tariff, volumes = _tariff_of(period, tariffs), _volumes(period)
        reserves = "RESERVATION_TIME" in volumes
        since = starts[0] if reserves else charging_began
        moment = Moment(start.astimezone(zone), kwh, start - since, volumes, after - start)
        flat = _first(tariff, "FLAT", moment, reserves, expired)
        if flat is not None and (tariff["id"], reserves) not in flats:
            flats.add((tariff["id"], reserves))
            yield Charged("reservation" if reserves else "fixed", "FLAT", Fraction(1), flat, tariff)
        for kind in ("ENERGY", "TIME", "PARKING_TIME"):
            if kind in volumes:
                yield Charged(
                    PARTS[kind], kind, volumes[kind], _first(tariff, kind, moment, False, expired), tariff
                )
        if reserves:
            priced = _first(tariff, "TIME", moment, True, expired)
            yield Charged("reservation", "RESERVATION_TIME", volumes["RESERVATION_TIME"], priced, tariff)
        kwh += volumes.get("ENERGY", Fraction(0))


def _first(tariff: Json, kind: str, moment: Moment, reserves: bool, expired: bool) -> Json | None:
    """For each dimension the first element that has it and applies; those for expiry come first."""
    elements = []
    for element in tariff["elements"]:
        meant_for = element.get("restrictions", {}).get("reservation")
        if (meant_for is not None) is reserves and (meant_for != "RESERVATION_EXPIRES" or expired):
            elements.append((meant_for != "RESERVATION_EXPIRES", element))
    for _, element in sorted(elements, key=lambda pair: pair[0]):
        found: Json | None = next((one for one in element["price_components"] if one["type"] == kind), None)
        if found is not None and _applies(element.get("restrictions", {}), moment):
            return found
    return None


def _applies(given: Json, moment: Moment) -> bool:
    at = moment.local.strftime("%H:%M")
    begins, ends = given.get("start_time", "00:00"), given.get("end_time", "24:00")
    ends = "24:00" if ends == "00:00" else ends
    day = moment.local.date().isoformat()
    in_time = begins <= at < ends if begins < ends else begins == ends or at >= begins or at < ends
    volumes, mean = moment.volumes, None
    if moment.length:
        mean = volumes.get("ENERGY", Fraction(0)) / Fraction(moment.length.total_seconds()) * 3600
    bounds = [
        ("kwh", moment.kwh, moment.kwh),
        ("duration", Fraction(moment.elapsed.total_seconds()), Fraction(moment.elapsed.total_seconds())),
        ("power", volumes.get("MIN_POWER", mean), volumes.get("MAX_POWER", mean)),
        ("current", volumes.get("MIN_CURRENT"), volumes.get("MAX_CURRENT")),
    ]
    return (
        in_time
        and (not given.get("day_of_week") or DAYS[moment.local.weekday()] in given["day_of_week"])
        and given.get("start_date", day) <= day
        and day < given.get("end_date", "9999-12-31")
        and all(
            (f"min_{name}" not in given or (least is not None and _number(given[f"min_{name}"]) <= least))
            and (f"max_{name}" not in given or (most is not None and most < _number(given[f"max_{name}"])))
            for name, least, most in bounds
        )
    )


def _surpluses(charged: Sequence[Charged]) -> Iterator[Charged]:
    """What is billed beyond what was consumed: energy, and parking or else time, and reserved time.

    Charging and reserving are apart, and of each only what is by the tariff that it ended with.
    """
    priced = []
    for reserves in (False, True):
        these = [
            one for one in charged if (one.kind == "RESERVATION_TIME") is reserves and one.kind != "FLAT"
        ]
        priced += [one for one in these if one.component is not None and one.tariff is these[-1].tariff]
    times = "PARKING_TIME" if any(one.kind == "PARKING_TIME" for one in priced) else "TIME"
    for kind, per_unit in (("ENERGY", 1000), (times, 3600), ("RESERVATION_TIME", 3600)):
        these = [one for one in priced if one.kind == kind]
        step = int(these[-1].component["step_size"]) if these and these[-1].component else 0
        if step:
            total = sum((one.volume for one in these), Fraction(0)) * per_unit
            more = (ceil(total / step) * step - total) / per_unit
            yield Charged(these[-1].part, kind, more, these[-1].component, these[-1].tariff)


def _cost(one: Charged) -> Money:
    net_only = _is_2_1_1(one.tariff)
    if one.component is None:
        return Fraction(0), None if net_only else Fraction(0)
    cost, mode = _number(one.component["price"]) * one.volume, one.tariff.get("tax_included", "NO")
    if net_only:
        return cost, None
    named = any("vat" in each for element in one.tariff["elements"] for each in element["price_components"])
    rate = one.component.get("vat")
    if mode == "N/A" or (rate is None and (named or not _number(one.component["price"]))):
        return cost, cost
    if rate is None:
        return (None, cost) if mode == "YES" else (cost, None)
    factor = 1 + _number(rate) / 100
    return (cost / factor, cost) if mode == "YES" else (cost, cost * factor)


def _limited(total: Money, limit: Json, choose: Any) -> Money:
    net, gross = total
    bounds = [
        limit.get("excl_vat", limit.get("before_taxes")),
        limit.get("incl_vat", limit.get("after_taxes")),
    ]
    new_net, new_gross = (
        value if value is None or bound is None else choose(value, _number(bound))
        for value, bound in zip(total, bounds, strict=True)
    )
    if new_net is None or new_gross is None or new_net <= new_gross or (new_net, new_gross) == total:
        return new_net, new_gross
    if choose is min:
        return (net * new_gross / gross if net and gross else new_gross), new_gross
    return new_net, (gross * new_net / net if gross and net else new_net)


def _is_2_1_1(tariff: Json) -> bool:
    return "party_id" not in tariff


def _sum(left: Money, right: Money) -> Money:
    net, gross = (None if a is None or b is None else a + b for a, b in zip(left, right, strict=True))
    return net, gross


def _periods(cdr: Json) -> list[Json]:
    return sorted(cdr["charging_periods"], key=lambda period: _when(period["start_date_time"]))


def _tariff_of(period: Json, tariffs: Sequence[Json]) -> Json:
    name = period.get("tariff_id", tariffs[0]["id"])
    return next(tariff for tariff in tariffs if tariff["id"] == name)


def _volumes(period: Json) -> dict[str, Fraction]:
    return {dimension["type"]: _number(dimension["volume"]) for dimension in period["dimensions"]}


def _number(value: Any) -> Fraction:
    return Fraction(str(value))


def _when(text: str) -> datetime:
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
