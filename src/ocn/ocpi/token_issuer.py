"""Who issued a token: the party whose driver holds it, as Token (from 2.2.1 on) and CdrToken say."""

from collections.abc import Mapping

from ocn.ocpi.party_id import PartyId


def issuer_of(token: object) -> PartyId | None:
    """Return the party that issued a token, which may come from a stranger; None where it names no party."""
    if not isinstance(token, Mapping):
        return None
    codes = token.get("country_code"), token.get("party_id")
    if not isinstance(codes[0], str) or not isinstance(codes[1], str):
        return None
    try:
        return PartyId(codes[0], codes[1])
    except ValueError:
        return None


def issuer_key(token: object) -> str | None:
    """Return the :attr:`PartyId.key` of the party that issued a token.

    None where it names none, as a CdrToken of OCPI 2.2 does not; empty, and so nobody's, where what it names
    is no party.
    """
    if not isinstance(token, Mapping) or not {"country_code", "party_id"} & token.keys():
        return None
    issuer = issuer_of(token)
    return "" if issuer is None else issuer.key
