"""``ocn registry`` in process, against our contracts on the embedded chain."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ocn.chain.artifacts import load
from ocn.chain.embedded import DEVELOPMENT_ACCOUNTS, Devnet, deploy_network_contracts, serving
from ocn.chain.wallet import encrypted, write_keystore
from ocn.cli import app
from ocn.errors import OcnError
from ocn.signing.keys import PrivateKey

OPERATOR, CPO, MSP, PAYER = (PrivateKey(account.key_bytes) for account in DEVELOPMENT_ACCOUNTS[1:5])
Run = Callable[..., Awaitable[str]]


def hex_of(key: PrivateKey) -> str:
    return key.secret.hex()


@pytest.fixture
async def run(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Run]:
    """Runs one command at a chain with both contracts; returns its output or raises its error."""
    for variable in ("SIGNER", "SPENDER", "OCN_KEYSTORE_PASSWORD"):
        monkeypatch.delenv(variable, raising=False)
    async with await Devnet.open(None) as devnet, serving(devnet, "127.0.0.1", 0) as url:
        await deploy_network_contracts(devnet, load("Registry").bytecode, load("Permissions").bytecode)

        async def invoke(*arguments: str, env: dict[str, str] | None = None) -> str:
            command = ["registry", *arguments, "--rpc", url]
            result = await asyncio.to_thread(CliRunner().invoke, app, command, env=env)
            if isinstance(result.exception, OcnError):
                raise result.exception
            if result.exit_code:
                raise AssertionError(f"exit status {result.exit_code}: {result.output}")
            return result.output

        yield invoke


async def run_json(run: Run, *arguments: str, env: dict[str, str] | None = None) -> Any:
    return json.loads(await run(*arguments, "--json", env=env))


async def test_tour_through_every_plain_command(run: Run) -> None:
    receipt = await run_json(run, "set-node", "https://Node.example:443/path?x", "-s", hex_of(OPERATOR))
    assert set(receipt) == {"hash", "blockNumber", "gasUsed"}
    assert await run("get-node", OPERATOR.address) == "https://node.example\n"
    assert await run_json(run, "list-nodes") == [
        {"operator": OPERATOR.address, "url": "https://node.example"}
    ]
    operator = OPERATOR.address
    await run(
        "set-party", "-c", "de", "cpo", "--roles", "CPO", "SCSP", "CPO", "-o", operator, "-s", hex_of(CPO)
    )
    await run("set-party", "-c", "12", "1E2", "-r", "EMSP", "-o", operator.lower(), "-s", hex_of(MSP))
    await run(
        "set-party-modules", "--si", "locations", "tariffs", "--ri", "tokens", env={"SIGNER": hex_of(CPO)}
    )
    party = {
        "countryCode": "DE",
        "partyId": "CPO",
        "address": CPO.address,
        "roles": ["CPO", "SCSP"],
        "modules": {"sender": ["locations", "tariffs"], "receiver": ["tokens"]},
        "node": {"operator": operator, "url": "https://node.example"},
    }
    assert await run_json(run, "get-party", "--credentials", "De", "cPo") == party
    assert await run_json(run, "get-party", "-a", CPO.address.lower()) == party
    assert [p["partyId"] for p in await run_json(run, "list-parties")] == ["CPO", "1E2"]
    table = await run("list-parties")
    assert CPO.address in table
    assert "locations" in table

    names = ["FORWARD_ALL", "FORWARD_MODULE_CDRS_SENDER"]
    await run("set-service", "--name", "Copies", "-u", "https://s.example", "-p", *names, "-s", hex_of(MSP))
    service = {
        "name": "Copies",
        "url": "https://s.example",
        "permissions": names,
        "provider": {"address": MSP.address, "countryCode": "12", "partyId": "1E2"},
    }
    assert await run_json(run, "get-service", MSP.address) == service
    assert await run_json(run, "list-services") == [service]
    await run("set-agreement", MSP.address, "-s", hex_of(CPO))
    assert await run_json(run, "get-agreements", "-c", "DE", "CPO") == [service]
    await run("revoke-agreement", MSP.address, "-s", hex_of(CPO))
    assert await run_json(run, "get-agreements", "-a", CPO.address) == []
    await run("delete-service", "-s", hex_of(MSP))
    await run("set-modules", "-s", hex_of(CPO))
    assert (await run_json(run, "get-party", "-c", "DE", "CPO"))["modules"] == {"sender": [], "receiver": []}
    await run("delete-party", "-s", hex_of(CPO))
    await run("delete-node", "-s", hex_of(OPERATOR))
    assert await run("get-node", operator) == "Node operator not listed in registry.\n"
    assert await run("get-party", "-c", "DE", "CPO") == "OCPI Party not listed in registry.\n"
    assert await run("get-service", MSP.address) == "Provider has no Service listed\n"
    assert await run_json(run, "get-party", "-c", "DE", "CPO") is None


@pytest.mark.parametrize("kind", [[], ["--typed"]], ids=["raw", "typed"])
async def test_tour_through_every_delegated_command(run: Run, kind: list[str]) -> None:
    def paid_for(owner: PrivateKey) -> list[str]:
        return ["-s", hex_of(owner), "--spender", "0x" + hex_of(PAYER), *kind]

    await run("set-node-raw", "https://node.example/path", *paid_for(OPERATOR))
    assert await run("get-node", OPERATOR.address) == "https://node.example/path\n"
    await run("set-party-raw", "-c", "DE", "CPO", "-r", "CPO", "-o", OPERATOR.address, *paid_for(CPO))
    await run("set-party-raw", "-c", "DE", "MSP", "-r", "EMSP", "-o", OPERATOR.address, *paid_for(MSP))
    await run("set-party-modules-raw", "--si", "cdrs", *paid_for(CPO))
    await run("set-modules-raw", "--si", "cdrs", "sessions", *paid_for(CPO))
    assert (await run_json(run, "get-party", "-c", "DE", "CPO"))["modules"]["sender"] == ["cdrs", "sessions"]
    await run("set-service-raw", "-p", "FORWARD_ALL", "--name", "1E2", *paid_for(MSP))
    await run("set-agreement-raw", MSP.address, *paid_for(CPO))
    assert len(await run_json(run, "get-agreements", "-c", "DE", "CPO")) == 1
    await run("revoke-agreement-raw", MSP.address, *paid_for(CPO))
    assert await run("get-agreements", "-c", "DE", "CPO") == "No agreements were made.\n"
    await run("delete-service-raw", *paid_for(MSP))
    await run("delete-party-raw", *paid_for(CPO))
    await run("delete-party-raw", *paid_for(MSP))
    await run("delete-node-raw", *paid_for(OPERATOR))
    assert await run_json(run, "list-nodes") == await run_json(run, "list-parties") == []


async def test_keys_of_the_environment_sign_where_no_option_names_one(run: Run) -> None:
    env = {"SIGNER": f"0x{hex_of(OPERATOR)}", "SPENDER": hex_of(PAYER)}
    await run("set-node-raw", "http://a.example", env=env)
    assert await run("get-node", OPERATOR.address) == "http://a.example\n"


async def test_options_win_over_keys_of_the_environment(run: Run) -> None:
    env = {"SIGNER": hex_of(CPO), "SPENDER": "junk"}
    await run("set-node-raw", "http://a.example", "-s", hex_of(OPERATOR), "-x", hex_of(PAYER), env=env)
    assert await run("get-node", OPERATOR.address) == "http://a.example\n"


async def test_keystore_signs_with_the_password_of_a_file_whatever_signer_is_set(
    run: Run, tmp_path: Path
) -> None:
    write_keystore(tmp_path / "key.json", encrypted(OPERATOR, "secret", iterations=1024))
    (tmp_path / "password").write_text("secret\n")
    files = ["--keystore", str(tmp_path / "key.json"), "--password-file", str(tmp_path / "password")]
    await run("set-node", "http://a.example:8080", *files, env={"SIGNER": hex_of(CPO)})
    assert await run("get-node", OPERATOR.address) == "http://a.example:8080\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["get-node", "0x12"], 'Invalid address. Expected Ethereum address, got "0x12".'),
        (["get-node", CPO.address.swapcase().replace("X", "x", 1)], "Invalid address"),
        (["get-party", "-c", "DEU", "CPO"], 'Invalid string length. Wanted 2, got "DEU" (3)'),
        (["get-party", "-c", "DE", "CP"], 'Invalid string length. Wanted 3, got "CP" (2)'),
        (["get-party", "-c", "DÉ", "CPO"], "country_code must be two characters"),
        (["get-party"], "Expected one of the following arguments: address, ocpi"),
        (["set-node", "http://a.example"], "No signer provided. Unable to send transaction."),
        (["delete-node-raw", "-s", hex_of(CPO)], "No spender provided. Unable to send transaction."),
        (["set-node", "a.example", "-s", hex_of(CPO)], "Invalid URL"),
        (["set-node", "http://a.example:99999", "-s", hex_of(CPO)], "Invalid URL"),
        (["delete-node", "-s", "junk"], "--signer is no private key"),
        (["delete-node", "-s", hex_of(CPO)], "execution reverted: Cannot delete node that does not exist."),
        (["set-service", "-p", "ALL", "-s", hex_of(CPO)], "there is no permission ALL"),
        (["list-nodes", "-n", "moon"], 'Option "moon" not found in configured networks.'),
        (["list-nodes", "--registry", "0x1"], "the address of Registry"),
        (["list-nodes", "--network-file", "/missing.json"], "/missing.json"),
        (["list-nodes", "--registry", "0x" + "77" * 20], "cannot be read"),
    ],
)
async def test_failure_says_what_is_wrong(run: Run, arguments: list[str], message: str) -> None:
    with pytest.raises(OcnError) as caught:
        await run(*arguments)
    assert message in caught.value.message
    assert hex_of(CPO) not in caught.value.message


async def test_node_is_not_overwritten(run: Run) -> None:
    await run("set-node", "http://a.example", "-s", hex_of(OPERATOR))
    with pytest.raises(OcnError, match=r"existing node\. Call delete-node"):
        await run("set-node", "http://b.example", "-s", hex_of(OPERATOR))


@pytest.mark.parametrize(
    "arguments", [["fly"], ["set-party", "-c", "DE", "CPO"], ["get-node"], ["list-nodes", "x"]]
)
def test_unknown_and_incomplete_commands_fail(arguments: list[str]) -> None:
    result = CliRunner().invoke(app, ["registry", *arguments])
    assert result.exit_code == 2


def test_command_at_a_chain_that_is_away_says_how_to_start_one(unused_tcp_port: int) -> None:
    result = CliRunner().invoke(
        app, ["registry", "list-nodes", "--rpc", f"http://127.0.0.1:{unused_tcp_port}"]
    )
    assert isinstance(result.exception, OcnError)
    assert "ocn chain run" in (result.exception.hint or "")
