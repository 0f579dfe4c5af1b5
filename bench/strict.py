"""Strict signatures for one measurement: each is taken once, so every request needs one of its own."""

import time

from bench.bodies import Message
from ocn.ocpi.party_id import PartyId
from ocn.signing import PrivateKey, new_nonce
from ocn.signing.strict import RequestParts, sign_strictly

_LIFETIME_MS = 240_000
MOST_PER_SECOND = 9_000
"""No relay here answers faster; what is left over of the signatures is not needed."""


def strict_signatures(
    message: Message, key: PrivateKey, sender: PartyId, receiver: PartyId, count: int
) -> list[str]:
    """Return header values for so many ``PUT`` of the session."""
    parts = RequestParts(
        method="PUT",
        version="2.2.1",
        module="sessions",
        role="RECEIVER",
        path="/DE/CPO/S1",
        query="",
        body=message.body,
        response_url="",
        sender=sender.key,
        receiver=receiver.key,
        correlation_id=message.headers["x-correlation-id"],
    )
    now = time.time_ns() // 1_000_000
    return [
        sign_strictly(key, parts, created_ms=now, lifetime_ms=_LIFETIME_MS, nonce=new_nonce())
        for _ in range(count)
    ]
