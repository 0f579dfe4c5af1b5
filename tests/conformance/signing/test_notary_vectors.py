"""The published vectors: a request signed, rewritten by a node, and rewritten again; a signed error."""

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped]  # ships no types
import msgspec
import pytest

from ocn.signing.envelope import Envelope
from ocn.signing.json_values import JsonValue, parse_json
from ocn.signing.keys import PrivateKey
from ocn.signing.notary import rewrite, sign, verify
from ocn.signing.paths import look_up, restored
from ocn.signing.values import SignedValues, request_values, response_values
from ocn.signing.wire import decode, encode

VECTORS: dict[str, Any] = msgspec.json.decode(Path(__file__).with_name("vectors_notary.json").read_bytes())


@dataclass(frozen=True, slots=True)
class Step:
    """What one signer did to the message, and the expected outcome."""

    expected: dict[str, Any]
    values: SignedValues
    envelope: Envelope


def play(count: int) -> list[Step]:
    request = VECTORS["request"]
    body = parse_json(msgspec.json.encode(request["body"]))
    values = request_values(request["headers"], (), body)
    done: list[Step] = []
    for expected in VECTORS["steps"][:count]:
        key = PrivateKey.from_hex(expected["key"])
        assert key.address == expected["address"]
        changes: dict[str, JsonValue] = expected["changes"]
        if not done:
            envelope = sign(values, key)
        else:
            before = values.root()
            old = {path: look_up(before, path) for path in changes}
            after = restored(before, changes)
            headers = {str(name): str(text) for name, text in after["headers"].items()}  # type: ignore[union-attr]  # an object, as root() made it
            values = SignedValues(headers, {}, after["body"])
            envelope = rewrite(done[-1].envelope, old, values, key)
        done.append(Step(expected, values, envelope))
    return done


@pytest.mark.parametrize("count", [1, 2, 3])
def test_signature_of_the_published_request_equals_the_vector(count: int) -> None:
    step = play(count)[-1]

    assert step.envelope.fields == tuple(VECTORS["fields"])
    assert step.envelope.hash == step.expected["hash"]
    assert step.envelope.rsv == step.expected["rsv"]
    assert step.envelope.signatory == step.expected["address"]
    assert len(step.envelope.rewrites) == count - 1


@pytest.mark.parametrize("count", [1, 2, 3])
def test_published_signature_verified_names_every_signatory_oldest_first(count: int) -> None:
    steps = play(count)

    verified = verify(decode(encode(steps[-1].envelope)), steps[-1].values)

    assert verified.signatories == tuple(step.expected["address"] for step in steps)


def test_serialised_rewrite_has_the_published_size_and_first_bytes() -> None:
    step = play(2)[-1]

    packed = base64.b64decode(encode(step.envelope, "brotli"))

    assert len(packed) == step.expected["brotli_bytes"]
    assert packed[:4].hex() == step.expected["brotli_start"]
    assert len(brotli.decompress(packed)) == step.expected["json_bytes"]
    assert base64.b64decode(encode(step.envelope, "plain")) == brotli.decompress(packed)


def test_signed_error_body_equals_the_vector() -> None:
    error = VECTORS["error"]
    body = {**error["body"], "ocn_signature": None}

    envelope = sign(
        response_values({}, parse_json(msgspec.json.encode(body))), PrivateKey.from_hex(error["key"])
    )

    assert envelope.signatory == error["address"]
    assert envelope.hash == error["hash"]
    assert envelope.rsv == error["rsv"]
