"""A session is paid, held back, disputed and ruled: people act, and both services show it as a case."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import structlog
from tests.integration.settlement_promises.two_services import ARBITER, KEYS, ONE, Two, until
from typer.testing import CliRunner

from ocn.chain.networks import Network
from ocn.cli import app
from ocn.ocpi.timestamps import format_datetime
from ocn.settlement.core.reasons import Reason
from ocn.settlement.records import Case, Outcome

DAY_S = 86_400
PRICE = Decimal("0.40")
Run = Callable[..., Awaitable[Any]]


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """The services' log would stand among what commands print: all are in one process here."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.reset_defaults()


@pytest.fixture
def run(network: Network) -> Run:
    """Runs a command at the chain of both, with the key of an account."""

    async def invoke(key: int, *command: str) -> Any:
        at = ["--rpc", network.rpc_url, "--lanes", str(network.lanes), "--json"]
        env = {"SIGNER": KEYS[key].secret.hex()}
        result = await asyncio.to_thread(CliRunner().invoke, app, ["settlement", *command, *at], env=env)
        assert result.exit_code == 0, (result.output, result.exception)
        return json.loads(result.stdout)

    return invoke


def told() -> dict[str, str]:
    return {"country_code": "NL", "party_id": "TWO", "last_updated": "2026-01-01T00:00:00Z"}


def tariff() -> dict[str, Any]:
    component = {"type": "ENERGY", "price": PRICE, "vat": 0, "step_size": 1}
    return told() | {"id": "T1", "currency": "EUR", "elements": [{"price_components": [component]}]}


def location() -> dict[str, Any]:
    connector = {"id": "1", "tariff_ids": ["T1"]}
    return told() | {
        "id": "LOC1",
        "time_zone": "Europe/Berlin",
        "evses": [{"uid": "E1", "connectors": [connector]}],
    }


def session(kwh: str) -> dict[str, Any]:
    """It begins after the terms, and is told by a clock that is a minute ahead."""
    now = datetime.now(UTC)
    token = {"country_code": "DE", "party_id": "ONE", "uid": "1", "type": "RFID", "contract_id": "DE-ONE-1"}
    return told() | {
        "id": "S1",
        "start_date_time": format_datetime(now + timedelta(seconds=1)),
        "kwh": Decimal(kwh),
        "cdr_token": token,
        "auth_method": "COMMAND",
        "location_id": "LOC1",
        "evse_uid": "E1",
        "connector_id": "1",
        "currency": "EUR",
        "total_cost": {"excl_vat": Decimal(kwh) * PRICE, "incl_vat": Decimal(kwh) * PRICE},
        "status": "ACTIVE",
        "last_updated": format_datetime(now + timedelta(minutes=1)),
    }


async def test_session_that_was_paid_is_disputed_and_ruled_and_is_a_case_of_both(
    both: Two, network: Network, run: Run, tmp_path: Path
) -> None:
    euro, payee = network.tokens["EUR"], both.two.side.vault
    await run(1, "mint", "100", "-t", euro)
    await run(1, "deposit", "100", "-t", euro)
    await run(1, "reserve", "50", "-t", euro, "--payee", payee)
    terms = both.terms(both.one, both.two, hold_back_h=24, arbiter=ARBITER)
    await both.one.settlement.propose(terms)

    async def holds() -> bool:
        return (await both.two.chain.ledger.state(terms.lane)).window_s == DAY_S

    await until(holds)
    client = both.two.party.client.to(ONE)
    await client.put_tariff(tariff())  # type: ignore[arg-type]  # plain JSON
    await client.put_location(location())  # type: ignore[arg-type]  # plain JSON
    running = session("0.4")
    await client.put_session(running)  # type: ignore[arg-type]  # plain JSON
    assert await both.two.collect.report(running)

    async def held() -> bool:
        return (await both.one.chain.ledger.state(terms.lane)).held == 160_000

    await until(held)
    database = f"sqlite:///{tmp_path / f'{ONE.key}.db'}"
    made = await run(1, "dispute", "open", "--session", "S1", "--database", database)
    (leaf,) = made["leaves"]

    async def cases() -> list[Case]:
        stores = [side.settlement.house.store for side in (both.one, both.two)]
        return [case for store in stores for case in await store.cases(closed=True)]

    async def shown() -> bool:
        return len(await cases()) == 2

    await until(shown)
    for case in await cases():
        assert (case.id, case.reason, case.session_id) == (leaf[2:14], Reason.DISPUTED, "S1")
        assert ARBITER in case.detail
    await run(4, "dispute", "rule", leaf, "--to-payer", "0.1")

    async def ended() -> bool:
        return all(case.outcome is Outcome.SETTLED for case in await cases())

    await until(ended)
    assert "0.1 EUR (100000 units) to the payer, 0.06 EUR" in (await cases())[0].note
    (balance,) = await run(2, "balance", "--party", payee, "-t", euro)
    assert balance["free"] == "0.06"
