"""OCMF records as meters sign them, and CDRs that carry them."""

import json
from base64 import b64encode
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ocn.ocpi.party_id import PartyId
from ocn.party.json_text import JsonObject, decode_json

CPO = PartyId("DE", "CPO")
EVSE = "DE*CPO*E1"
METER = ec.derive_private_key(20261128, ec.SECP256R1())
BEGIN: dict[str, Any] = {
    "TM": "2026-03-11T10:00:30,000+0000 S",
    "TX": "B",
    "RV": 100.25,
    "RI": "1-b:1.8.0",
    "RU": "kWh",
    "EF": "",
    "ST": "G",
}
END: dict[str, Any] = {"TM": "2026-03-11T11:59:30,000+0000 S", "TX": "E", "RV": 120.5}
"""What an end leaves out is as in the begin."""


def public(key: ec.EllipticCurvePrivateKey = METER) -> str:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo).hex()


def payload(*readings: dict[str, Any], **members: Any) -> str:
    made = {"FV": "1.0", "GS": "17619300", "PG": "T32", "IT": "NONE", "ID": "", **members}
    return json.dumps({**made, "RD": list(readings or (BEGIN, END))}, separators=(",", ":"))


def signed(text: str, key: ec.EllipticCurvePrivateKey = METER, **section: str) -> str:
    """A record; the curve's own method unless the section says another."""
    found = key.sign(text.encode(), ec.ECDSA(SHA256()))
    return f"OCMF|{text}|{json.dumps({'SD': found.hex(), **section})}"


def cdr(*records: str, energy: str = "20.25", **members: Any) -> JsonObject:
    """A CDR of two hours that carries records in base64, as OCPI says."""
    values = [
        {"nature": "End", "plain_data": "", "signed_data": b64encode(record.encode()).decode()}
        for record in records
    ]
    made = {
        "start_date_time": "2026-03-11T10:00:00Z",
        "end_date_time": "2026-03-11T12:00:00Z",
        "cdr_token": {"uid": "1F2D3A4F", "contract_id": "NL-MSP-1"},
        "cdr_location": {"evse_uid": "3256", "evse_id": EVSE},
        "signed_data": {"encoding_method": "OCMF", "public_key": public(), "signed_values": values},
        **members,
    }
    document: JsonObject = decode_json(json.dumps({**made, "total_energy": 0}).encode())
    return {**document, "total_energy": decode_json(energy.encode())}
