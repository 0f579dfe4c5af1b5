"""Both sides as processes, killed while money flows: one log of vouchers, every session paid to the unit."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.unit.settlement.world import CPO, LANE

from ocn.settlement import open_store
from ocn.settlement.core.books import CdrState
from ocn.settlement.core.evidence import NOTHING_YET, extend
from ocn.settlement.store import Store

SCRIPT = Path(__file__).with_name("party_process.py")
ROOT = SCRIPT.parents[3]
Start = Callable[[str], "subprocess.Popen[str]"]


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a party, or starts it again; what is still there at the end goes."""
    ports = {"CPO": free_port(), "EMSP": free_port()}
    started: list[subprocess.Popen[str]] = []
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}

    def begin(role: str) -> "subprocess.Popen[str]":
        other = "EMSP" if role == "CPO" else "CPO"
        process = subprocess.Popen(
            [sys.executable, str(SCRIPT), role, str(tmp_path), str(ports[role]), str(ports[other])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        started.append(process)
        wait_for(process, "ready")
        return process

    yield begin
    for process in started:
        kill(process)


def wait_for(process: "subprocess.Popen[str]", wanted: str, most: int = 0) -> str:
    """Read lines until one begins so, and, where it has a number, that number is reached."""
    assert process.stdout is not None
    for line in process.stdout:
        word, _, number = line.strip().partition(" ")
        if word == wanted and int(number or 0) >= most:
            return number
    raise AssertionError(f"the process ended before it said {wanted!r}")


def kill(process: "subprocess.Popen[str]") -> None:
    if process.poll() is None:
        os.kill(process.pid, signal.SIGKILL)
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_sides_killed_in_turn_settle_every_session_to_the_unit(start: Start, tmp_path: Path) -> None:
    cpo = start("CPO")
    emsp = start("EMSP")
    reached = 0
    for victim in ("EMSP", "CPO", "EMSP"):
        reached = int(wait_for(cpo, "voucher", reached + 2))
        if victim == "EMSP":
            kill(emsp)
            emsp = start("EMSP")
        else:
            kill(cpo)
            cpo = start("CPO")
    wait_for(cpo, "voucher", reached + 2)
    assert cpo.stdin is not None
    cpo.stdin.write("the drivers leave\n")
    cpo.stdin.flush()
    wait_for(cpo, "settled")
    kill(cpo)
    kill(emsp)

    payer = await open_store(f"sqlite:///{tmp_path / 'EMSP-settlement.sqlite'}")
    payee = await open_store(f"sqlite:///{tmp_path / 'CPO-settlement.sqlite'}")
    theirs = await payer.vouchers(LANE, after=0, most=10_000)
    ours = await payee.vouchers(LANE, after=0, most=10_000)
    assert [(each.entry, each.signature) for each in theirs] == [
        (each.entry, each.signature) for each in ours
    ]
    head = NOTHING_YET
    for recorded in ours:
        assert extend(head, recorded.entry.leaves, recorded.entry.seed) == recorded.entry
        head = recorded.head
    cdrs = await payee.cdrs(CPO, ["CDR-S1", "CDR-S2", "CDR-S3"])
    books = await payee.books(CPO, ["S1", "S2", "S3"])
    assert {cdr.state for cdr in cdrs.values()} == {CdrState.ACCEPTED}
    for cdr in cdrs.values():
        assert books[cdr.session_id].settled == cdr.total > 0
    assert sum(book.settled for book in books.values()) == head.cumulative - await credited(payee)
    await payer.close()
    await payee.close()


async def credited(store: Store) -> int:
    last = await store.last(LANE.opposite)
    return last.entry.cumulative if last else 0
