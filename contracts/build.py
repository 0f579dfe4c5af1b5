"""Compile the contracts and write what the package ships: ``python contracts/build.py [--check]``.

The result depends on the sources and the compiler alone, so that anyone can compile again and compare.
``--check`` writes nothing and fails if the shipped artefacts differ from a fresh build.
"""

import argparse
import hashlib
import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from vyper.compiler import (  # type: ignore[import-untyped]  # the compiler ships no types
    CompilerData,
    outputs_from_compiler_data,
)
from vyper.compiler.input_bundle import (  # type: ignore[import-untyped]  # as above
    FileInput,
    FilesystemInputBundle,
)

SOURCES = Path(__file__).resolve().parent
ARTIFACTS = SOURCES.parent / "src" / "ocn" / "chain" / "artifacts"

#: Contract and the parts it is made of.
CONTRACTS: dict[str, tuple[str, ...]] = {
    "Registry": (
        "Registry.vy",
        "parts/listings.vy",
        "parts/ownable.vy",
        "parts/party_record.vy",
        "parts/personal_signatures.vy",
        "parts/typed_signatures.vy",
    ),
    "Permissions": (
        "Permissions.vy",
        "parts/agreements.vy",
        "parts/personal_signatures.vy",
        "parts/typed_signatures.vy",
    ),
    "Lanes": (
        "Lanes.vy",
        "lanes/claims.vy",
        "lanes/deposits.vy",
        "lanes/disputes.vy",
        "lanes/evidence.vy",
        "lanes/held_money.vy",
        "lanes/hold_backs.vy",
        "lanes/hot_keys.vy",
        "lanes/lane_record.vy",
        "lanes/notice.vy",
        "lanes/refusals.vy",
        "lanes/reserves.vy",
        "lanes/setoffs.vy",
        "lanes/token_moves.vy",
        "lanes/vaults.vy",
        "lanes/vouchers.vy",
        "parts/typed_signatures.vy",
    ),
    "TestToken": ("TestToken.vy", "parts/typed_signatures.vy"),
}

#: Vyper cannot name what a function returns; clients that read results by name can, with these.
RETURNS: dict[str, tuple[str, ...]] = {
    "getOperatorByAddress": ("operator", "domain"),
    "getOperatorByOcpi": ("operator", "domain"),
    "getPartyDetailsByAddress": (
        "countryCode",
        "partyId",
        "modulesSender",
        "modulesReceiver",
        "roles",
        "operatorAddress",
        "operatorDomain",
    ),
    "getPartyDetailsByOcpi": (
        "partyAddress",
        "roles",
        "modulesSender",
        "modulesReceiver",
        "operatorAddress",
        "operatorDomain",
    ),
    "getService": ("countryCode", "partyId", "name", "url", "permissions"),
    "exposure": ("claimable", "reserved", "free", "claimed", "exit", "exitReadyAt"),
    "setoff": ("enabled", "leavesAt"),
    "signer": ("rights", "retiresAt"),
    "holdBack": ("window", "arbiter", "collectable"),
    "bucket": ("amount", "start", "evidence"),
    "disputed": ("amount", "timeout"),
    "eip712Domain": (
        "fields",
        "name",
        "version",
        "chainId",
        "verifyingContract",
        "salt",
        "extensions",
    ),
}


def compiled(sources: Path, file: str) -> tuple[dict[str, Any], str]:
    """What the compiler makes of one file below ``sources``, and the EVM it is for."""
    bundle = FilesystemInputBundle([sources])
    source = bundle.load_file(Path(file))
    if not isinstance(source, FileInput):
        raise TypeError(f"{source.path} is not a source file")
    data = CompilerData(source, bundle)
    output = outputs_from_compiler_data(data, ["abi", "bytecode", "bytecode_runtime"])
    return output, data.settings.evm_version


def artifact(contract: str) -> dict[str, Any]:
    """What is shipped of one contract, freshly compiled."""
    output, evm_version = compiled(SOURCES, CONTRACTS[contract][0])
    return {
        "contractName": contract,
        "abi": [_with_named_returns(entry) for entry in output["abi"]],
        "bytecode": output["bytecode"],
        "deployedBytecode": output["bytecode_runtime"],
        "sourceSha256": source_sha256(contract),
        "sources": list(CONTRACTS[contract]),
        "compiler": f"vyper {version('vyper')}",
        "evmVersion": evm_version,
    }


def source_sha256(contract: str) -> str:
    """SHA-256 over the contract's sources, one after the other in the order of :data:`CONTRACTS`."""
    digest = hashlib.sha256()
    for name in CONTRACTS[contract]:
        digest.update((SOURCES / name).read_bytes())
    return digest.hexdigest()


def text(contract: str) -> str:
    """The artefact file, byte for byte."""
    return json.dumps(artifact(contract), indent=1) + "\n"


def _with_named_returns(entry: dict[str, Any]) -> dict[str, Any]:
    names = RETURNS.get(entry.get("name", ""))
    if entry["type"] != "function" or names is None:
        return entry
    outputs = [{**output, "name": name} for output, name in zip(entry["outputs"], names, strict=True)]
    return {**entry, "outputs": outputs}


def main() -> int:
    """Write the artefacts, or compare them with ``--check``; the exit status tells."""
    parser = argparse.ArgumentParser(description="Compile the contracts.")
    parser.add_argument("--check", action="store_true", help="compare with what is shipped, write nothing")
    check = parser.parse_args().check
    stale = []
    for contract in CONTRACTS:
        target = ARTIFACTS / f"{contract}.json"
        fresh = text(contract)
        if check:
            if not target.exists() or target.read_text(encoding="utf-8") != fresh:
                stale.append(contract)
        else:
            target.write_text(fresh, encoding="utf-8")
    if stale:
        print(f"Not built from these sources: {', '.join(stale)}. Run contracts/build.py.", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
