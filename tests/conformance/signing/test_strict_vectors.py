"""The published vectors of strict signatures: every statement and header, byte for byte."""

import json
from pathlib import Path
from typing import Any

import pytest

from ocn.signing import PrivateKey
from ocn.signing.strict import (
    AnswerParts,
    Kind,
    Reason,
    RequestParts,
    extend,
    read_chain,
    sign_strictly,
    verify_strictly,
)
from ocn.signing.strict.chain import link_statement, name_of, origin_statement, signed_digest

VECTORS = json.loads((Path(__file__).parent / "vectors_strict.json").read_text())["vectors"]
NAMED = pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])


def parts_of(kind: str, written: dict[str, Any]) -> RequestParts | AnswerParts:
    values = {**written, "body": written["body"].encode()}
    return RequestParts(**values) if kind == "request" else AnswerParts(**values)


@NAMED
def test_signing_the_vectors_parts_gives_its_header(vector: dict[str, Any]) -> None:
    parts = parts_of(vector["kind"], vector["parts"])

    text = sign_strictly(
        PrivateKey.from_hex(vector["key"]),
        parts,
        created_ms=vector["created"],
        lifetime_ms=vector["lifetime"],
        nonce=vector["nonce"],
    )
    statement = origin_statement(Kind(vector["kind"]), read_chain(text).origin, parts.digests())

    assert statement.decode().splitlines() == vector["statement"]
    assert name_of(statement) == vector["statement_sha256"]
    assert signed_digest(vector["statement_sha256"]).hex() == vector["signed_digest"]
    assert text == vector["header"]


@NAMED
def test_every_link_of_the_vector_is_written_as_it_stands_there(vector: dict[str, Any]) -> None:
    text, before = vector["header"], parts_of(vector["kind"], vector["parts"])
    for link in vector.get("links", []):
        now, reason = parts_of(vector["kind"], link["parts"]), Reason(link["reason"])
        proof = verify_strictly(text, before)
        was = {name: old for name, old in before.digests().items() if old != now.digests()[name]}
        statement = link_statement(proof.standing.head, reason, link["created"], was, now.digests())
        assert statement.decode().splitlines() == link["statement"]
        key = PrivateKey.from_hex(link["key"])
        text = extend(key, proof.standing, reason, now, created_ms=link["created"]).text
        assert text == link["header"]
        before = now


@NAMED
def test_the_vectors_last_header_names_its_signers(vector: dict[str, Any]) -> None:
    last = vector["links"][-1] if vector.get("links") else vector

    proof = verify_strictly(last["header"], parts_of(vector["kind"], last["parts"]))

    assert [proof.address, *(change.address for change in proof.changes)] == vector["signers"]
