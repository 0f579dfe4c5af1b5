"""The law: if charge points obey what they accepted, no fuse is over whatever becomes of which message.

A network holds every message until it cannot take effect any more: anything in it may arrive at any moment,
in any order, twice, or never. Results may come late, twice, or not at all, and the planner may be killed.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.unit.smart_charging_dispatch.sites import NOON, SLOT, FakeClock
from tests.unit.smart_charging_dispatch.world import ChargePoint

from ocn.smart_charging.dispatch.following import Following
from ocn.smart_charging.dispatch.ledger import Ledger, Message
from ocn.smart_charging.dispatch.settings import USUAL_DISPATCH
from ocn.smart_charging.dispatch.states import Refusal
from ocn.smart_charging.dispatch.wanted import Wanted
from ocn.smart_charging.planning.problem import Limit, Load, Outlet
from ocn.smart_charging.profiles.course import Course
from ocn.smart_charging.slots import Slots

_CYCLE = 6
_KNOWN = 2 * _CYCLE
_STEPS = st.sampled_from([0, 5, 3, 2])
_AMOUNTS = st.one_of(
    st.integers(5, 12).map(lambda amount: [amount] * _CYCLE),
    st.lists(st.integers(0, 16), min_size=_CYCLE, max_size=_CYCLE),
)
_ROWS = st.lists(st.lists(_STEPS, min_size=1, max_size=4), min_size=4, max_size=4)
_WAYS = (*["goes well"] * 3, "nothing yet", "is missed", "arrives and is missed")
_EVSES = (
    Outlet(0.1, 2, 5, (Load(0, 1),)),
    Outlet(0.1, 2, 5, (Load(0, 1), Load(1, 1))),
    Outlet(0.2, 2, 5, (Load(0, 2), Load(1, 2))),
    Outlet(0.1, 3, 5, (Load(0, 1),)),
)
"""The second limit is of a fuse below the first's."""


@dataclass
class UnderWay:
    """A message in the network. All its copies are accepted, or all refused."""

    message: Message
    accepted: bool
    until: datetime
    answered: bool = False


