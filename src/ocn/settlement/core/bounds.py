"""Which terms a party agrees to without asking people."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ocn.ocpi.party_id import PartyId
from ocn.settlement.core.lane import Lane
from ocn.settlement.core.terms import Terms


@dataclass(frozen=True, slots=True)
class Currency:
    """What a party takes for a currency: one token of one contract on one chain, of equal worth."""

    chain_id: int
    contract: str
    token: str
    decimals: int


@dataclass(frozen=True, slots=True)
class TermsBounds:
    """Amounts are in the token's smallest unit. By default a party agrees to nothing that costs it."""

    vault: str
    """Its own."""
    signer: str
    """Of its own vouchers."""
    currencies: Mapping[str, Currency] = field(default_factory=dict)
    most_reserve: int = 0
    """As a payer."""
    most_tolerance: int = 0
    """As a payer."""
    least_floor: int = 0
    """As a payer: whoever asks for every unit fills the logs of both."""
    least_reserve: int = 0
    """As a payee."""
    most_unsecured: int = 0
    """As a payee."""
    most_floor: int = 0
    """As a payee: so much of each session may be open besides its tick."""
    most_tick_wh: int = 5000
    most_tick_s: int = 60
    most_grace_s: int = 120
    least_grace_s: int = 1
    accepted_causes: frozenset[str] = frozenset()
    """As a payer: causes by which a CDR may differ."""
    vat_included: bool | None = True
    """Which price is settled: with VAT, without, or, with None, the one that the other side proposes."""
    set_off: bool = True
    """Whether terms with set-off are taken: where both directions have it, what the other side pays stays in
    the reserve for it until a release."""
    any_rate: bool = False
    """Whether a rate other than 1 is taken as it is; people should look at one."""
    hold_back: bool = False
    """Whether hold-back lanes are taken."""

    def against(self, terms: Terms, own: PartyId) -> tuple[str, ...]:
        """Return everything that stands in the way of agreeing, as sentences; empty when nothing does."""
        side, payer = terms.side_of(own), terms.payer.party == own
        lane = terms.lane
        wanted = self.currencies.get(terms.currency)
        taken = wanted is not None and (wanted.decimals, _lane_of(wanted, lane)) == (terms.decimals, lane)
        checks: tuple[tuple[bool, str], ...] = (
            (
                taken,
                f"{terms.currency} is not settled in token {lane.token} with {terms.decimals} decimals here",
            ),
            (side.vault.lower() == self.vault.lower(), f"the vault of {own} is {self.vault}"),
            (
                side.signer.lower() == self.signer.lower(),
                f"the vouchers of {own} are signed by {self.signer}",
            ),
            (
                self.vat_included in (None, terms.vat_included),
                f"prices {'without' if self.vat_included is False else 'with'} VAT are settled here",
            ),
            (terms.rate == 1 or self.any_rate, "a rate other than 1 is for people to agree on"),
            (not terms.set_off or self.set_off, "set-off is not wanted here"),
            (not terms.hold_back_h or self.hold_back, "hold-back lanes are not wanted here"),
            (terms.tick.wh <= self.most_tick_wh, f"a tick of more than {self.most_tick_wh} Wh"),
            (terms.tick.s <= self.most_tick_s, f"a tick of more than {self.most_tick_s} s"),
            (terms.grace_s <= self.most_grace_s, f"a grace time of more than {self.most_grace_s} s"),
            (terms.grace_s >= self.least_grace_s, f"a grace time of less than {self.least_grace_s} s"),
            *(self._of_payer(terms) if payer else self._of_payee(terms)),
        )
        return tuple(sentence for holds, sentence in checks if not holds)

    def _of_payer(self, terms: Terms) -> tuple[tuple[bool, str], ...]:
        strange = sorted(set(terms.accepted_causes) - self.accepted_causes)
        return (
            (terms.reserve <= self.most_reserve, f"a reserve of more than {self.most_reserve}"),
            (terms.tolerance <= self.most_tolerance, f"a tolerance of more than {self.most_tolerance}"),
            (terms.floor >= self.least_floor, f"a floor of less than {self.least_floor}"),
            (not strange, f"causes that are not accepted here: {', '.join(strange)}"),
        )

    def _of_payee(self, terms: Terms) -> tuple[tuple[bool, str], ...]:
        return (
            (terms.reserve >= self.least_reserve, f"a reserve of less than {self.least_reserve}"),
            (terms.unsecured <= self.most_unsecured, f"credit of more than {self.most_unsecured}"),
            (terms.floor <= self.most_floor, f"a floor of more than {self.most_floor}"),
        )


def _lane_of(currency: Currency, lane: Lane) -> Lane:
    return Lane(currency.chain_id, currency.contract, currency.token, lane.payer, lane.payee)
