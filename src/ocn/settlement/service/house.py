"""What one party settles with: who it is, its keys, its memory, its view of the chain, its clock."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from ocn.ocpi.party_id import PartyId
from ocn.party.clock import utc_now
from ocn.party.signatures.strict_terms import Keys
from ocn.settlement.core.bounds import TermsBounds
from ocn.settlement.ports import Keeper, Ledger
from ocn.settlement.store import Store
from ocn.signing.addresses import same_address
from ocn.signing.keys import PrivateKey


def _seed() -> bytes:
    return secrets.token_bytes(32)


@dataclass(frozen=True, slots=True)
class House:
    """Shared by the payer and the payee of a party, if it is both.

    Args:
        own: the party. One house per party.
        key: signs terms: the key that the registry lists for the party.
        voucher_key: signs vouchers: the vault's key, or a hot key of it. By default the same.
        bounds: which terms are agreed to without asking people.
        store: what must not be forgotten.
        ledger: what the chain says.
        keeper: goes to the chain; without one nothing is claimed or reserved by itself.
        vault_key: the vault's own, to hold payments back; found by itself where it is one of the two others.
        keys: who has which key in the registry; without it, whoever speaks as a party is taken at its word.
    """

    own: PartyId
    key: PrivateKey = field(repr=False)
    bounds: TermsBounds
    store: Store
    ledger: Ledger
    keeper: Keeper | None = None
    voucher_key: PrivateKey = field(default=None, repr=False)  # type: ignore[assignment]  # set below
    keys: Keys | None = None
    vault_key: PrivateKey | None = field(default=None, repr=False)
    now: Callable[[], datetime] = utc_now
    seed: Callable[[], bytes] = _seed

    def __post_init__(self) -> None:
        """One key for all purposes, unless told otherwise."""
        if self.voucher_key is None:
            object.__setattr__(self, "voucher_key", self.key)
        vaults = (
            each for each in (self.voucher_key, self.key) if same_address(each.address, self.bounds.vault)
        )
        if self.vault_key is None:
            object.__setattr__(self, "vault_key", next(vaults, None))
