"""Make a site, its visits and its prices from a seed: the same seed, the same days."""

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from ocn.smart_charging.planning.problem import Phase
from ocn.smart_charging.simulation.kinds import HABITS, CarModel, Habits, Kind, Visits
from ocn.smart_charging.simulation.prices import generated_prices
from ocn.smart_charging.site.model import Current, Daily, Evse, Fuse, Site, SitePrices, TimedLimit
from ocn.smart_charging.slots import Slots

_KW_PER_EVSE = 11.0
_VOLTS = Decimal(230)
_ROW = 20
_UNBALANCE = 1.12
"""A phase of the main fuse carries so much more than a third of the site's power."""
_ROW_SHARE = 1.6
"""And a row so much more than its share of it."""
_ROTATIONS = (
    (Phase.L1, Phase.L2, Phase.L3),
    (Phase.L2, Phase.L3, Phase.L1),
    (Phase.L3, Phase.L1, Phase.L2),
)
_LEAST_STAY_H, _LEAST_KWH, _MOST_KWH = 0.5, 2.0, 75.0
_MOST_OF_STAY = 0.92
"""Nobody asks for more than this part of what full power could deliver."""
_EVENING_LIMIT = 0.3
"""The share of sites whose grid operator lowers the limit in the evening."""


@dataclass(frozen=True, slots=True)
class Stay:
    """One visit as it will happen; moments in slots from the start. ``declared`` is what the driver says."""

    id: str
    evse: str
    arrival: int
    departure: int
    declared: float
    need_kwh: float
    phases: int
    amps: int


@dataclass(frozen=True, slots=True)
class Days:
    """A site, and what happens there: the visits to be planned, and those of the days before."""

    site: Site
    slots: Slots
    stays: tuple[Stay, ...]
    prices: tuple[float, ...]
    """EUR per kWh, for the slots and a day and a half beyond."""
    earlier: tuple[Stay, ...] = ()
    """Visits of earlier days, in slots before the start (negative)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to make."""

    kind: Kind
    evses: int
    seed: int
    days: int = 1
    congested: bool = False
    history_days: int = 0
    departure_sigma_h: float = 0.5
    start: date = date(2026, 3, 2)
    zone: str = "Europe/Amsterdam"


def generate(wanted: Wanted, site: Site | None = None) -> Days:
    """Make the days; at a site that is given instead of one that is made up."""
    random = Random(f"{wanted.kind} {wanted.evses} {wanted.seed} {wanted.congested}")
    habits = HABITS[wanted.kind]
    made = _site(random, wanted, habits)
    site = made if site is None else site
    begin = datetime.combine(wanted.start, time(habits.first_hour), site.zone).astimezone(UTC)
    visits = _visits(Random(f"visits {wanted.seed} {wanted.kind}"), wanted, habits, site, begin)
    stays = tuple(stay for stay in visits if stay.arrival >= 0)
    last = max((stay.departure for stay in stays), default=1)
    slots = Slots(begin, site.slot_minutes, last + 1)
    ahead = math.ceil(36 * 60 / site.slot_minutes)
    prices = generated_prices(random, slots.of_length(slots.count + ahead), site.zone)
    return Days(site, slots, stays, prices, tuple(stay for stay in visits if stay.arrival < 0))


