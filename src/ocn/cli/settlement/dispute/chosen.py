"""From how a leaf begins to one dispute on the chain, as it stands this moment."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ocn.errors import ConfigurationError

if TYPE_CHECKING:
    from ocn.cli.settlement.session import Session
    from ocn.settlement.core.disputing import Dispute
    from ocn.settlement.lanes.tokens import Token

Leaf = Annotated[
    str,
    typer.Argument(metavar="LEAF", help="The leaf as it is listed, or at least 8 digits of how it begins."),
]
_FEWEST_DIGITS: Final = 8
_HINT: Final = "List them: ocn settlement disputes --all"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A dispute with its token, the lane's arbiter of today, and the chain's time."""

    dispute: "Dispute"
    token: "Token"
    arbiter: str
    now: int


async def chosen_dispute(session: "Session", leaf: str) -> Chosen:
    """Find a dispute and ask the contract how it stands.

    Raises:
        ConfigurationError: it is no leaf, or that of no dispute, or of several.
    """
    from ocn.cli.settlement.dispute.listing import every_dispute

    digits = leaf.lower().removeprefix("0x")
    if not _FEWEST_DIGITS <= len(digits) <= 64 or any(digit not in "0123456789abcdef" for digit in digits):
        raise ConfigurationError(
            f"{leaf[:70]!r} is no leaf: 0x and from {_FEWEST_DIGITS} to 64 hex digits", hint=_HINT
        )
    index = await session.index()
    found = [each for each in every_dispute(session, index) if each.leaf.hex().startswith(digits)]
    if len(found) != 1:
        several = (
            f"{len(found)} disputes have leaves that begin" if found else "no dispute has a leaf that begins"
        )
        raise ConfigurationError(f"{several} with 0x{digits}", hint=_HINT)
    dispute, lane = found[0], found[0].lane
    _, arbiter = await session.reader.hold_back(lane.payer, lane.payee, lane.token)
    frozen, deadline = await session.reader.disputed(lane.payer, lane.payee, lane.token, dispute.leaf)
    if not dispute.resolved_in and (frozen, deadline) != (dispute.amount, dispute.deadline):
        raise ConfigurationError("the dispute has changed while it was read", hint="Run this again.")
    token = await session.tokens.token(lane.token)
    return Chosen(dispute, token, arbiter, await session.now())


def require_open(chosen: Chosen, session: "Session") -> None:
    """Refuse what is resolved already.

    Raises:
        ConfigurationError: it is.
    """
    dispute = chosen.dispute
    if dispute.resolved_in:
        back, kept = (session.shown(units, chosen.token) for units in (dispute.to_payer, dispute.to_payee))
        raise ConfigurationError(
            f"this dispute is resolved: {back} {chosen.token.symbol} went to the payer,"
            f" {kept} to the payee, in {dispute.resolved_in}"
        )
