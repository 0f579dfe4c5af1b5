"""`ocn demo` and its relatives as programs: what they print, how they end, and what they leave behind."""

import asyncio
import json
import os
import re
import shutil
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ocn.simulation.play.play import SCENES, SCENES_OF_VERSIONS
from ocn.simulation.play.settling_play import SETTLING_SCENES

pytestmark = [pytest.mark.long, pytest.mark.timeout(240)]
OCN = (sys.executable, "-c", "import sys; from ocn.cli import main; sys.exit(main())")
ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@asynccontextmanager
async def running(*arguments: str, cwd: Path) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        *OCN, *arguments, cwd=cwd, env=_environment(cwd), stdout=PIPE, stderr=PIPE, limit=2**20
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


async def output_until(process: Process, pattern: str, within_s: float = 120) -> str:
    assert process.stdout is not None
    seen = ""
    async with asyncio.timeout(within_s):
        while not re.search(pattern, seen):
            line = await process.stdout.readline()
            if not line:
                assert process.stderr is not None
                pytest.fail(f"{seen}\nended, and said: {(await process.stderr.read()).decode()}")
            seen += line.decode()
    return seen


def children(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, of_parent = entry.read_text().rpartition(")")[2].split()[:2]
            if int(of_parent) == parent and state != "Z":
                found.append(int(entry.parent.name))
    return found


async def until_gone(pids: list[int]) -> None:
    async with asyncio.timeout(30):
        while any(_alive(pid) for pid in pids):
            await asyncio.sleep(0.05)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_demo_in_json_prints_one_object_in_which_every_step_held_and_goes_on_in_its_directory(
    tmp_path: Path,
) -> None:
    for _ in range(2):
        code, out, err = await _ended(tmp_path, "demo", "--json", "--directory", "net")
        summary = json.loads(out)
        assert [step for step in summary["steps"] if not step["ok"]] == []
        assert (code, err) == (0, "")
        assert summary["ok"] is True
        assert [(step["name"], step["cpo"], step["hops"]) for step in summary["steps"]] == [
            (name, cpo, hops) for cpo, hops in (("DE CPO", 1), ("NL CPX", 2)) for name, _ in SCENES
        ]
        assert all(step["ok"] and step["ms"] > 0 for step in summary["steps"])
        bills = [step["detail"] for step in summary["steps"] if step["name"] == "CDR, read back"]
        assert [", verified: match, kept" in detail for detail in bills] == [True, True]
        assert summary["totals"]["steps"] == summary["totals"]["ok"] == 2 * len(SCENES)
        assert set(summary["totals"]["latency_ms"]) == {"1", "2"}
        assert [entry.name for entry in tmp_path.iterdir()] == ["net"]


async def test_demo_of_versions_completes_sessions_between_2_1_1_2_2_1_and_2_3_0(tmp_path: Path) -> None:
    code, out, err = await _ended(tmp_path, "demo", "--versions", "--json")
    summary = json.loads(out)
    assert [step for step in summary["steps"] if not step["ok"]] == []
    assert (code, err) == (0, "")
    assert summary["ok"] is True
    steps = {(step["name"], step["cpo"]): step for step in summary["steps"]}
    names = [name for name, _ in SCENES_OF_VERSIONS]
    assert list(steps) == [(name, cpo) for cpo in ("DE CPO", "NL CPX") for name in names]
    for cpo, version in (("DE CPO", "2.1.1"), ("NL CPX", "2.2.1")):
        started = steps["START_SESSION", cpo]["conversions"]
        assert any(text.startswith(f"2.3.0->{version}: ") for text in started)
        billed = steps["CDR, read back", cpo]
        assert "verified: match, kept in OCPI 2.3.0: before_taxes " in billed["detail"]
        assert [text.partition(":")[0] for text in billed["conversions"]] == [f"{version}->2.3.0"]
    assert "refused by the hub with 4001" in steps["charging profile set", "DE CPO"]["detail"]
    assert "NOT_SUPPORTED" in steps["CANCEL_RESERVATION", "DE CPO"]["detail"]
    assert "result ACCEPTED" in steps["charging profile set", "NL CPX"]["detail"]
    lost = {(each["version"], each["module"] + each["pointer"], each["loss"]) for each in summary["lost"]}
    assert ("2.2.1", "tokens/authorization_reference", "dropped") in lost
    assert ("2.3.0", "tariffs/tax_included", "synthesised") in lost
    assert not [each for each in summary["lost"] if each["loss"] == "meaning changed"]
    assert list(tmp_path.iterdir()) == []


async def test_demo_of_settlement_pays_to_the_last_unit_and_goes_on_in_its_directory(tmp_path: Path) -> None:
    summaries = []
    for _ in range(2):
        code, out, err = await _ended(tmp_path, "demo", "--settle", "--json", "--directory", "net")
        assert code == 0, out + err
        summaries.append(json.loads(out))
    for summary in summaries:
        assert summary["ok"] is True
        assert [(step["name"], step["cpo"]) for step in summary["steps"]] == [
            (name, cpo) for cpo in ("DE CPO", "NL CPX") for name, _ in SETTLING_SCENES
        ]
    first, second = (summary["settlement"] for summary in summaries)
    details = {(step["name"], step["cpo"]): step["detail"] for step in summaries[0]["steps"]}
    assert (
        details["START_SESSION without a reserve", "NL CPX"]
        == "REJECTED: 20 EUR (20000000 units) are missing"
    )
    assert "FLAT_REPEATED" in details["wrong CDR caught", "DE CPO"]
    for each in (*first["sessions"], *second["sessions"]):
        assert Decimal(each["paid"]) == Decimal(each["price"])
        assert each["vouchers"] >= 1
    for settlement in (first, second):
        balances = settlement["balances"]
        total = sum(Decimal(each["free"]) + Decimal(each["reserved"]) for each in balances)
        assert total == Decimal(settlement["held_by_contract"])
        assert len({each["transaction"] for each in settlement["transactions"]}) == 2
    for cpo in ("DE CPO", "NL CPX"):
        earned = [_free(settlement, cpo) for settlement in (first, second)]
        moved = [_moved(settlement, cpo) for settlement in (first, second)]
        assert earned == [moved[0], moved[0] + moved[1]]
    assert all(each["gas"] <= 60_000 for each in second["transactions"])


def _free(settlement: dict[str, Any], party: str) -> Decimal:
    return next(Decimal(each["free"]) for each in settlement["balances"] if each["party"] == party)


def _moved(settlement: dict[str, Any], cpo: str) -> Decimal:
    one = next(each for each in settlement["transactions"] if each["cpo"] == cpo)
    return Decimal(one["paid"]) - Decimal(one["credited"])


async def test_demo_settles_nothing_in_versions_without_modules(tmp_path: Path) -> None:
    code, out, err = await _ended(tmp_path, "demo", "--settle", "--versions")
    assert (code, out) == (2, "")
    assert "OCPI 2.1.1" in err


@ON_LINUX
async def test_demo_kept_answers_pasted_lines_and_ends_everything_on_ctrl_c(tmp_path: Path) -> None:
    async with running("demo", "--keep", cwd=tmp_path) as process:
        seen = await output_until(process, r"(?s)paste one of these.*(curl .*\n\n){8}")
        lines = re.findall(r"^curl .*$", seen, re.MULTILINE)
        assert len(lines) == 8
        if shutil.which("curl"):
            for line in lines:
                shell = await asyncio.create_subprocess_shell(line, stdout=PIPE)
                out, _ = await shell.communicate()
                answer = json.loads(out)
                assert answer["status_code"] == 1000, (line, answer)
                assert answer["data"]
        pids = children(process.pid)
        assert len(pids) == 3
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(30):
            await process.communicate()
        assert process.returncode == 0
        assert not any(_alive(pid) for pid in pids)
    assert list(tmp_path.iterdir()) == []


@ON_LINUX
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_demo_interrupted_in_the_middle_ends_everything_and_says_so_by_its_status(
    tmp_path: Path, number: signal.Signals
) -> None:
    async with running("demo", cwd=tmp_path) as process:
        await output_until(process, "RESERVE_NOW")
        pids = children(process.pid)
        process.send_signal(number)
        async with asyncio.timeout(30):
            await process.communicate()
        assert process.returncode == 130
        assert not any(_alive(pid) for pid in pids)
    assert list(tmp_path.iterdir()) == []


@ON_LINUX
async def test_demo_killed_takes_its_processes_with_it(tmp_path: Path) -> None:
    async with running("demo", cwd=tmp_path) as process:
        await output_until(process, "page by page")
        pids = children(process.pid)
        assert len(pids) == 3
        process.kill()
        await process.wait()
        await until_gone(pids)


@ON_LINUX
async def test_demo_whose_node_dies_fails_and_names_the_log(tmp_path: Path) -> None:
    async with running("demo", cwd=tmp_path) as process:
        await output_until(process, "page by page")
        pids = children(process.pid)
        node = next(pid for pid in pids if b"node-2" in Path(f"/proc/{pid}/cmdline").read_bytes())
        os.kill(node, signal.SIGKILL)
        async with asyncio.timeout(60):
            _, err = await process.communicate()
        assert process.returncode == 1
        assert b"node-2 ended by itself" in err
        assert b"node-2.log" in err
        assert not any(_alive(pid) for pid in pids)


@ON_LINUX
async def test_network_kept_in_a_directory_starts_again_with_the_same_addresses(tmp_path: Path) -> None:
    arguments = ("network", "up", "--json", "--directory", str(tmp_path / "net"))
    found = []
    for more in ((), ("--party", "DE", "PLN", "--role", "SCSP")):
        async with running(*arguments, *more, cwd=tmp_path) as process:
            text = await output_until(process, r"(?m)^}$")
            found.append(json.loads(text))
            if more:
                assert await _pasted(found[1]["driver"]) in {"ACCEPTED", "no curl"}
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(30):
                await process.communicate()
    first, second = found
    assert first["nodes"] == second["nodes"]
    assert first["chain"] == second["chain"]
    assert first["parties"] == second["parties"]
    assert first["you"]["token_a"]
    assert first["driver"] is None
    assert {node["admin_key"] for node in first["nodes"]} != {None}


async def _pasted(command: str) -> str:
    """What a command is answered with, pasted into a shell."""
    if not shutil.which("curl"):
        return "no curl"
    shell = await asyncio.create_subprocess_shell(command, stdout=PIPE)
    out, _ = await shell.communicate()
    return str(json.loads(out)["data"]["result"])


async def test_network_on_a_port_in_use_says_so(tmp_path: Path) -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, running("network", "up", "--node1-port", str(port), cwd=tmp_path) as process:
        _, err = await process.communicate()
    assert process.returncode == 1
    assert f"port {port} is in use".encode() in err


async def test_simulate_registers_once_and_needs_neither_token_nor_key_again(tmp_path: Path) -> None:
    async with running("network", "up", "--json", cwd=tmp_path) as network:
        facts = json.loads(await output_until(network, r"(?m)^}$"))
        node, you = facts["nodes"][0], facts["you"]
        spender = re.search(r"SPENDER=([0-9a-f]{64})", you["set_party"])
        assert spender is not None
        base = ("simulate", "emsp", "--party", "DE", "ABC", "--node", node["url"], "--directory", "abc")
        first = ("--token-a", you["token_a"], "--key", you["key_file"], "--list-at", facts["chain"]["url"])
        nothing = await _ended(tmp_path, *base, "--register-only")
        assert nothing[0] == 1
        assert "TOKEN_A" in nothing[2]
        registered = await _ended(tmp_path, *base, *first, "--register-only", SPENDER=spender.group(1))
        assert registered[0] == 0, registered[2]
        assert "DE ABC is registered" in registered[1]
        again = await _ended(tmp_path, *base, "--register-only")
        assert again[0] == 0, again[2]
        elsewhere = await _ended(tmp_path, *base, "--node", facts["nodes"][1]["url"], "--register-only")
        assert elsewhere[0] == 1
        assert f"with {node['url']}/ocpi/versions, not with" in elsewhere[2]
        another = await _ended(tmp_path, *base, "--party", "DE", "XYZ", "--register-only")
        assert another[0] == 1
        assert "is the directory of (DE ABC, EMSP)" in another[2]
        older = await _ended(tmp_path, *base, "--register-only", "--ocpi", "2.1.1")
        assert older[0] == 0, older[2]
        assert "(OCPI 2.1.1)" in older[1]
        key = Path(you["key_file"]).read_text().strip()
        assert key not in "".join(map(str, (*nothing, *registered, *again)))


async def _ended(cwd: Path, *arguments: str, **environment: str) -> tuple[int | None, str, str]:
    process = await asyncio.create_subprocess_exec(
        *OCN, *arguments, cwd=cwd, env={**_environment(cwd), **environment}, stdout=PIPE, stderr=PIPE
    )
    async with asyncio.timeout(120):
        out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


def _environment(directory: Path) -> dict[str, str]:
    """The program finds what is temporary below ``directory``, so that nothing of it is left unseen."""
    return {**os.environ, "TMPDIR": str(directory), "COLUMNS": "100"}
