"""``ocn smart serve`` as a process: killed and started again, and its node with it, or all nodes."""

import asyncio
import signal
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.integration.smart_charging.conftest import agrees, offers, until
from tests.integration.smart_charging.planner_process import (
    Serve,
    controlled,
    kill,
    serve,
    shown,
    states,
)
from tests.unit.smart_charging_service.in_force import in_force

from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role
from ocn.party import load_or_create_key

if TYPE_CHECKING:
    from tests.integration.smart_charging.conftest import Join, Joined, Operated
else:
    Join = Joined = Operated = object

__all__ = ["serve"]  # a fixture

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.long,
    pytest.mark.timeout(300),
]
NIGHT_AMPS, DAY_AMPS = 20, 40


async def is_stored_as_accepted(directory: Path, session: str) -> bool:
    """Whether a message to a session is, with what its result will be told under."""
    (file,) = directory.glob("*.sqlite")
    with closing(sqlite3.connect(file)) as database:
        asked = "SELECT json FROM object WHERE kind = 'ocn-smart-standings' AND id = ?"
        rows = database.execute(asked, (session.casefold(),)).fetchall()
    return any(b'"ticket":"' in row[0] and b'"ticket":""' not in row[0] for row in rows)


async def hired(operated: Operated, planner_id: PartyId, tmp_path: Path, *parties: Joined) -> str:
    """A planner of the second node is listed, and parties agree to it; return its TOKEN_A."""
    (tmp_path / "planner").mkdir()
    key, home = load_or_create_key(tmp_path / "planner/key"), operated.network.nodes[1]
    await operated.network.list_party(planner_id, (Role.SCSP,), key, home)
    await offers(operated, key)
    await agrees(operated, key, *parties)
    return await operated.network.invite(planner_id, home)


async def test_planner_killed_and_its_node_killed_plans_on(
    operated: Operated, join: Join, serve: Serve, tmp_path: Path, unused_tcp_port: int
) -> None:
    home, planner_id = operated.network.nodes[1], PartyId.parse("DE KPL")
    cpo, emsp = await join(0, "DE KCP", Role.CPO), await join(0, "NL KMS", Role.EMSP)
    planner = serve(planner_id, cpo.id, home.url, await hired(operated, planner_id, tmp_path, cpo, emsp))
    await cpo.pushes(cpo.session("S1", "E1", emsp.id), to=emsp.id)
    await controlled(unused_tcp_port, "E1")

    kill(planner)
    assert cpo.points.amps("S1")[-1] > 0  # what was sent last ends in a share that nobody need refresh
    await cpo.keeps(cpo.session("S2", "E2", emsp.id))
    planner = serve(planner_id, cpo.id, home.url, None)
    await controlled(unused_tcp_port, "E1", "E2")

    await operated.end("node-2", signal.SIGKILL)
    await cpo.pushes(cpo.session("S3", "E3", emsp.id), to=emsp.id)
    assert "E3" not in await states(unused_tcp_port)
    await operated.start("node-2")
    await controlled(unused_tcp_port, "E1", "E2", "E3")
    limits = [cpo.points.amps(name)[0] for name in ("S1", "S2", "S3")]
    assert sum(limits) <= 40

    for name, evse in (("S1", "E1"), ("S2", "E2"), ("S3", "E3")):
        await cpo.pushes(cpo.session(name, evse, emsp.id, status="COMPLETED"), to=emsp.id)
    cpo.points.done.clear()
    await cpo.pushes(cpo.session("S4", "E4", emsp.id), to=emsp.id)
    await until(lambda: is_stored_as_accepted(tmp_path / "planner", "DEKCP/s4"))
    kill(planner)
    serve(planner_id, cpo.id, home.url, None)
    cpo.points.done.set()  # the result of what was asked for by the planner that was killed
    await controlled(unused_tcp_port, "E4")
    assert [name for name, _ in cpo.points.set].count("S4") == 1


async def test_both_nodes_killed_leave_a_site_that_is_legal_for_ever_and_planning_goes_on_when_they_are_back(
    operated: Operated, join: Join, serve: Serve, tmp_path: Path, unused_tcp_port: int
) -> None:
    home, planner_id = operated.network.nodes[1], PartyId.parse("DE BPL")
    cpo, emsp = await join(0, "DE BCP", Role.CPO), await join(0, "NL BMS", Role.EMSP)
    planner = serve(planner_id, cpo.id, home.url, await hired(operated, planner_id, tmp_path, cpo, emsp))
    for name, evse in (("S1", "E1"), ("S2", "E2"), ("S3", "E3")):
        await cpo.pushes(cpo.session(name, evse, emsp.id), to=emsp.id)
    await controlled(unused_tcp_port, "E1", "E2", "E3")

    for name in ("node-1", "node-2"):
        await operated.end(name, signal.SIGKILL)
    await until(lambda: is_unread(unused_tcp_port))
    assert planner.poll() is None
    assert_legal_for_ever(cpo, "S1", "S2", "S3")
    before = len(cpo.points.set)
    await cpo.keeps(cpo.session("S1", "E1", emsp.id, status="COMPLETED"))
    await cpo.keeps(cpo.session("S4", "E4", emsp.id))

    await asyncio.gather(operated.start("node-1"), operated.start("node-2"))
    await controlled(unused_tcp_port, "E2", "E3", "E4")
    assert (await shown(unused_tcp_port))["unread_since"] is None
    assert "S4" in [name for name, _ in cpo.points.set[before:]]
    assert_legal_for_ever(cpo, "S2", "S3", "S4")


async def is_unread(port: int) -> bool:
    """Whether the planner's page says that the CPO cannot be read."""
    return (await shown(port))["unread_since"] is not None


def assert_legal_for_ever(cpo: Joined, *sessions: str) -> None:
    """By what its charge points hold, and if nobody tells them anything any more."""
    profiles = [dict(cpo.points.set)[name] for name in sessions]
    assert all("duration" not in profile for profile in profiles)  # the last period has no end
    now = datetime.now(UTC)
    for quarters in range(4 * 48):
        moment = now + quarters * timedelta(minutes=15)
        most = NIGHT_AMPS if moment.hour < 4 else DAY_AMPS
        assert sum(in_force(profile, moment) for profile in profiles) <= most, moment
    tail = sum(in_force(profile, now + timedelta(days=9)) for profile in profiles)
    assert 6 <= tail <= NIGHT_AMPS
