"""A site as it is shown: its limits, what all cars draw, what is scarce, what happened."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ocn.smart_charging.planning.plan import Plan
from ocn.smart_charging.planning.sentences import scarcities, times
from ocn.smart_charging.service.heard.copies import CopiesSeen
from ocn.smart_charging.service.meaning.draft import Draft, slot_number
from ocn.smart_charging.service.meaning.prices_told import prices_in_use
from ocn.smart_charging.service.meaning.tops import top_kw
from ocn.smart_charging.service.rounds.desk import Desk
from ocn.smart_charging.service.shown.cars import ShownCars
from ocn.smart_charging.service.view import ScarceView, Series, SiteView, ToldLimit
from ocn.smart_charging.site.wiring import Wiring
from ocn.smart_charging.slots import Slots, slot_of

_EACH_WAY = timedelta(hours=12)


def shown(desk: Desk, now: datetime, told: CopiesSeen) -> SiteView:
    """Show a site as it is now; ``told`` is how copies of its CPO come."""
    site, draft, plan, prices = desk.served.site, desk.draft, desk.plan, desk.served.prices
    slots = _slots_shown(now, site.slot_minutes)
    cars = ShownCars(desk, now, slots).all()
    measured = tuple(
        _sum([car.measured_kw[i] for car in cars]) if start < now else None
        for i, start in enumerate(slots.starts())
    )
    real = desk.clock.in_real_time(slots)
    known = prices.eur_per_kwh(real) if prices is not None else (None,) * slots.count
    return SiteView(
        site=site.name,
        zone=site.zone.key,
        now=now,
        slot_minutes=site.slot_minutes,
        begin=slots.start,
        limit_kw=_limits(desk, slots),
        measured_kw=measured,
        price_eur_per_kwh=tuple(None if price is None else float(price) for price in known),
        cars=cars,
        told_limits=tuple(
            ToldLimit(each.source, each.line(site)) for each in desk.feed.told(desk.clock.real())
        ),
        scarce=() if plan is None or draft is None else _scarce(plan, draft, site.zone),
        events=desk.log.newest(),
        method=None if plan is None else str(plan.method),
        because=None if plan is None else plan.because,
        priced_by=() if draft is None else prices_in_use(draft.priced.values()),
        price_trouble=tuple(each.trouble for each in desk.served.price_files if each.trouble is not None),
        last_read=desk.last_read,
        unread_since=desk.unread_since,
        last_told=told.last,
        is_only_read=told.stopped,
        last_plan=None if draft is None else draft.now,
    )


def _slots_shown(now: datetime, minutes: int) -> Slots:
    length = timedelta(minutes=minutes)
    each_way = _EACH_WAY // length
    return Slots(slot_of(now, minutes) - each_way * length, minutes, 2 * each_way)


def _limits(desk: Desk, slots: Slots) -> Series:
    """What held in slots that were planned, and what is known to hold in all others."""
    limited, held = desk.feed.limited(desk.clock.real()), desk.record.limit_kw
    limits = Wiring.of(limited).limits(desk.clock.in_real_time(slots))
    first = slot_number(slots.start, slots.minutes)
    return tuple(
        held[first + i] if first + i in held else top_kw(limited, limits, i) for i in range(slots.count)
    )


def _scarce(plan: Plan, draft: Draft, zone: ZoneInfo) -> tuple[ScarceView, ...]:
    clock = times(draft.slots.start, draft.slots.hours, zone)
    length, limits = timedelta(minutes=draft.slots.minutes), plan.problem.limits
    return tuple(
        ScarceView(
            limit="the peak" if each.limit is None else str(limits[each.limit]),
            fuse=None if each.limit is None else limits[each.limit].fuse,
            phase=None if each.limit is None else limits[each.limit].phase,
            begin=draft.slots.start + each.begins * length,
            until=draft.slots.start + each.ends * length,
            eur_per_kwh=each.eur_per_kwh,
            line=each.line(plan, clock),
            beyond_price=each.beyond_price,
        )
        for each in scarcities(plan.wishes.shadow_prices)
    )


def _sum(values: list[float | None]) -> float | None:
    """The sum of what is known; None where nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None
