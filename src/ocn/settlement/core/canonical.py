"""One spelling of a JSON document, so that both sides hash the same bytes."""

from typing import Any, TypeAlias

import msgspec

from ocn.settlement.core.evidence import ZERO_HASH
from ocn.settlement.errors import EvidenceInvalid
from ocn.signing.hashes import keccak256

JsonObject: TypeAlias = dict[str, Any]

_ENCODER = msgspec.json.Encoder(order="sorted", decimal_format="number")


def canonical(document: object) -> bytes:
    """Write compactly with sorted members. Numbers keep the digits they were written with.

    Raises:
        EvidenceInvalid: it is no JSON.
    """
    try:
        return _ENCODER.encode(document)
    except (TypeError, ValueError, RecursionError) as error:
        raise EvidenceInvalid(f"a document that cannot be written as JSON: {error}") from error


def document_hash(document: JsonObject) -> bytes:
    """Return the hash under which a session or CDR stands in a leaf."""
    return keccak256(canonical(document))


def signed_data_hash(document: JsonObject) -> bytes:
    """Return the hash of a document's signed meter values; zero when it has none."""
    signed = document.get("signed_data")
    return keccak256(canonical(signed)) if signed else ZERO_HASH
