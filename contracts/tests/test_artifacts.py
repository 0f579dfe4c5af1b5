"""The shipped artefacts: built from these sources, and fit for the chains we mean."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from contracts.tests.evm import Evm
from eth_abi.abi import encode
from eth_account import Account

from ocn.chain.artifacts import Artifact, ContractName, load

#: and its constructor's arguments
CONTRACTS: dict[ContractName, bytes] = {
    "Registry": b"",
    "Permissions": bytes(32),
    "Lanes": encode(["uint256"], [86_400]),
    "TestToken": encode(["string", "string", "uint8"], ["Test Euro", "EUR", 6]),
}
every_contract = pytest.mark.parametrize("name", CONTRACTS)
MNEMONIC = "candy maple cake sugar pudding cream honey rich smooth crumble sweet treat"
AFTER_LONDON = {
    0x49: "BLOBHASH",
    0x4A: "BLOBBASEFEE",
    0x5C: "TLOAD",
    0x5D: "TSTORE",
    0x5E: "MCOPY",
    0x5F: "PUSH0",
}


def test_artifacts_compiled_again_are_the_same_bytes() -> None:
    build = Path(__file__).resolve().parents[1] / "build.py"

    done = subprocess.run(
        [sys.executable, str(build), "--check"], check=False, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr


@every_contract
def test_artifact_is_for_london_and_its_compiler(name: ContractName) -> None:
    artifact = load(name)

    assert (artifact.name, artifact.evm_version, artifact.compiler) == (name, "london", "vyper 0.4.3")


@every_contract
def test_code_has_no_instruction_newer_than_london(name: ContractName) -> None:
    found = {AFTER_LONDON[op] for op in _instructions(load(name)) if op in AFTER_LONDON}

    assert found == set()


def test_scan_of_newer_code_finds_its_instructions() -> None:
    push0 = Artifact("x", [], b"", bytes.fromhex("605f5f525e"), "", "", "")

    assert [op for op in _instructions(push0) if op in AFTER_LONDON] == [0x5F, 0x5E]


@every_contract
def test_code_on_chain_stays_under_the_size_limit(name: ContractName) -> None:
    assert len(load(name).deployed_bytecode) + 1_024 < 24_576


@every_contract
def test_deployment_fits_energy_webs_genesis_gas_limit(name: ContractName) -> None:
    receipt = Evm().send("0x" + "11" * 20, None, load(name).bytecode + CONTRACTS[name])

    assert receipt.gas < 6_000_000


def test_deployment_at_nonces_two_and_three_gives_the_addresses_clients_know() -> None:
    Account.enable_unaudited_hdwallet_features()
    deployer = Account.from_mnemonic(MNEMONIC).address.lower()
    evm = Evm()
    evm.set_nonce(deployer, 2)

    registry = evm.send(deployer, None, load("Registry").bytecode).created
    argument = bytes(12) + bytes.fromhex(registry[2:])
    permissions = evm.send(deployer, None, load("Permissions").bytecode + argument).created

    assert registry == "0x345cA3e014Aaf5dcA488057592ee47305D9B3e10".lower()
    assert permissions == "0xf25186B5081Ff5cE73482AD761DB0eB0d25abfBF".lower()


def test_entry_of_an_unknown_function_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="no function nothing"):
        load("Registry").function("nothing")
    assert load("Registry").function("getNode")["stateMutability"] == "view"
    assert load("Registry").event("OperatorUpdate")["inputs"][0]["indexed"]


def _instructions(artifact: Artifact) -> Iterator[int]:
    """The opcodes of the code on chain, without what they push."""
    code, at = artifact.deployed_bytecode, 0
    while at < len(code):
        opcode = code[at]
        yield opcode
        at += 1 + (opcode - 0x5F if 0x60 <= opcode <= 0x7F else 0)
