"""The installed command beside the existing npm client: the same chain, the same JSON."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ocn.chain.client import ChainClient
from ocn.chain.deploy import deploy
from ocn.chain.embedded import DEVELOPMENT_ACCOUNTS, Devnet, serving
from ocn.chain.rpc import RpcClient
from ocn.chain.transactions import Sender
from ocn.ocpi.modules import ModuleID
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role
from ocn.registry import calls
from ocn.registry.writing import RegistryWriter
from ocn.signing.keys import PrivateKey

OURS = Path(sys.executable).with_name("ocn")
THEIRS = Path(__file__).parents[2] / "npm/node_modules/.bin/ocn-registry"
OPERATOR, CPO, MSP, NOBODY = (PrivateKey(account.key_bytes) for account in DEVELOPMENT_ACCOUNTS[1:5])
QUIET = {name: value for name, value in os.environ.items() if name not in ("SIGNER", "SPENDER")}


@dataclass
class Place:
    """A chain with listings, and the network file that leads to it."""

    url: str
    network_file: Path


async def _output(
    *command: str | Path, status: int = 0, env: Mapping[str, str] | None = None
) -> tuple[str, str]:
    process = await asyncio.create_subprocess_exec(
        *command,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=QUIET | dict(env or {}),
    )
    async with asyncio.timeout(60):
        out, err = await process.communicate()
    assert process.returncode == status, (out, err)
    return out.decode(), err.decode()


async def ours(place: Place, *arguments: str, **environment: str) -> Any:
    options = ("--network-file", str(place.network_file), "--json")
    out, _ = await _output(OURS, "registry", *arguments, *options, env=environment)
    return json.loads(out)


async def theirs(place: Place, *arguments: str, **environment: str) -> Any:
    out, _ = await _output(THEIRS, *arguments, "--network-file", str(place.network_file), env=environment)
    greeting, _, rest = out.partition("\n")
    assert greeting.startswith("connecting to")
    return rest if arguments[0].startswith("set-") else json.loads(rest)


async def _populate(writer_of: Any) -> None:
    await writer_of(OPERATOR).send(calls.set_node("https://node.example"))
    await writer_of(NOBODY).send(calls.set_node("https://gone.example"))
    await writer_of(NOBODY).send(calls.delete_node())
    await writer_of(CPO).send(calls.set_party(PartyId("DE", "CPO"), (Role.CPO,), OPERATOR.address))
    await writer_of(CPO).send(calls.set_party_modules((ModuleID.LOCATIONS,), (ModuleID.TOKENS,)))
    await writer_of(MSP).send(calls.set_party(PartyId("NL", "MSP"), (Role.EMSP, Role.SCSP), OPERATOR.address))
    await writer_of(MSP).send(calls.set_service("Copies", "https://s.example", (0, 7)))
    await writer_of(CPO).send(calls.create_agreement(MSP.address))


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with await Devnet.open(None) as devnet, serving(devnet, "127.0.0.1", 0) as url:
        async with RpcClient(url) as rpc:
            chain = ChainClient(rpc)
            sender = Sender(chain, PrivateKey(DEVELOPMENT_ACCOUNTS[0].key_bytes))
            found = await deploy(sender)
            await _populate(lambda key: RegistryWriter(Sender(chain, key), found.registry, found.permissions))
        path = tmp_path / "network.json"
        content = {
            "provider": {"host": "127.0.0.1", "port": int(url.rpartition(":")[2])},
            "contracts": {
                "Registry": {"address": found.registry},
                "Permissions": {"address": found.permissions},
            },
        }
        path.write_text(json.dumps(content))
        yield Place(url, path)


async def test_command_reads_changes_and_fails_as_a_process(place: Place) -> None:
    (listed,) = await ours(place, "list-nodes")
    assert listed == {"operator": OPERATOR.address, "url": "https://node.example"}
    receipt = await ours(place, "delete-node", SIGNER=OPERATOR.secret.hex())
    assert receipt["blockNumber"] > 0
    out, err = await _output(
        OURS,
        *("registry", "delete-node", "--network-file", str(place.network_file)),
        status=1,
        env={"SIGNER": OPERATOR.secret.hex()},
    )
    assert out == ""
    assert "execution reverted: Cannot delete node that does not exist." in err
    assert "Traceback" not in err


@pytest.mark.npm
@pytest.mark.skipif(
    not (THEIRS.exists() and shutil.which("node")),
    reason="the npm package @shareandcharge/ocn-registry is absent",
)
async def test_both_clients_print_the_same(place: Place) -> None:
    questions = [
        ("list-nodes",),
        ("list-parties",),
        ("get-party", "-c", "de", "cpo"),
        ("get-party", "-a", MSP.address),
        ("list-services",),
        ("get-service", MSP.address),
        ("get-agreements", "-c", "DE", "CPO"),
        ("get-agreements", "-a", MSP.address),
    ]
    for question in questions:
        assert await ours(place, *question) == await theirs(place, *question), question


@pytest.mark.npm
@pytest.mark.skipif(
    not (THEIRS.exists() and shutil.which("node")),
    reason="the npm package @shareandcharge/ocn-registry is absent",
)
async def test_what_one_client_writes_the_other_reads(place: Place) -> None:
    keys = {"SIGNER": NOBODY.secret.hex(), "SPENDER": OPERATOR.secret.hex()}
    ids = ("-c", "FR", "ABC", "--roles", "CPO", "NSP", "-o", OPERATOR.address)
    await theirs(place, "set-party-raw", *ids, **keys)
    assert (await ours(place, "get-party", "-c", "FR", "ABC"))["roles"] == ["CPO", "NSP"]
    await ours(place, "set-party-modules-raw", "--si", "cdrs", "--ri", "tariffs", "tokens", **keys)
    party = await theirs(place, "get-party", "-c", "FR", "ABC")
    assert party["modules"] == {"sender": ["cdrs"], "receiver": ["tariffs", "tokens"]}
