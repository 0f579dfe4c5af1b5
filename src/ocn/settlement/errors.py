"""What can go wrong in settlement, named after what happened. Nothing has moved when one of these is raised.

::

    OcnError
    └── SettlementError
        ├── AmountInvalid        an amount has wrong decimals, is out of bounds, or is none
        ├── TermsInvalid         terms that cannot be read, contradict themselves or are not signed by both
        ├── TermsRefused         terms that this party does not agree to; lists why
        ├── VoucherInvalid       a voucher of a stranger, of another lane, or that does not continue its lane
        │   ├── VoucherStale         older than what is held already: harmless, and of no use
        │   └── VoucherGap           newer than what is held, and what lies between is missing
        ├── EvidenceInvalid      leaves that do not add up to the voucher they came with
        ├── NoTerms              the two parties have agreed on nothing, or not for now
        ├── NoVaultKey           only the vault's own key may do it, and that is not here
        └── ConflictingState     what is stored contradicts what was to be done; nothing was signed
"""

from ocn.errors import OcnError


class SettlementError(OcnError):
    """Settlement could not do what it was asked to."""


class AmountInvalid(SettlementError):
    """Not an amount of this token or currency."""


class TermsInvalid(SettlementError):
    """Terms that nobody can agree to as they stand."""


class TermsRefused(SettlementError):
    """Terms that are in order and not wanted here; ``reasons`` says each thing that stands in the way."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__(f"these terms are not accepted: {'; '.join(reasons)}")
        self.reasons = reasons


class VoucherInvalid(SettlementError):
    """A voucher that must not be accepted."""


class VoucherStale(VoucherInvalid):
    """A voucher that a newer one, which is held, has replaced."""


class VoucherGap(VoucherInvalid):
    """A voucher whose predecessors are not known here."""


class EvidenceInvalid(SettlementError):
    """The leaves shown are not those that the voucher commits to."""


class NoTerms(SettlementError):
    """There are no terms between the two parties, or none that are in force."""


class NoVaultKey(SettlementError):
    """What only a vault's own key may do was asked of a keeper that does not have it."""


class ConflictingState(SettlementError):
    """Another process has gone on with the same lane, or the store was exchanged under a running one."""
