"""A planner as a process, started as the pages say, and what its page shows."""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from tests.integration.smart_charging.conftest import until
from tests.pages import texts

from ocn.ocpi.party_id import PartyId

SITE = """
[site]
name = "Yard"
cpo = "{cpo}"
location = "LOC1"

[[fuse]]
name = "main"
amps = 40

[[fuse.limit]]
from = "00:00"
until = "04:00"
amps = 20
"""
EVSE = '\n[[evse]]\nid = "E{}"\nfuse = "main"\n'
Serve = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def serve(tmp_path: Path, unused_tcp_port: int) -> Iterator[Serve]:
    """Starts a planner of a CPO's site, or starts it again; what is still there at the end goes."""
    started: list[subprocess.Popen[str]] = []
    file = tmp_path / "yard.toml"

    def begin(planner: PartyId, cpo: PartyId, node: str, token: str | None) -> "subprocess.Popen[str]":
        file.write_text(SITE.format(cpo=cpo) + "".join(EVSE.format(i) for i in range(1, 5)))
        arguments = typed("how-to/see-a-plan.md" if token is None else "how-to/plan-a-site.md")
        here = {
            "PLN": planner.party_id,
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


async def shown(port: int) -> dict[str, Any]:
    """What the planner's page says, as JSON."""
    (command,) = [text for text in texts("how-to/see-a-plan.md", "sh") if text.startswith("curl ")]
    url = command.split()[1].replace("8090", str(port))
    async with aiohttp.ClientSession() as http, http.get(url) as got:
        view: dict[str, Any] = await got.json()
    return view


async def states(port: int) -> dict[str, str]:
    """What it says of each car, by EVSE."""
    return {car["evse"]: car["state"] for car in (await shown(port))["cars"]}


async def controlled(port: int, *evses: str) -> None:
    async def all_are() -> bool:
        found = await states(port)
        return all(found.get(evse) == "controlled" for evse in evses)

    await until(all_are)
