"""The worked examples on the pages are what the code does."""

import json
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from tests.unit.docs.conftest import is_of_a_site

from ocn.node.config import NodeConfig, load_config
from ocn.node.node_headers import SIGNED_BY_ANSWERING_NODES, SIGNED_BY_NODES
from ocn.signing import (
    NodeRequest,
    NodeResponse,
    PrivateKey,
    decode,
    encode,
    keccak256,
    parse_json,
    personal_digest,
    recover_address,
    request_values,
    rewrite,
    sign,
    sign_node_message,
    verify,
)
from ocn.signing.message import compose, walk
from ocn.signing.number_text import NumberForm

Blocks = list[tuple[Path, str, str]]


@pytest.fixture(scope="module")
def vectors(code_blocks: Blocks) -> dict[str, Any]:
    read = [
        json.loads(text) for page, kind, text in code_blocks if (page.name, kind) == ("signatures.md", "json")
    ]
    return {vector["vector"]: vector for vector in read}


def test_the_party_signature_of_the_page_is_ours(vectors: dict[str, Any]) -> None:
    vector = vectors["party signature"]
    values = request_values(
        vector["headers"], parse_qsl(vector["query"]), parse_json(vector["body"].encode())
    )
    fields, scalars = walk(values.root())
    envelope = sign(values, _key(vector))
    assert fields == vector["fields"]
    assert compose(scalars, NumberForm.JAVASCRIPT) == vector["message"]
    assert (envelope.hash, envelope.rsv, envelope.signatory) == (
        vector["hash"],
        vector["rsv"],
        vector["signatory"],
    )
    assert encode(envelope) == vector["header"]
    assert decode(vector["header"]) == envelope


def test_the_rewritten_signature_of_the_page_is_ours(vectors: dict[str, Any]) -> None:
    before, after = vectors["party signature"], vectors["rewritten party signature"]
    values = request_values(before["headers"], [], parse_json(after["body"].encode()))
    envelope = rewrite(decode(before["header"]), after["changed"], values, _key(after))
    assert (envelope.hash, envelope.rsv, envelope.signatory) == (
        after["hash"],
        after["rsv"],
        after["signatory"],
    )
    assert decode(after["header"]) == envelope
    assert verify(envelope, values).signatories == (before["signatory"], after["signatory"])


def test_the_node_request_of_the_page_is_ours(vectors: dict[str, Any]) -> None:
    vector = vectors["node request"]
    message = NodeRequest(
        to=vector["to"],
        method=vector["method"],
        target=vector["target"],
        headers={name: vector["headers"].get(name, "") for name in SIGNED_BY_NODES},
        body=vector["body"].encode(),
    )
    _check_node_signature(vector, message)


def test_the_node_answer_of_the_page_is_ours(vectors: dict[str, Any]) -> None:
    vector = vectors["node answer"]
    message = NodeResponse(
        to=vector["to"],
        request_nonce=vector["request_nonce"],
        status=vector["status"],
        headers={name: vector["headers"].get(name, "") for name in SIGNED_BY_ANSWERING_NODES},
        body=vector["body"].encode(),
    )
    assert vector["request_nonce"] == vectors["node request"]["nonce"]
    _check_node_signature(vector, message)


def test_every_settings_file_on_the_pages_is_accepted(code_blocks: Blocks, tmp_path: Path) -> None:
    blocks = [(page.name, text) for page, kind, text in code_blocks if kind == "toml"]
    files = [(page, text) for page, text in blocks if "url" in tomllib.loads(text)]
    assert files
    for page, text in files:
        file = tmp_path / "node.toml"
        file.write_text(text)
        assert load_config(file).base_url, page


def test_every_piece_of_a_settings_file_names_known_settings(code_blocks: Blocks) -> None:
    for page, kind, text in code_blocks:
        if kind != "toml" or is_of_a_site(text):
            continue
        for name, part in tomllib.loads(text).items():
            field = NodeConfig.model_fields[name]
            known = getattr(field.annotation, "model_fields", None)
            unknown = set(part) - set(known) if isinstance(part, dict) and known else set()
            assert not unknown, f"{page.name}: {name}.{unknown}"


def _key(vector: dict[str, Any]) -> PrivateKey:
    return PrivateKey.from_hex(vector["key"])


def _check_node_signature(vector: dict[str, Any], message: NodeRequest | NodeResponse) -> None:
    key = _key(vector)
    header = sign_node_message(key, message, nonce=vector["nonce"], time_ms=vector["time"])
    assert header == vector["header"]
    text = "".join(f"{line}\n" for line in vector["text"]).encode()
    signature = bytes.fromhex(header.rpartition("sig=0x")[2])
    assert recover_address(personal_digest(keccak256(text)), signature) == key.address
