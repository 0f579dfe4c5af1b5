"""A network that was away: the CPO is read again and again until copies come, and the page says so."""

from datetime import timedelta

from tests.unit.smart_charging_service.conftest import START, MakeWorld, World

from ocn.smart_charging.page.site_page import site_page
from ocn.smart_charging.service.view import CarState

UNREAD = "The CPO cannot be read since Mon 09:01: cars that came or left may not be known."


def warnings(world: World) -> tuple[str, ...]:
    return site_page(world.smart.view("yard")).warnings


async def passes(world: World, minutes: float) -> None:
    world.clock.forward(minutes)
    await world.smart.step()


async def with_network_away(make_world: MakeWorld) -> World:
    """It went away when the CPO had just been read, and is noticed by the next reading."""
    world = await make_world()
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    await world.cpo.close()
    world.smart._parts.triggers.read(world.smart._parts.places.sites[0].cpo)
    await passes(world, 1)
    return world


async def test_sessions_that_begin_before_copies_come_again_are_read_within_half_a_minute(
    make_world: MakeWorld,
) -> None:
    world = await with_network_away(make_world)
    await world.keeps(world.session("S2", "E2"))
    await world.cpo.open()
    await passes(world, 0.5)
    assert world.cars()["E2"].state is CarState.CONTROLLED
    await world.keeps(world.session("S3", "E3"))  # its copy is lost: nodes send each other none yet
    await passes(world, 0.5)
    assert world.cars()["E3"].state is CarState.CONTROLLED


async def test_readings_are_seldom_again_five_minutes_after_one_failed_last(make_world: MakeWorld) -> None:
    world = await with_network_away(make_world)
    await world.cpo.open()
    read = []
    for _ in range(20):
        await passes(world, 0.5)
        read.append(world.smart.view("yard").last_read)
    assert len(set(read[:10])) == 10
    assert len(set(read[10:])) == 2


async def test_page_of_a_cpo_that_cannot_be_read_says_since_when_until_it_can(make_world: MakeWorld) -> None:
    world = await with_network_away(make_world)
    await passes(world, 3)
    assert warnings(world) == (UNREAD,)
    await world.cpo.open()
    await passes(world, 0.5)
    assert warnings(world) == ()
    assert "DE CPO can be read again" in world.events()
    view = world.smart.view("yard")
    assert (view.last_read, view.last_told) == (world.clock(), START)
    page = site_page(view)
    assert (page.last_read, page.last_told) == ("09:04", "09:00")


async def test_page_of_sessions_that_are_only_read_says_so_until_one_is_told_of(
    make_world: MakeWorld,
) -> None:
    world = await make_world()
    await world.smart.step()
    world.clock.forward(1)
    for name, evse in (("S1", "E1"), ("S2", "E2"), ("S3", "E3")):
        await world.keeps(world.session(name, evse))
    await passes(world, 6)
    assert warnings(world) == (
        "No session was told of since the start, though some changed: they are only read.",
    )
    world.clock.forward(1)
    await world.patches("S1", kwh=1)
    assert warnings(world) == ()
    assert world.smart.view("yard").last_told == START + timedelta(minutes=8)
