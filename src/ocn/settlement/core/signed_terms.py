"""Terms with their signatures: proposed with one, agreed with both."""

from dataclasses import dataclass, field, replace

from ocn.ocpi.party_id import PartyId
from ocn.settlement.core.terms import Terms
from ocn.settlement.core.terms_text import terms_bytes
from ocn.settlement.core.typed_data import terms_digest
from ocn.settlement.core.vouchers import compact, signer_of
from ocn.settlement.errors import TermsInvalid, VoucherInvalid
from ocn.signing.addresses import same_address
from ocn.signing.hashes import keccak256
from ocn.signing.keys import PrivateKey


@dataclass(frozen=True, slots=True)
class SignedTerms:
    """``payer_signature`` and ``payee_signature`` are 64 bytes, or empty while that side has not signed."""

    terms: Terms
    payer_signature: bytes = field(default=b"", repr=False)
    payee_signature: bytes = field(default=b"", repr=False)

    @property
    def hash(self) -> bytes:
        """The hash of the document, by which terms are called."""
        return keccak256(terms_bytes(self.terms))

    def signed_by(self, key: PrivateKey, party: PartyId) -> "SignedTerms":
        """Add one side's signature.

        Raises:
            TermsInvalid: the party is none of both, or the terms name another key for it.
        """
        if not same_address(self.terms.side_of(party).key, key.address):
            raise TermsInvalid(f"the terms name another key for {party} than {key.address}")
        signature = compact(key.sign_digest(terms_digest(self.terms.lane, self.hash)))
        if party == self.terms.payer.party:
            return replace(self, payer_signature=signature)
        return replace(self, payee_signature=signature)

    def require_signature_of(self, party: PartyId) -> None:
        """Check one side's signature against the key that the terms name for it.

        Raises:
            TermsInvalid: it is missing or another's.
        """
        side = self.terms.side_of(party)
        signature = self.payer_signature if side is self.terms.payer else self.payee_signature
        try:
            signer = signer_of(terms_digest(self.terms.lane, self.hash), signature)
        except VoucherInvalid as error:
            raise TermsInvalid(f"these terms are not signed by {party}: {error.message}") from error
        if not same_address(signer, side.key):
            raise TermsInvalid(
                f"these terms are signed by {signer} where {side.key} of {party} should have signed",
                hint="Or another document was signed than came.",
            )
