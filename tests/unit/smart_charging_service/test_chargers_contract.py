"""The port ``Chargers``: the fake of its tests and what goes over the network keep a contract."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Protocol, cast

import pytest
from tests.unit.smart_charging_dispatch.sites import CAR, FakeClock
from tests.unit.smart_charging_dispatch.world import ANSWER_LOST, LOST, OVERDUE, Fate, refused
from tests.unit.smart_charging_dispatch.world import World as FakeChargers
from tests.unit.smart_charging_service.conftest import MakeWorld, World

from ocn.ocpi.objects import ChargingProfile
from ocn.smart_charging.dispatch.ports import Answered, Chargers, Unanswered
from ocn.smart_charging.profiles.course import Course
from ocn.smart_charging.profiles.ocpi import AMPS, profile_of

SHORT_S = 0.01


class Side(Protocol):
    """The port, and what the CPO behind it is made to do."""

    @property
    def chargers(self) -> Chargers: ...

    @property
    def session(self) -> str: ...

    def answers(self, word: str) -> None: ...

    def answers_nonsense(self) -> None: ...

    def says_in_the_end(self, result: str) -> None: ...

    def says_nothing_yet(self) -> None: ...

    def says_nonsense_in_the_end(self) -> None: ...

    def says_at_last(self) -> None: ...

    async def is_away(self) -> None: ...

    def does(self, course: Course | None) -> None: ...


class Faked:
    """The fake of the dispatcher's tests."""

    session = "S1"

    def __init__(self) -> None:
        self.chargers = self.world = FakeChargers(FakeClock(), CAR)
        self.world.plug_in("S1")

    def answers(self, word: str) -> None:
        self.world.usual = refused(word)

    def answers_nonsense(self) -> None:
        self.world.usual = ANSWER_LOST

    def says_in_the_end(self, result: str) -> None:
        self.world.usual = Fate(result=result)

    def says_nothing_yet(self) -> None:
        self.world.usual = OVERDUE

    says_nonsense_in_the_end = says_nothing_yet

    def says_at_last(self) -> None:
        self.world.puts[-1].tell()

    async def is_away(self) -> None:
        self.world.usual = LOST

    def does(self, course: Course | None) -> None:
        self.world.points["S1"].course = course


class OverTheNetwork:
    """The real port, over a party and its CPO in one process."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.chargers = world.smart._parts.chargers
        (self.session,) = world.smart._parts.memory.stays

    def answers(self, word: str) -> None:
        self.world.points.answer = word

    def answers_nonsense(self) -> None:
        self.world.points.answer = cast("Any", ["ACCEPTED"])

    def says_in_the_end(self, result: str) -> None:
        self.world.points.result = result

    def says_nothing_yet(self) -> None:
        self.world.points.done.clear()

    def says_nonsense_in_the_end(self) -> None:
        self.world.points.result = cast("Any", ["ACCEPTED"])

    def says_at_last(self) -> None:
        self.world.points.done.set()

    async def is_away(self) -> None:
        await self.world.cpo.close()

    def does(self, course: Course | None) -> None:
        profile = None if course is None else profile_of(course, AMPS)
        active = {"start_date_time": "2026-03-02T08:00:00Z", "charging_profile": profile}
        self.world.points.active = None if profile is None else active


@pytest.fixture(params=["faked", "over the network"])
async def side(request: pytest.FixtureRequest, make_world: MakeWorld) -> AsyncIterator[Side]:
    if request.param == "faked":
        yield Faked()
        return
    world = await make_world()
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    yield OverTheNetwork(world)


def profile() -> ChargingProfile:
    return profile_of(Course(FakeClock().now, 15, (100, 60)), AMPS)


def sets(side: Side) -> Awaitable[Answered]:
    return side.chargers.set(side.session, profile())


def clears(side: Side) -> Awaitable[Answered]:
    return side.chargers.clear(side.session)


both = pytest.mark.parametrize("asks", [sets, clears])
Asks = Callable[[Side], Awaitable[Answered]]


@both
async def test_message_that_is_accepted_has_a_ticket_and_a_result(side: Side, asks: Asks) -> None:
    answered = await asks(side)

    assert answered.answer == "ACCEPTED"
    assert answered.ticket
    assert await answered.result(1) == "ACCEPTED"


async def test_tickets_tell_messages_apart(side: Side) -> None:
    tickets = {(await asks(side)).ticket for asks in (sets, clears, sets)}

    assert len(tickets) == 3


@both
@pytest.mark.parametrize("word", ["REJECTED", "NOT_SUPPORTED", "TOO_OFTEN", "UNKNOWN_SESSION"])
async def test_message_that_is_refused_says_how(side: Side, asks: Asks, word: str) -> None:
    side.answers(word)

    assert (await asks(side)).answer == word


@both
@pytest.mark.parametrize("result", ["REJECTED", "UNKNOWN"])
async def test_result_that_is_bad_is_told(side: Side, asks: Asks, result: str) -> None:
    side.says_in_the_end(result)

    assert await (await asks(side)).result(1) == result


@both
async def test_result_that_is_overdue_is_none_and_comes_later(side: Side, asks: Asks) -> None:
    side.says_nothing_yet()
    answered = await asks(side)

    assert await answered.result(SHORT_S) is None
    side.says_at_last()
    assert await answered.result(1) == "ACCEPTED"


@both
async def test_result_that_says_nothing_is_none(side: Side, asks: Asks) -> None:
    side.says_nonsense_in_the_end()

    assert await (await asks(side)).result(SHORT_S) is None


@both
async def test_message_without_an_answer_is_unanswered(side: Side, asks: Asks) -> None:
    await side.is_away()

    with pytest.raises(Unanswered):
        await asks(side)


@both
async def test_answer_that_tells_nothing_is_none(side: Side, asks: Asks) -> None:
    side.answers_nonsense()

    with pytest.raises(Unanswered):
        await asks(side)


async def test_what_is_in_force_is_told_as_the_cpo_says_it(side: Side) -> None:
    side.does(Course(FakeClock().now, 15, (100, 60)))

    active = await side.chargers.active(side.session, 900)

    assert active is not None
    limits = [float(each["limit"]) for each in active["charging_profile"]["charging_profile_period"]]
    assert limits == [10, 6]


async def test_what_is_in_force_is_none_where_the_cpo_does_not_say(side: Side) -> None:
    side.does(None)

    assert await side.chargers.active(side.session, 900) is None
