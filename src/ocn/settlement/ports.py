"""What settlement needs of others: the chain's state and its money, prices, what was relayed, chargers.

Each is a Protocol declared where it is used. Those of the chain are implemented by
:mod:`ocn.settlement.lanes` and :mod:`ocn.settlement.keeper`, prices by :mod:`ocn.settlement.engine`, relayed
objects by :mod:`ocn.settlement.relayed`; chargers belong to the CPO's back end.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from ocn.ocpi.party_id import PartyId
from ocn.settlement.core.asked import Verdict
from ocn.settlement.core.booking import Settlement
from ocn.settlement.core.canonical import JsonObject
from ocn.settlement.core.disputing import Dispute
from ocn.settlement.core.holding_back import HoldBack
from ocn.settlement.core.lane import Lane, LaneState
from ocn.settlement.core.reasons import Refusal
from ocn.settlement.core.vouchers import SignedVoucher


class Ledger(Protocol):
    """What the chain says of lanes, as this party last heard it. Questions cost no round trip."""

    async def state(self, lane: Lane, *, confirmed: bool = False) -> LaneState:
        """Return a lane's state in the newest block, or in the newest that no reorganisation is expected of.

        A lane that the chain never heard of has nothing claimed and nothing reserved.
        """
        ...

    async def decimals(self, lane: Lane) -> int:
        """Return how many decimals the lane's token has.

        Raises:
            OcnError: the chain cannot be asked, or there is no such token.
        """
        ...

    async def may_sign(self, lane: Lane, signer: str) -> bool:
        """Whether vouchers of this key count for the lane's payer: it is the vault, or a hot key of it."""
        ...

    async def signers(self, lane: Lane) -> Collection[str]:
        """Return every key whose vouchers count for the lane's payer, or once did."""
        ...

    async def settlements(self, lane: Lane, after_claimed: int) -> Sequence[Settlement]:
        """Return what moved the lane's claimed total beyond a value, oldest first; confirmed only."""
        ...

    async def disputes(self, lane: Lane, *, confirmed: bool = False) -> Sequence[Dispute]:
        """Return what was ever disputed on a lane, in no particular order."""
        ...


class Keeper(Protocol):
    """Takes vouchers to the chain. What became of it is seen in the :class:`Ledger`, and nowhere else."""

    async def claim(self, voucher: SignedVoucher) -> None:
        """Have a voucher cashed. Taken over durably when this returns; asked twice, done once."""
        ...

    async def net(self, voucher: SignedVoucher, back: SignedVoucher) -> None:
        """Have two vouchers of opposite lanes set off against each other, and the difference cashed."""
        ...

    async def reserve(self, lane: Lane, amount: int) -> None:
        """Reserve so much more of the payer's free money for the lane; for the payer's own lanes."""
        ...

    async def set_off(self, lane: Lane) -> None:
        """Have what a lane pays this party become its reserve for the payer.

        Raises:
            NoVaultKey: only the payee's vault may promise that, and its key is not here.
        """
        ...

    async def next_number(self, vault: str) -> int:
        """Return the number of a vault's next signed call, as the chain says now."""
        ...

    async def hold_back(self, agreed: HoldBack, payer: bytes, payee: bytes) -> None:
        """Have a lane hold payments back as both vaults have signed it (64 bytes each)."""
        ...

    async def collect(self, lane: Lane) -> None:
        """Give a lane's payee what was held back long enough, if anything was."""
        ...


class Pricing(Protocol):
    """What sessions cost and whether CDRs are right, by tariffs that were known before."""

    def price(
        self,
        session: JsonObject,
        tariffs: Sequence[JsonObject],
        *,
        time_zone: str | None,
        vat_included: bool,
    ) -> Decimal | Refusal:
        """Price a running session as it stands."""
        ...

    def verify(self, cdr: JsonObject, tariffs: Sequence[JsonObject], *, time_zone: str | None) -> Verdict:
        """Verify a CDR and say why it differs."""
        ...


class Relayed(Protocol):
    """What a counterparty has told by OCPI, as this party keeps it."""

    async def session(self, owner: PartyId, session_id: str) -> JsonObject | None:
        """Return a session as it was last told."""
        ...

    async def cdr(self, owner: PartyId, cdr_id: str) -> JsonObject | None:
        """Return a CDR that was posted."""
        ...

    async def tariffs(self, owner: PartyId, session: JsonObject) -> Sequence[JsonObject]:
        """Return the tariffs that a session or CDR is sold by, as they were told before the session was.

        Empty when none was.
        """
        ...

    async def time_zone(self, owner: PartyId, session: JsonObject) -> str | None:
        """Return the time zone of the session's location; None when it was not told before."""
        ...

    async def since(self, owner: PartyId, session_id: str) -> datetime | None:
        """Return the earliest moment at which a session may have begun.

        That is when it was first told of, or the earliest start that it was ever told with. None where nobody
        took note of when it was told.
        """
        ...


class Drivers(Protocol):
    """Who charges at a payer's expense; belongs to the eMSP's back end."""

    async def charges(self, owner: PartyId, session: JsonObject) -> bool:
        """Whether this party stands for a session before it pays for it the first time.

        Its token was issued here, was authorised there and then, and this is no second id of a session that
        is paid already: whatever the back end knows. OCPI lets a CPO tell of any session.
        """
        ...


class Meters(Protocol):
    """Whether signed meter values are what they should be; belongs to the eMSP's back end.

    It takes the meters' public keys from somebody else than the CPO, and a reader of each format;
    :class:`ocn.settlement.SignedMeters` reads OCMF.
    """

    async def objection(self, owner: PartyId, cdr: JsonObject) -> str:
        """Say in a sentence what is wrong with a CDR's ``signed_data``, or its absence; empty for nothing."""
        ...


class Chargers(Protocol):
    """What a CPO's back end does for its settlement side. ``why`` is a sentence for logs and displays.

    Each returns once the charge point has been told, and is called again after it raised anything.
    :class:`ocn.settlement.chargers.OwnCommands` is one for a back end that serves commands and charging
    profiles anyway.
    """

    async def hold(self, session_id: str, payer: PartyId, why: str) -> None:
        """Let no energy flow, and keep the session: a charging profile with a limit of 0."""
        ...

    async def resume(self, session_id: str, payer: PartyId, why: str) -> None:
        """Lift that limit."""
        ...

    async def stop(self, session_id: str, payer: PartyId, why: str) -> None:
        """End the session."""
        ...
