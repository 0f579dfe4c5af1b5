"""``ocn settlement vouchers`` and ``claim``: a voucher is cashed by whoever has it."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from tests.integration.cli_settlement.commands import PAYER, Run, run_json, transactions
from tests.integration.cli_settlement.payers_log import EUR, LANE, STRANGER, log, stored
from tests.integration.settlement_keeper.wallets import DENYING, Wallet, creation, fund
from typer.testing import CliRunner

from ocn.chain.client import ChainClient
from ocn.chain.errors import ChainReverted
from ocn.chain.rpc import RpcClient
from ocn.chain.transactions import Sender
from ocn.cli import app
from ocn.errors import ConfigurationError, OcnError
from ocn.settlement.core.vouchers import sign_voucher
from ocn.settlement.protocol.public_vouchers import public_voucher

OWNER = STRANGER


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "voucher.json"


async def test_newest_voucher_of_a_database_is_cashed_once(
    run: Run, url: str, tmp_path: Path, file: Path
) -> None:
    database = await stored(f"sqlite:///{tmp_path / 'settlement.db'}", log())
    command = ["settlement", "vouchers", "--database", database, "--json"]
    (voucher,) = json.loads((await asyncio.to_thread(CliRunner().invoke, app, command)).stdout)
    assert (voucher["lane"], voucher["cumulative"]) == (LANE.key, str(11 * EUR))
    file.write_text(json.dumps(voucher))
    with pytest.raises(ConfigurationError, match="has no EUR there; what it owes stays owed"):
        await run("claim", str(file), key=STRANGER)
    await run("mint", "100", "-t", "EUR")
    await run("deposit", "10", "-t", "EUR")
    made = await run_json(run, "claim", str(file), key=STRANGER)
    assert (made["paid"], made["claimed"]) == ("10", "10")
    await run("deposit", "10", "-t", "EUR")
    assert (await run_json(run, "claim", str(file), key=STRANGER))["paid"] == "1"
    sent = await transactions(url, STRANGER)
    with pytest.raises(ConfigurationError, match="11 EUR are claimed on this lane already"):
        await run("claim", str(file), key=STRANGER)
    assert await transactions(url, STRANGER) == sent


async def test_voucher_of_a_contract_wallet_is_cashed_while_the_wallet_stands_by_it(
    run: Run, url: str, file: Path
) -> None:
    async with RpcClient(url) as rpc:
        owner = Sender(ChainClient(rpc), OWNER)
        address, _ = await owner.create(creation(OWNER))
        wallet = Wallet(address, OWNER, owner.send)
        await fund(wallet, LANE)
        file.write_text(json.dumps(public_voucher(wallet.voucher(LANE, 120))))
        assert (await run_json(run, "claim", str(file)))["paid"] == "0.00012"
        file.write_text(json.dumps(public_voucher(wallet.voucher(LANE, 200))))
        await wallet.behave(DENYING)
        sent = await transactions(url)
        with pytest.raises(ChainReverted, match="Wallet denies the voucher"):
            await run("claim", str(file))
        assert await transactions(url) == sent


async def test_what_is_no_voucher_is_told_before_anything_is_sent(run: Run, url: str, file: Path) -> None:
    await run("mint", "100", "-t", "EUR")
    await run("deposit", "10", "-t", "EUR")
    sent = await transactions(url, STRANGER)
    good = public_voucher(sign_voucher(PAYER, LANE, 100, bytes(32)))
    cases: list[tuple[dict[str, Any], str]] = [
        (public_voucher(sign_voucher(STRANGER, LANE, 100, bytes(32))), "is not signed by 0x"),
        ({**good, "cumulative": "101"}, "is not signed by 0x"),
        ({**good, "cumulative": "1e3"}, "is no voucher"),
        ({**good, "cumulative": str(2**120)}, "is no voucher"),
        ({**good, "evidence": "0x12"}, "is no voucher"),
        ({**good, "signature": 5}, "is no voucher"),
        ({**good, "signature": "0x" + "zz" * 65}, "is no voucher"),
        ({**good, "signature": "0x" + "00" * 2049}, "is no voucher"),
        ({**good, "lane": "9:nowhere"}, "is no voucher"),
        ({**good, "lane": LANE.key.replace("9:", "10:", 1)}, "is for 0x.* on chain 10"),
    ]
    for content, says in cases:
        file.write_text(json.dumps(content))
        with pytest.raises(OcnError, match=says):
            await run("claim", str(file), key=STRANGER)
    file.write_text(" " * 20_000)
    with pytest.raises(ConfigurationError, match="longer than any voucher"):
        await run("claim", str(file), key=STRANGER)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        await run("claim", str(file.with_name("nothing.json")), key=STRANGER)
    assert await transactions(url, STRANGER) == sent
