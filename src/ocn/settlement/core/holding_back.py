"""What a lane holds back: as the terms say, as the chain has it, and the text by which both agree on it."""

from dataclasses import dataclass

from ocn.settlement.core.lane import Lane, LaneState
from ocn.settlement.core.terms import Terms
from ocn.settlement.core.typed_data import hold_back_digest
from ocn.settlement.core.vouchers import compact, signer_of
from ocn.settlement.errors import NoVaultKey, TermsInvalid, VoucherInvalid
from ocn.signing.addresses import same_address
from ocn.signing.keys import PrivateKey

_HOUR_S = 3600


@dataclass(frozen=True, slots=True)
class HoldBack:
    """One agreement, for the contract. It holds once: it has the numbers of both vaults' next signed calls.

    ``window_s`` 0 and no ``arbiter`` end what was agreed before. ``deadline`` in Unix seconds.
    """

    lane: Lane
    window_s: int
    arbiter: str
    payer_number: int
    payee_number: int
    deadline: int

    def number_of(self, vault: str) -> int:
        """Return which of its signed calls this is for a vault."""
        return self.payer_number if vault == self.lane.payer else self.payee_number

    def signed_with(self, key: PrivateKey | None, vault: str) -> bytes:
        """Sign for a vault, which no hot key can: 64 bytes.

        Raises:
            NoVaultKey: this is not its key.
        """
        if key is None or not same_address(key.address, vault):
            raise NoVaultKey(f"only the key of the vault {vault} may agree on holding payments back")
        return compact(key.sign_digest(self._digest))

    def require_signed_by(self, vault: str, signature: bytes) -> None:
        """Check the signature of a vault.

        Raises:
            TermsInvalid: it is another's, or another text was signed.
        """
        try:
            signer = signer_of(self._digest, signature)
        except VoucherInvalid as error:
            raise TermsInvalid(f"the agreement on holding back is not signed: {error.message}") from error
        if not same_address(signer, vault):
            raise TermsInvalid(
                f"the agreement on holding back is signed by {signer}, not by the vault {vault}",
                hint="Or another text was signed: another window, arbiter, number or deadline.",
            )

    @property
    def _digest(self) -> bytes:
        return hold_back_digest(
            self.lane, self.window_s, self.arbiter, (self.payer_number, self.payee_number), self.deadline
        )


def window_of(terms: Terms) -> int:
    """Return for how many seconds terms hold payments back."""
    return terms.hold_back_h * _HOUR_S


def hold_back_difference(terms: Terms, state: LaneState) -> str:
    """Say how the chain holds this lane back otherwise than the terms say; empty where it does not."""
    if (state.window_s, state.arbiter.lower()) == (window_of(terms), terms.arbiter.lower()):
        return ""
    said = _said(window_of(terms), terms.arbiter)
    return (
        f"the chain holds payments on this lane back {_said(state.window_s, state.arbiter)}, the terms {said}"
    )


def _said(window_s: int, arbiter: str) -> str:
    return f"for {window_s} s with the arbiter {arbiter}" if window_s else "not at all"
