"""A site where two cars charge with all that it lets through."""

from typing import Any

from tests.unit.smart_charging_service.conftest import MakeWorld, World, site


async def with_two_cars(make_world: MakeWorld, amps: int, **more: Any) -> World:
    """S1 at E1 and S2 at E2, both in hand; E3 is free."""
    world = await make_world(site(evses=3, amps=amps), **more)
    await world.smart.step()
    for name, evse in (("S1", "E1"), ("S2", "E2")):
        await world.pushes(world.session(name, evse))
    await world.smart.step()
    assert total_amps(world) == amps
    return world


def total_amps(world: World) -> float:
    """What both may draw now by what they were told last."""
    return world.points.amps("S1")[0] + world.points.amps("S2")[0]
