"""The registry client that exists, unchanged, against our chain and our contracts."""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from ocn.chain.artifacts import load
from ocn.chain.embedded import (
    DEFAULT_PORT,
    DEVELOPMENT_ACCOUNTS,
    Devnet,
    DevnetError,
    deploy_network_contracts,
    serving,
)

pytestmark = [pytest.mark.npm, pytest.mark.long]

CLIENT = Path(__file__).parents[2] / "npm/node_modules/@shareandcharge/ocn-registry/dist/cli.js"
OPERATOR, PARTY, SPENDER = DEVELOPMENT_ACCOUNTS[1:4]
STRANGER = Account.from_key(b"\x42" * 32)
"""Owns nothing: charging is free on our chain."""

Client = Callable[..., Coroutine[Any, Any, Any]]


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    """Runs a command of the client and returns the JSON it prints, else its text, or that of its failure.

    On the client's own port it needs no configuration; where that is taken, a network file names another.
    """
    node = shutil.which("node")
    if node is None or not CLIENT.exists():
        pytest.skip("no registry client: needs node, and `npm ci` in tests/npm")
    async with AsyncExitStack() as stack:
        devnet = await stack.enter_async_context(await Devnet.open(None))
        await deploy_network_contracts(devnet, load("Registry").bytecode, load("Permissions").bytecode)
        options: list[str] = []
        try:
            url = await stack.enter_async_context(serving(devnet, port=DEFAULT_PORT))
        except DevnetError:
            url = await stack.enter_async_context(serving(devnet, port=0))
            network = {"provider": {"port": int(url.rpartition(":")[2])}}
            (tmp_path / "network.json").write_text(json.dumps(network))
            options = ["--network-file", str(tmp_path / "network.json")]

        async def run(*arguments: str, signer: str = "", spender: str = "") -> Any:
            names = {name: value for name, value in (("SIGNER", signer), ("SPENDER", spender)) if value}
            process = await asyncio.create_subprocess_exec(
                node,
                str(CLIENT),
                *arguments,
                *options,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env={"PATH": os.environ["PATH"], **names},
            )
            out, err = await process.communicate()
            if process.returncode:
                return err.decode()
            greeting, _, text = out.decode().partition("\n")
            assert greeting == f"connecting to {url}"
            return json.loads(text) if text[:1] in "[{" and "wait:" not in text else text.strip()

        yield run


async def test_a_network_is_listed_used_and_unlisted_with_the_existing_client(client: Client) -> None:
    operator, party = OPERATOR.key, PARTY.key

    assert await client("list-nodes") == []
    assert "wait:" in await client("set-node", "http://localhost:8080/path", signer=operator)
    node = {"operator": OPERATOR.address, "url": "http://localhost:8080"}
    assert await client("list-nodes") == [node]
    assert await client("get-node", OPERATOR.address) == "http://localhost:8080"
    assert "This operator has an existing node" in await client("set-node", "http://a.b", signer=operator)
    taken = await client("set-node", "http://localhost:8080", signer=party)
    assert "execution reverted: Domain name already registered." in taken

    set_party = ("set-party", "-c", "de", "cpo", "-r", "CPO", "EMSP", "-o")
    refused = await client(*set_party, PARTY.address, signer=party)
    assert "execution reverted: Provided operator not registered." in refused
    await client(*set_party, OPERATOR.address, signer=party)
    await client("set-party-modules", "--si", "tokens", "--ri", "cdrs", "sessions", signer=party)
    listed = {
        "countryCode": "DE",
        "partyId": "CPO",
        "address": PARTY.address,
        "roles": ["CPO", "EMSP"],
        "modules": {"sender": ["tokens"], "receiver": ["cdrs", "sessions"]},
        "node": node,
    }
    assert await client("get-party", "-c", "DE", "CPO") == listed
    assert await client("get-party", "-a", PARTY.address) == listed
    assert await client("list-parties") == [listed]

    await client("set-service", "-u", "https://pay.example", "-p", "FORWARD_ALL", signer=party)
    service = await client("get-service", PARTY.address)
    assert service["permissions"] == ["FORWARD_ALL"]
    assert service["provider"] == {"address": PARTY.address, "countryCode": "DE", "partyId": "CPO"}
    assert await client("list-services") == [service]
    await client("set-agreement", PARTY.address, signer=party)
    assert await client("get-agreements", "-c", "DE", "CPO") == [service]
    await client("revoke-agreement", PARTY.address, signer=party)
    assert await client("get-agreements", "-a", PARTY.address) == []

    await client("delete-service", signer=party)
    assert await client("get-service", PARTY.address) == "Provider has no Service listed"
    await client("delete-party", signer=party)
    assert await client("get-party", "-c", "DE", "CPO") == "OCPI Party not listed in registry."
    await client("delete-node", signer=operator)
    assert await client("get-node", OPERATOR.address) == "Node operator not listed in registry."
    gone = await client("delete-node", signer=operator)
    assert "execution reverted: Cannot delete node that does not exist." in gone


async def test_raw_commands_list_a_signer_at_the_spenders_cost(client: Client) -> None:
    raw = {"spender": SPENDER.key}
    party = PARTY.key
    sent = await client("set-node-raw", "https://node.example/kept", signer=OPERATOR.key, **raw)
    assert f"from: '{SPENDER.address}'" in sent
    assert await client("get-node", OPERATOR.address) == "https://node.example/kept"
    await client("set-party-raw", "-c", "NL", "CPX", "-r", "CPO", "-o", OPERATOR.address, signer=party, **raw)
    await client("set-modules-raw", "--si", "locations", "--ri", "commands", signer=party, **raw)
    listed = await client("get-party", "-c", "NL", "CPX")
    assert listed["address"] == PARTY.address
    assert listed["modules"] == {"sender": ["locations"], "receiver": ["commands"]}
    await client("set-service-raw", "--name", "pay", "-p", "FORWARD_ALL", signer=party, **raw)
    await client("set-agreement-raw", PARTY.address, signer=party, **raw)
    assert [one["name"] for one in await client("get-agreements", "-a", PARTY.address)] == ["pay"]
    await client("delete-service-raw", signer=party, **raw)
    await client("delete-party-raw", signer=party, **raw)
    await client("delete-node-raw", signer=OPERATOR.key, **raw)
    assert await client("list-nodes") == []
    assert await client("list-parties") == []
    assert await client("list-services") == []


async def test_key_that_owns_nothing_can_list_a_node(client: Client) -> None:
    await client("set-node", "https://new.example", signer=STRANGER.key.hex())
    assert await client("list-nodes") == [{"operator": STRANGER.address, "url": "https://new.example"}]
