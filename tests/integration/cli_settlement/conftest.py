"""``ocn settlement`` in process, against Lanes and the test tokens on the embedded chain."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.integration.cli_settlement.commands import PAYER, Run
from tests.integration.cli_settlement.held import SIDES, Held, next_window
from tests.integration.cli_settlement.payers_log import ARBITER, PAYEE, log, stored
from typer.testing import CliRunner

from ocn.chain.deploy import local_settlement
from ocn.chain.embedded import Devnet, deploy_settlement_contracts, serving
from ocn.cli import app
from ocn.errors import OcnError
from ocn.signing.keys import PrivateKey


@pytest.fixture
async def url() -> AsyncIterator[str]:
    async with await Devnet.open(None) as devnet, serving(devnet, "127.0.0.1", 0) as url:
        await deploy_settlement_contracts(devnet, local_settlement())
        yield url


@pytest.fixture
async def run(url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs one command at a local network; returns its output or raises its error."""
    for variable in ("SIGNER", "OCN_KEYSTORE_PASSWORD", "OCN_SETTLEMENT_DATABASE"):
        monkeypatch.delenv(variable, raising=False)

    async def invoke(*arguments: str, key: PrivateKey | None = PAYER, at: str = url) -> str:
        env = None if key is None else {"SIGNER": key.secret.hex()}
        command = ["settlement", *arguments, "--rpc", at]
        result = await asyncio.to_thread(CliRunner().invoke, app, command, env=env)
        if isinstance(result.exception, OcnError):
            raise result.exception
        if result.exit_code:
            raise AssertionError(f"exit status {result.exit_code}: {result.output}")
        return result.stdout

    return invoke


@pytest.fixture
async def held(run: Run, url: str, tmp_path: Path) -> Held:
    database = await stored(f"sqlite:///{tmp_path / 'settlement.db'}", log())
    there = Held(run, url, database, log())
    await run("mint", "100", "-t", "EUR")
    await run("deposit", "100", "-t", "EUR")
    agreed = await run("hold-back", "1", *SIDES, "--arbiter", ARBITER.address)
    await run("hold-back", "1", *SIDES, "--arbiter", ARBITER.address, "--signed", agreed.strip(), key=PAYEE)
    await next_window(url)
    await there.claim(3)
    return there
