"""``ocn smart serve`` as a process: killed and started again, and its node with it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from tests.integration.smart_charging.conftest import agrees, offers, until

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
name = "yard"
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
        arguments = ["smart", "serve", "--party", "DE", "KPL", "--site", str(file), "--node", node]
        arguments += ["--directory", str(tmp_path / "planner"), "--read-every", "2"]
        arguments += ["--accept-unsigned", "--page-port", str(unused_tcp_port)]
        process = subprocess.Popen(
            [sys.executable, "-c", "from ocn.cli import main; main()", *arguments],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"COLUMNS": "400"} | ({"OCN_TOKEN_A": token} if token else {}),
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


async def states(port: int) -> dict[str, str]:
    """What the planner's page says of each car, by EVSE."""
    async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{port}/sites/yard.json") as got:
        view: dict[str, Any] = await got.json()
    return {car["evse"]: car["state"] for car in view["cars"]}


async def controlled(port: int, *evses: str) -> None:
    async def all_are() -> bool:
        found = await states(port)
        return all(found.get(evse) == "controlled" for evse in evses)

    await until(all_are)


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
    serve(home.url, None)
    await controlled(unused_tcp_port, "E1", "E2")

    await operated.end("node-2", signal.SIGKILL)
    await cpo.pushes(cpo.session("S3", "E3", emsp.id), to=emsp.id)
    assert "E3" not in await states(unused_tcp_port)
    await operated.start("node-2")
    await controlled(unused_tcp_port, "E1", "E2", "E3")
    limits = [cpo.points.amps(name)[0] for name in ("S1", "S2", "S3")]
    assert sum(limits) <= 40
