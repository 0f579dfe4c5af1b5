"""Read one fuse, one EVSE, the prices, the limit feed of a site file."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from ocn.smart_charging.planning.problem import Phase
from ocn.smart_charging.site.model import (
    Current,
    Daily,
    Evse,
    Fuse,
    Once,
    PeakPeriod,
    SiteFeed,
    SitePrices,
    TimedLimit,
)
from ocn.smart_charging.site.tables import Table, Wrong, clock_time, moment, number, weekdays

_MOST_AMPS = Decimal(1000)
"""More than a car or its cable can take."""
_MOST_MINUTES = Decimal(7 * 24 * 60)
_MOST_EUR = Decimal(1000)
"""More than a kilowatt hour costs anywhere."""


def fuse_of(table: Table, zone: ZoneInfo) -> Fuse:
    """Read ``[[fuse]]``."""
    name = table.text("name")
    parent = None if table.raw("parent") is None else table.text("parent")
    phases = _phases(table, "phases") or tuple(Phase)
    amps, kw = _amps(table, phases), table.number("kw")
    timed = tuple(_timed(Table(each), phases, zone) for each in table.tables("limit"))
    table.refuse_others()
    if not amps and kw is None and not timed and parent is None:
        raise Wrong("amps", "or kw is missing: a fuse at the top limits something")
    return Fuse(name, parent, phases, amps, kw, timed)


def evse_of(table: Table) -> Evse:
    """Read ``[[evse]]``."""
    evse_id, fuse = table.text("id"), table.text("fuse")
    kind = table.text("current", Current.AC)
    if kind not in list(Current):
        raise Wrong("current", "is AC or DC")
    phases = _phases(table, "phases") or tuple(Phase)
    rotation = _phases(table, "rotation") or (phases if len(phases) == 1 else None)
    if rotation is not None and set(rotation) != set(phases):
        raise Wrong("rotation", f"has other phases ({', '.join(rotation)}) than phases ({', '.join(phases)})")
    current = Current(kind)
    evse = Evse(
        evse_id,
        fuse,
        current,
        phases,
        rotation,
        min_amps=table.number("min_amps", above=0, most=_MOST_AMPS) or Decimal(6),
        max_amps=table.number("max_amps", above=0, most=_MOST_AMPS) or Decimal(16 if len(phases) > 1 else 32),
        min_kw=table.number("min_kw") or Decimal(0),
        max_kw=table.number("max_kw", above=0),
        uid=None if table.raw("uid") is None else table.text("uid"),
    )
    table.refuse_others()
    if current is Current.AC and evse.min_amps > evse.max_amps:
        raise Wrong("min_amps", f"{evse.min_amps} is above max_amps {evse.max_amps}")
    if current is Current.DC and evse.max_kw is None:
        raise Wrong("max_kw", "is missing: a DC charger has no amperes per phase to go by")
    if evse.max_kw is not None and evse.min_kw > evse.max_kw:
        raise Wrong("min_kw", f"{evse.min_kw} is above max_kw {evse.max_kw}")
    return evse


def prices_of(table: Table) -> SitePrices:
    """Read ``[prices]``; a price may be negative."""
    file = None if table.raw("file") is None else table.text("file")
    flat = table.raw("eur_per_kwh")
    if file is not None and flat is not None:
        raise Wrong("eur_per_kwh", "stands beside file; one of them says what holds")
    peak = table.number("peak_eur_per_kw") or Decimal(0)
    period = table.text("peak_period", PeakPeriod.MONTH)
    if period not in list(PeakPeriod):
        raise Wrong("peak_period", f"is {', '.join(PeakPeriod)}")
    carbon = None if table.raw("carbon_file") is None else table.text("carbon_file")
    table.refuse_others()
    price = None if flat is None else signed(flat, "eur_per_kwh")
    return SitePrices(file, price, peak, PeakPeriod(period), carbon)


def feed_of(table: Table) -> SiteFeed:
    """Read ``[feed]``: a feed that may fall silent says what holds then."""
    file, group = (None if table.raw(key) is None else table.text(key) for key in ("file", "oscp_group"))
    minutes = table.number("silent_after_minutes", above=0, most=_MOST_MINUTES)
    kw, amps = table.number("fallback_kw"), table.number("fallback_amps")
    table.refuse_others()
    if (file is None) == (group is None):
        raise Wrong("file", "or oscp_group says where limits come from: one of them")
    if minutes is None:
        raise Wrong("silent_after_minutes", "is missing")
    if kw is None and amps is None:
        raise Wrong("fallback_kw", "or fallback_amps is missing: what holds once the feed is silent")
    return SiteFeed(file, timedelta(seconds=float(minutes * 60)), kw, amps, group)


def signed(value: object, key: str) -> Decimal:
    """Read a price: any number of a size that a price can have."""
    return number(value, key, least=-_MOST_EUR, most=_MOST_EUR)


def _phases(table: Table, key: str) -> tuple[Phase, ...] | None:
    names = table.texts(key)
    if names is None:
        return None
    unknown = [name for name in names if name not in list(Phase)]
    if unknown or not names:
        raise Wrong(key, f"names {unknown[0][:20]!r}" if unknown else "is empty; phases are L1, L2, L3")
    if len(set(names)) < len(names):
        raise Wrong(key, "names a phase twice")
    return tuple(Phase(name) for name in names)


def _amps(table: Table, phases: tuple[Phase, ...]) -> Mapping[Phase, Decimal]:
    value = table.raw("amps")
    if value is None:
        return {}
    if not isinstance(value, dict):
        limit = number(value, "amps")
        return dict.fromkeys(phases, limit)
    unknown = [name for name in value if name not in phases]
    if unknown:
        raise Wrong("amps", f"names {unknown[0][:20]!r}, which is none of its phases {', '.join(phases)}")
    missing = [phase for phase in phases if phase not in value]
    if missing:
        raise Wrong("amps", f"has nothing for {missing[0]}")
    return {phase: number(value[phase], f"amps.{phase}") for phase in phases}


def _timed(table: Table, phases: tuple[Phase, ...], zone: ZoneInfo) -> TimedLimit:
    begin, until = table.raw("from"), table.raw("until")
    if begin is None or until is None:
        raise Wrong("limit", "needs from and until")
    amps, kw = _amps(table, phases), table.number("kw")
    when: Daily | Once
    if isinstance(begin, datetime) and isinstance(until, datetime):
        when = Once(moment(begin, "limit.from", zone), moment(until, "limit.until", zone))
        if when.begin >= when.until:
            raise Wrong("limit.until", f"{until} is not after {begin}")
    else:
        days = weekdays(table.texts("days"), "limit.days")
        when = Daily(clock_time(begin, "limit.from"), clock_time(until, "limit.until"), days)
    table.refuse_others()
    if not amps and kw is None:
        raise Wrong("limit", "has neither amps nor kw")
    return TimedLimit(when, amps, kw)
