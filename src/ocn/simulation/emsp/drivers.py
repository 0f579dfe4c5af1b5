"""The drivers of a simulated eMSP: one token each."""

import random
from datetime import UTC, datetime

from ocn.ocpi.objects import Token
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import format_datetime

_ISSUED = datetime(2024, 3, 1, 8, tzinfo=UTC)


def build_tokens(party: PartyId, count: int = 10) -> tuple[Token, ...]:
    """Make the tokens of an eMSP: eight-digit RFID uids, the same ones for the same party.

    All are valid but the last, which is blocked, so that authorisation has something to refuse.
    """
    numbers = random.Random(party.key)
    return tuple(_token(party, numbers, valid=n < count) for n in range(1, count + 1))


def _token(party: PartyId, numbers: random.Random, *, valid: bool) -> Token:
    return {
        "country_code": party.country_code,
        "party_id": party.party_id,
        "uid": f"{numbers.randrange(10**8):08}",
        "type": "RFID",
        "contract_id": f"{party.country_code}-{party.party_id}-C{numbers.randrange(10**8):08}",
        "visual_number": f"{numbers.randrange(10**6):06}",
        "issuer": f"Simulated eMSP {party}",
        "valid": valid,
        "whitelist": "NEVER",
        "language": "en",
        "last_updated": format_datetime(_ISSUED),
    }
