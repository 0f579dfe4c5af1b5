"""Terms, as both sides have signed them."""

from typing import Any

import msgspec
from sqlalchemy import Row

from ocn.settlement.core.signed_terms import SignedTerms
from ocn.settlement.core.terms_text import read_terms, terms_bytes


def terms_values(signed: SignedTerms) -> dict[str, Any]:
    """Write terms."""
    return {
        "payer": signed.terms.payer.party.key,
        "payee": signed.terms.payee.party.key,
        "number": signed.terms.number,
        "document": terms_bytes(signed.terms),
        "payer_signature": signed.payer_signature,
        "payee_signature": signed.payee_signature,
        "payer_vault_signature": signed.payer_vault_signature or None,
        "payee_vault_signature": signed.payee_vault_signature or None,
    }


def terms_of(row: Row[Any]) -> SignedTerms:
    """Read terms."""
    return SignedTerms(
        read_terms(msgspec.json.decode(row.document)),
        row.payer_signature,
        row.payee_signature,
        row.payer_vault_signature or b"",
        row.payee_vault_signature or b"",
    )