def _site(random: Random, wanted: Wanted, habits: Habits) -> Site:
    supply = habits.congested_supply if wanted.congested else habits.supply
    kw = round(wanted.evses * _KW_PER_EVSE * supply * random.uniform(0.95, 1.05), 1)
    amps = kw * 1000 / 3 / float(_VOLTS) * _UNBALANCE
    rows = math.ceil(wanted.evses / _ROW)
    timed: tuple[TimedLimit, ...] = ()
    if random.random() < _EVENING_LIMIT:
        when = Daily(time(17), time(20), frozenset(range(7)))
        timed = (TimedLimit(when, kw=Decimal(str(round(kw * 0.85, 1)))),)
    main = Fuse("main", None, tuple(Phase), _amps(amps), Decimal(str(kw)), timed)
    row_amps = _amps(max(32.0, amps / rows * _ROW_SHARE))
    fuses = [main, *(Fuse(f"row {i + 1}", "main", tuple(Phase), row_amps) for i in range(rows))]
    evses = [
        Evse(
            f"EVSE{i + 1:04}",
            f"row {i // _ROW + 1}",
            Current.AC,
            tuple(Phase),
            _ROTATIONS[i % 3],
            max_amps=Decimal(32),
        )
        for i in range(wanted.evses)
    ]
    name = f"{wanted.kind} of {wanted.evses}, seed {wanted.seed}"
    return Site(name, ZoneInfo(wanted.zone), _VOLTS, 15, tuple(fuses), tuple(evses), SitePrices())


def _amps(amps: float) -> dict[Phase, Decimal]:
    return dict.fromkeys(Phase, Decimal(round(amps)))


def _visits(random: Random, wanted: Wanted, habits: Habits, site: Site, begin: datetime) -> list[Stay]:
    """Let visits come to free EVSEs, day by day; whoever finds none drives on."""
    stays: list[Stay] = []
    free_from = dict.fromkeys((evse.id for evse in site.evses), -math.inf)
    for day in range(-wanted.history_days, wanted.days):
        count = round(habits.visits_per_evse * len(site.evses) * random.uniform(0.93, 1.05))
        coming = sorted(_when(random, habits, site, wanted.start + timedelta(days=day)) for _ in range(count))
        for arrival, departure, visits in coming:
            first = max(
                round((arrival - begin) / timedelta(minutes=site.slot_minutes)),
                _first_slot(wanted, day, site),
            )
            last = max(first + 1, round((departure - begin) / timedelta(minutes=site.slot_minutes)))
            free = [evse for evse, since in free_from.items() if since <= first]
            if free:
                evse = random.choice(free)
                free_from[evse] = last
                name = f"S{len(stays) + 1:05}"
                stays.append(_stay(random, wanted, habits, site, name, evse, first, last, visits))
    return stays


def _first_slot(wanted: Wanted, day: int, site: Site) -> int:
    """The first day begins with nobody there: whoever comes earlier belongs to the day before."""
    return 0 if day == 0 else -wanted.history_days * 24 * 60 // site.slot_minutes


def _when(random: Random, habits: Habits, site: Site, day: date) -> tuple[datetime, datetime, Visits]:
    visits = random.choices(habits.visits, [each.share for each in habits.visits])[0]
    midnight = datetime.combine(day, time(), site.zone).astimezone(UTC)
    hour = random.gauss(*visits.arrival_h)
    arrival = midnight + timedelta(hours=max(0.0, hour))
    stay_h = random.gauss(*visits.stay_h) + (24.0 - hour if visits.until_clock else 0.0)
    return arrival, arrival + timedelta(hours=max(_LEAST_STAY_H, stay_h)), visits


def _stay(
    random: Random,
    wanted: Wanted,
    habits: Habits,
    site: Site,
    name: str,
    evse: str,
    first: int,
    last: int,
    visits: Visits,
) -> Stay:
    model = random.choices(habits.models, [each.share for each in habits.models])[0]
    median, spread = visits.need_kwh
    need = min(_MOST_KWH, max(_LEAST_KWH, random.lognormvariate(math.log(median), spread)))
    slot_h = site.slot_minutes / 60
    fits = _MOST_OF_STAY * _most_kw(model, site) * (last - first) * slot_h
    said = last + random.gauss(0.0, wanted.departure_sigma_h / slot_h)
    declared = max(first + 1.0, float(round(said)))
    return Stay(name, evse, first, last, declared, round(min(need, fits), 3), model.phases, model.amps)


def _most_kw(model: CarModel, site: Site) -> float:
    return model.phases * model.amps * float(site.voltage) / 1000
