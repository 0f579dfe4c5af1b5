"""The page on a planner that plans: what was typed in is planned, sent, and shown."""

import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.unit.smart_charging_service.conftest import MakeWorld

from ocn.smart_charging.page import page_app

pytest.importorskip("jinja2")


async def test_page_of_a_planner_shows_a_car_and_a_limit_that_was_typed_in_holds(
    make_world: MakeWorld, ask: Any
) -> None:
    world = await make_world()
    app = page_app(world.smart, events=world.smart)
    assert "not read from its CPO yet" in (await ask(app, "/sites/yard")).text
    await world.smart.step()
    await world.pushes(world.session("S1", "E1"))
    await world.smart.step()

    shown = (await ask(app, "/sites/yard")).text
    token = re.search(r'name="token" value="([^"]+)"', shown)
    assert token is not None
    assert shown.count('<g class="band c') == 1
    assert "charges at 11.0 kW now" in shown
    assert "DRIVERS-CARD" not in shown

    form = urlencode({"token": token.group(1), "kw": "6", "minutes": "120"}).encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = await ask(app, "/sites/yard", method="POST", body=form, headers=headers)
    await world.smart.step()

    assert answer.status == 303
    assert 5.5 < world.points.amps("S1")[0] * 0.69 <= 6
    read = json.loads((await ask(app, "/sites/yard.json")).text)
    now = (48, 49)
    assert [round(read["limit_kw"][slot], 2) for slot in now] == [6.0, 6.0]
    assert "grid" in [event["kind"] for event in read["events"]]
