"""Terms with their signatures: proposed by one side, agreed with those of both."""

from dataclasses import dataclass, field, replace
from typing import Any

from ocn.ocpi.party_id import PartyId
from ocn.settlement.core.terms import Side, Terms
from ocn.settlement.core.terms_text import terms_bytes
from ocn.settlement.core.typed_data import terms_digest, vault_digest
from ocn.settlement.core.vouchers import compact, signer_of
from ocn.settlement.errors import TermsInvalid, VoucherInvalid
from ocn.signing.addresses import same_address
from ocn.signing.hashes import keccak256
from ocn.signing.keys import PrivateKey


@dataclass(frozen=True, slots=True)
class SignedTerms:
    """Each signature has 64 bytes, or is empty while that side has not signed.

    A side signs with its registry key, and with the key of its vouchers to prove that the vault is its own:
    anybody can read another's vault on chain and name it.
    """

    terms: Terms
    payer_signature: bytes = field(default=b"", repr=False)
    payee_signature: bytes = field(default=b"", repr=False)
    payer_vault_signature: bytes = field(default=b"", repr=False)
    payee_vault_signature: bytes = field(default=b"", repr=False)

    @property
    def hash(self) -> bytes:
        """The hash of the document, by which terms are called."""
        return keccak256(terms_bytes(self.terms))

    @property
    def proves_vaults(self) -> bool:
        """Whether both sides have signed for their vaults; terms of before that was asked for do not."""
        return bool(self.payer_vault_signature and self.payee_vault_signature)

    def signed_by(
        self, key: PrivateKey, party: PartyId, *, voucher_key: PrivateKey | None = None
    ) -> "SignedTerms":
        """Add one side's signatures. ``voucher_key`` is that of its vouchers, where it is another.

        Raises:
            TermsInvalid: the party is none of both, or the terms name other keys for it.
        """
        side, vouching = self.terms.side_of(party), voucher_key or key
        for name, said, own in (("key", side.key, key), ("voucher key", side.signer, vouching)):
            if not same_address(said, own.address):
                raise TermsInvalid(f"the terms name another {name} for {party} than {own.address}")
        name = self._name(side)
        lane, document = self.terms.lane, self.hash
        signatures: dict[str, Any] = {
            f"{name}_signature": compact(key.sign_digest(terms_digest(lane, document))),
            f"{name}_vault_signature": compact(
                vouching.sign_digest(vault_digest(lane, side.vault, document))
            ),
        }
        return replace(self, **signatures)

    def require_signature_of(self, party: PartyId) -> None:
        """Check one side's signature against the key that the terms name for it.

        Raises:
            TermsInvalid: it is missing or another's.
        """
        side = self.terms.side_of(party)
        digest = terms_digest(self.terms.lane, self.hash)
        signer = _signer(digest, getattr(self, f"{self._name(side)}_signature"), f"signed by {party}")
        if not same_address(signer, side.key):
            raise TermsInvalid(
                f"these terms are signed by {signer} where {side.key} of {party} should have signed",
                hint="Or another document was signed than came.",
            )

    def require_vault_of(self, party: PartyId) -> None:
        """Check that the key of a side's vouchers has signed, too. That it may for the vault, the chain says.

        Raises:
            TermsInvalid: it has not.
        """
        side = self.terms.side_of(party)
        digest = vault_digest(self.terms.lane, side.vault, self.hash)
        signature = getattr(self, f"{self._name(side)}_vault_signature")
        signer = _signer(digest, signature, f"signed for the vault {side.vault} of {party}")
        if not same_address(signer, side.signer):
            raise TermsInvalid(
                f"{signer} has signed that the vault {side.vault} is of {party}, not {side.signer}",
                hint="The key that signs a vault's vouchers proves whose it is.",
            )

    def _name(self, side: Side) -> str:
        return "payer" if side is self.terms.payer else "payee"


def _signer(digest: bytes, signature: bytes, what: str) -> str:
    try:
        return signer_of(digest, signature)
    except VoucherInvalid as error:
        raise TermsInvalid(f"these terms are not {what}: {error.message}") from error
