"""``ocn settlement cases``, on a database with cases in it."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ocn.cli.settlement.cases import app
from ocn.errors import ConfigurationError
from ocn.ocpi.party_id import PartyId
from ocn.settlement import open_store
from ocn.settlement.core.reasons import Reason
from ocn.settlement.records import Case, Step, case_id

CPO, EMSP = PartyId("DE", "CPO"), PartyId("NL", "MSP")
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
CASE = Case(
    case_id(CPO, "S1", "CDR1", Reason.VERDICT),
    EMSP,
    CPO,
    CPO,
    "S1",
    "CDR1",
    Reason.VERDICT,
    "mismatch: UNEXPLAINED.",
    NOON,
    b'{"verdict":"mismatch"}',
    b"\x0a" * 32,
)


@pytest.fixture
async def database(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'settlement.db'}"
    store = await open_store(url)
    await store.record(Step(NOON, cases=(CASE, replace(CASE, id="other", session_id="S2", evidence=b""))))
    await store.close()
    return url


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.output


def as_json(*arguments: str) -> Any:
    status, output = run(*arguments, "--json")
    assert status == 0, output
    return json.loads(output)


def test_cases_are_listed_shown_with_evidence_and_closed_once(database: str) -> None:
    listed = as_json("list", "--database", database)
    assert [(case["id"], case["reason"]) for case in listed] == [(CASE.id, "VERDICT"), ("other", "VERDICT")]
    whole = as_json("show", CASE.id, "--database", database)
    assert whole["evidence"] == {"verdict": "mismatch"}
    assert whole["evidence_hash"] == "0x" + "0a" * 32
    assert whole["detail"] == "mismatch: UNEXPLAINED."
    assert as_json("show", "other", "--database", database)["evidence"] is None
    closed = as_json("close", CASE.id, "--approve", "--note", "by phone", "--database", database)
    assert (closed["outcome"], closed["note"]) == ("APPROVED", "by phone")
    assert [case["id"] for case in as_json("list", "--database", database)] == ["other"]
    assert len(as_json("list", "--all", "--database", database)) == 2
    status, output = run("close", CASE.id, "--reject", "--database", database)
    assert status == 2
    assert "closed already" in output


def test_people_read_tables(database: str) -> None:
    status, output = run("list", "--database", database)
    assert (status, CASE.id in output) == (0, True)
    status, output = run("show", CASE.id, "--database", database)
    assert '"verdict": "mismatch"' in output
    run("close", CASE.id, "--reject", "--database", database)
    run("close", "other", "--reject", "--database", database)
    assert "There are no open cases." in run("list", "--database", database)[1]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("show", "nothing"), "There is no case nothing"),
        (("close", CASE.id), "--approve or --reject"),
        (("close", CASE.id, "--approve", "--reject"), "--approve or --reject"),
    ],
)
def test_command_that_makes_no_sense_says_why(database: str, arguments: tuple[str, ...], says: str) -> None:
    status, output = run(*arguments, "--database", database)
    assert status == 2
    assert says in output


async def test_case_of_a_dispute_ends_on_chain_and_not_by_hand(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'settlement.db'}"
    store = await open_store(url)
    await store.record(Step(NOON, cases=(replace(CASE, id="0a1b2c3d4e5f", reason=Reason.DISPUTED),)))
    await store.close()
    status, output = await asyncio.to_thread(run, "close", "0a1b2c3d4e5f", "--approve", "--database", url)
    assert status == 2
    assert "Case 0a1b2c3d4e5f is a dispute on chain" in output
    listed = await asyncio.to_thread(as_json, "list", "--database", url)
    assert [case["reason"] for case in listed] == ["DISPUTED"]


def test_database_that_is_not_there_is_refused_and_not_made(tmp_path: Path) -> None:
    missing = tmp_path / "mistyped.db"
    result = CliRunner().invoke(app, ["list", "--database", f"sqlite:///{missing}"])
    assert isinstance(result.exception, ConfigurationError)
    assert result.exception.message == f"there is no database {missing}"
    assert not missing.exists()
