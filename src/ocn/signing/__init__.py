"""Signatures of parties and of nodes: who said this, and is it still what they said.

In come JSON values, bytes, keys and the clock's reading; out go signature texts, proofs of who signed,
or :class:`SignatureInvalid`. The room is pure: it opens nothing, asks no registry whether a signatory was
entitled to sign, and knows no OCPI object, only JSON values and names of headers.

``keys``            private keys, recovery of addresses
``json_values``     JSON read without loss: numbers as text, repeated members refused
``values``          which values of a request or response a party signs
``notary``          the party signature: sign, verify, rewrite
``shapes``          the signed text of a body that is like one read before
``wire``            its compressed text form
``node_signature``  what one node signs for the next over the bytes it sends
``replay_window``   nonces seen lately
"""

from ocn.signing.addresses import address_bytes, checksummed, same_address
from ocn.signing.envelope import Envelope, Rewrite
from ocn.signing.errors import JsonInvalid, SignatureInvalid, Unsignable
from ocn.signing.hashes import keccak256, personal_digest
from ocn.signing.json_values import JsonValue, NumberLiteral, parse_json
from ocn.signing.keys import PrivateKey, recover_address
from ocn.signing.node_signature import (
    NodeProof,
    NodeRequest,
    NodeResponse,
    claimed_node,
    new_nonce,
    sign_node_message,
    verify_node_message,
)
from ocn.signing.notary import Verified, require_complete, rewrite, sign, verify, verify_text
from ocn.signing.number_text import NumberForm
from ocn.signing.plans import lowered
from ocn.signing.replay_window import ReplayWindow
from ocn.signing.shapes import Shapes
from ocn.signing.values import SignedValues, request_values, response_values
from ocn.signing.wire import decode, encode

__all__ = [
    "Envelope",
    "JsonInvalid",
    "JsonValue",
    "NodeProof",
    "NodeRequest",
    "NodeResponse",
    "NumberForm",
    "NumberLiteral",
    "PrivateKey",
    "ReplayWindow",
    "Rewrite",
    "Shapes",
    "SignatureInvalid",
    "SignedValues",
    "Unsignable",
    "Verified",
    "address_bytes",
    "checksummed",
    "claimed_node",
    "decode",
    "encode",
    "keccak256",
    "lowered",
    "new_nonce",
    "parse_json",
    "personal_digest",
    "recover_address",
    "request_values",
    "require_complete",
    "response_values",
    "rewrite",
    "same_address",
    "sign",
    "sign_node_message",
    "verify",
    "verify_node_message",
    "verify_text",
]