class Lawful(RuleBasedStateMachine):
    """Cars come and go, plans of any kind are followed, and anything becomes of the messages."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.points: dict[str, ChargePoint] = {}
        self.network: list[UnderWay] = []
        self.stored: dict[str, Any] = {}
        self.ledger = Ledger()
        self.cycles: list[list[int]] = []
        self.cars = 0

    @initialize(cycles=st.lists(_AMOUNTS, min_size=2, max_size=2), rows=_ROWS)
    def begin(self, cycles: list[list[int]], rows: list[list[int]]) -> None:
        """Begin in peace: three cars, all confirmed."""
        self.cycles = cycles
        for evse in range(3):
            self.plug_in(evse)
        self.follow(rows, ["goes well"] * 8, set(), False)

    @property
    def slots(self) -> Slots:
        return Slots(NOON + (self.clock.now - NOON) // SLOT * SLOT, 15, _KNOWN)

    def limits(self) -> tuple[Limit, ...]:
        passed = (self.clock.now - NOON) // SLOT
        return tuple(
            Limit(f"fuse {i}", None, 0.1, tuple(cycle[(passed + slot) % _CYCLE] for slot in range(_KNOWN)))
            for i, cycle in enumerate(self.cycles)
        )

    @precondition(lambda self: len(self.points) < len(_EVSES))
    @rule(evse=st.integers(0, len(_EVSES) - 1))
    def plug_in(self, evse: int) -> None:
        name = f"{evse} {self.cars}"
        if not any(each.startswith(f"{evse} ") for each in self.points):
            self.cars += 1
            self.points[name] = ChargePoint(_EVSES[evse])

    @precondition(lambda self: len(self.points) == len(_EVSES))
    @rule(data=st.data())
    def unplug(self, data: st.DataObject) -> None:
        session = data.draw(st.sampled_from(sorted(self.points)))
        del self.points[session]
        self.network = [each for each in self.network if each.message.session != session]

    @rule(
        rows=_ROWS,
        ways=st.lists(st.sampled_from(_WAYS), min_size=8, max_size=8),
        refused=st.sets(st.integers(0, 9), max_size=1),
        last_resort=st.booleans(),
    )
    def follow(self, rows: list[list[int]], ways: list[str], refused: set[int], last_resort: bool) -> None:
        """Want anything, also what no fuse bears; what is chosen is stored, then sent."""
        now, start = self.clock.now, self.slots.start
        wanted = {
            session: Wanted(each.outlet, Course(start, 15, tuple(s * (s >= each.outlet.least) for s in row)))
            for (session, each), row in zip(self.points.items(), rows, strict=False)
        }
        following = Following(self.ledger, wanted, self.limits(), self.slots, now)
        for resort in (False, False, last_resort):
            messages = following.choose(now, lambda _, standing, __: standing.is_due(now), last_resort=resort)
            self.store()
            for i, message in enumerate(messages):
                each = UnderWay(message, i not in refused, message.sent.until)
                self.network.append(each)
                self.become(each, ways[each.message.sent.number % len(ways)])
            following.look_again(self.points)
        following.end()

    def become(self, each: UnderWay, way: str) -> None:
        if way == "arrives and is missed":
            self.arrive(each)
        if way.endswith("is missed"):
            self.miss(each)
        if way == "goes well":
            self.tell(each)

    def store(self) -> None:
        for session, record in self.ledger.take_changed().items():
            if record is None:
                self.stored.pop(session, None)
            else:
                self.stored[session] = json.loads(json.dumps(record))

    @precondition(lambda self: self.network)
    @rule(data=st.data(), way=st.sampled_from(_WAYS))
    def something_becomes_of_a_message(self, data: st.DataObject, way: str) -> None:
        self.become(data.draw(st.sampled_from(self.network)), way)

    @precondition(lambda self: self.network)
    @rule()
    def all_results_come_newest_first(self) -> None:
        for each in sorted(self.network, key=lambda each: -each.message.sent.number):
            self.tell(each)

    def arrive(self, each: UnderWay) -> None:
        """For the first time or again; it stays in the network."""
        if each.accepted:
            self.points[each.message.session].course = each.message.sent.course

    def tell(self, each: UnderWay) -> None:
        """The result comes, also again; a message that was accepted has arrived before."""
        now = self.clock.now
        if each.accepted:
            if not each.answered:
                self.arrive(each)
            self.ledger.confirmed(each.message)
            each.until = min(each.until, each.message.sent.at + USUAL_DISPATCH.echo)
        else:
            self.ledger.refused(each.message, Refusal.REJECTED, now + timedelta(seconds=30), now)
        each.answered = True
        self.time_passes(timedelta(0))

    def miss(self, each: UnderWay) -> None:
        if not each.answered:
            self.ledger.missed(each.message, Refusal.UNANSWERED, self.clock.now)

    @rule(
        by=st.sampled_from(
            [timedelta(seconds=20), timedelta(minutes=2), timedelta(minutes=7), SLOT, 3 * SLOT]
        )
    )
    def time_passes(self, by: timedelta) -> None:
        self.clock.move(by)
        self.network = [each for each in self.network if each.until > self.clock.now]

    @rule(stores_first=st.booleans())
    def planner_is_killed(self, stores_first: bool) -> None:
        if stores_first:
            self.store()
        self.ledger = Ledger(self.stored)
        self.ledger.adopt({session: Wanted(point.outlet, None) for session, point in self.points.items()})

    @rule()
    def a_charge_point_tells_what_is_in_force(self) -> None:
        for session, point in self.points.items():
            standing = self.ledger.standings.get(session)
            if standing is not None and standing.in_force is not None and point.course is not None:
                self.ledger.seen(session, point.course, self.clock.now)

    @invariant()
    def no_fuse_is_over_whatever_arrives(self) -> None:
        standings = self.ledger.standings
        confirmed = {s for s in self.points if s in standings and standings[s].in_force is not None}
        for number, limit in enumerate(self.limits() if self.cycles else ()):
            loads = {
                session: load.units
                for session, point in self.points.items()
                for load in point.outlet.loads
                if load.limit == number
            }
            if not loads.keys() <= confirmed:
                continue
            for slot, start in enumerate(self.slots.starts()):
                total = sum(units * self.most_of(session, start) for session, units in loads.items())
                assert total <= limit.amounts[slot], (limit.fuse, start)

    def most_of(self, session: str, moment: datetime) -> int:
        """What it draws by what is in force, or by anything that may still arrive."""
        underway = [
            each.message.sent.course.at(moment)
            for each in self.network
            if each.message.session == session and each.accepted
        ]
        return max([self.points[session].may_draw(moment), *underway])


TestLaw = Lawful.TestCase
TestLaw.settings = settings(
    deadline=None,
    max_examples=100,
    stateful_step_count=30,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
