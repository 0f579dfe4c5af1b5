"""``ocn smart serve`` as a process: killed and started again, and its node with it."""

import os
import shlex
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from tests.integration.smart_charging.conftest import agrees, offers, until
from tests.pages import texts

from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role
from ocn.party import load_or_create_key

if TYPE_CHECKING:
    from tests.integration.smart_charging.conftest import Join, Joined, Operated
else:
    Join = Joined = Operated = object

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.long,
    pytest.mark.timeout(300),
]

SITE = """
[site]
name = "Yard"
cpo = "DE KCP"
location = "LOC1"

[[fuse]]
name = "main"
amps = 40
"""
EVSE = '\n[[evse]]\nid = "E{}"\nfuse = "main"\n'
Serve = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def serve(tmp_path: Path, unused_tcp_port: int) -> Iterator[Serve]:
    """Starts the planner, or starts it again; what is still there at the end goes."""
    started: list[subprocess.Popen[str]] = []
    file = tmp_path / "yard.toml"
    file.write_text(SITE + "".join(EVSE.format(i) for i in range(1, 5)))

    def begin(node: str, token: str | None) -> "subprocess.Popen[str]":
        arguments = typed("how-to/see-a-plan.md" if token is None else "how-to/plan-a-site.md")
        here = {
            "PLN": "KPL",
            "yard.toml": str(file),
            "$NODE": node,
            "$TOKEN_A": str(token),
            "planner.key": str(tmp_path / "planner/key"),
            "planner": str(tmp_path / "planner"),
            "8090": str(unused_tcp_port),
        }
        arguments = [here.get(each, each) for each in arguments] + ["--read-every", "2", "--accept-unsigned"]
        process = subprocess.Popen(
            [sys.executable, "-c", "from ocn.cli import main; main()", *arguments],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"COLUMNS": "400"},
        )
        started.append(process)
        assert process.stdout is not None
        assert any(line.startswith("shows them at") for line in process.stdout)
        return process

    yield begin
    for process in started:
        kill(process)


def kill(process: "subprocess.Popen[str]") -> None:
    if process.poll() is None:
        os.kill(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def typed(page: str) -> list[str]:
    """The arguments with which a planner is started on a page: the first time, or again."""
    command = next(text for text in texts(page, "sh") if text.startswith("ocn smart serve"))
    return shlex.split(command.splitlines()[0])[1:]


async def states(port: int) -> dict[str, str]:
    """What the planner's page says of each car, by EVSE."""
    (command,) = [text for text in texts("how-to/see-a-plan.md", "sh") if text.startswith("curl ")]
    url = command.split()[1].replace("8090", str(port))
    async with aiohttp.ClientSession() as http, http.get(url) as got:
        view: dict[str, Any] = await got.json()
    return {car["evse"]: car["state"] for car in view["cars"]}


async def controlled(port: int, *evses: str) -> None:
    async def all_are() -> bool:
        found = await states(port)
        return all(found.get(evse) == "controlled" for evse in evses)

    await until(all_are)


async def is_stored_as_accepted(directory: Path, session: str) -> bool:
    """Whether a message to a session is, with what its result will be told under."""
    (file,) = directory.glob("*.sqlite")
    with closing(sqlite3.connect(file)) as database:
        asked = "SELECT json FROM object WHERE kind = 'ocn-smart-standings' AND id = ?"
        rows = database.execute(asked, (session.casefold(),)).fetchall()
    return any(b'"ticket":"' in row[0] and b'"ticket":""' not in row[0] for row in rows)


async def test_planner_killed_and_its_node_killed_plans_on(
    operated: Operated, join: Join, serve: Serve, tmp_path: Path, unused_tcp_port: int
) -> None:
    network, planner_id = operated.network, PartyId.parse("DE KPL")
    cpo, emsp = await join(0, "DE KCP", Role.CPO), await join(0, "NL KMS", Role.EMSP)
    (tmp_path / "planner").mkdir()
    key = load_or_create_key(tmp_path / "planner/key")
    home = network.nodes[1]
    await network.list_party(planner_id, (Role.SCSP,), key, home)
    await offers(operated, key)
    await agrees(operated, key, cpo, emsp)
    planner = serve(home.url, await network.invite(planner_id, home))
    await cpo.pushes(cpo.session("S1", "E1", emsp.id), to=emsp.id)
    await controlled(unused_tcp_port, "E1")

    kill(planner)
    assert cpo.points.amps("S1")[-1] > 0  # what was sent last ends in a share that nobody need refresh
    await cpo.keeps(cpo.session("S2", "E2", emsp.id))
    planner = serve(home.url, None)
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
    serve(home.url, None)
    cpo.points.done.set()  # the result of what was asked for by the planner that was killed
    await controlled(unused_tcp_port, "E4")
    assert [name for name, _ in cpo.points.set].count("S4") == 1
