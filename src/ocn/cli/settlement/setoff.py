"""``ocn settlement set-off``: keep what a counterparty pays for that counterparty, or no longer."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ocn.cli.options import takes
from ocn.cli.settlement.options import TokenName, settlement_options, vault_options

if TYPE_CHECKING:
    from ocn.chain.values import Receipt
    from ocn.cli.accounts import Keys
    from ocn.cli.settlement.network import Settlement
    from ocn.cli.settlement.session import Session
    from ocn.settlement.lanes.tokens import Token

app = typer.Typer()
_PANEL = "Counterparties"


@app.command(
    "set-off",
    rich_help_panel=_PANEL,
    epilog="Example: SIGNER=0x... ocn settlement set-off --token EUR --peer 0x63ed...d1a4",
)
@takes(settlement=settlement_options, keys=vault_options)
def set_off(
    token: TokenName,
    peer: Annotated[str, typer.Option("--peer", help="Address of the vault whose payments are kept.")],
    settlement: "Settlement",
    keys: "Keys",
    leave: Annotated[
        bool, typer.Option("--leave", help="Announce the end; after the time of notice, carry it out.")
    ] = False,
) -> None:
    """Have what a counterparty pays become the reserve for it, so that it counts what is owed as one figure.

    Given again after --leave, it takes the announcement back.
    """
    from ocn.cli.accounts import account
    from ocn.cli.settlement.output import show_outcome

    other = account(peer)

    async def change(session: "Session") -> tuple[dict[str, Any], list["Receipt"]]:
        kind = await session.token(token)
        data = await _next_call(session, other, kind, leave=leave)
        receipts = [] if data is None else [await session.send("set-off", data)]
        return await _after(session, other, kind), receipts

    show_outcome(*settlement.run(change, keys), as_json=settlement.as_json)


async def _next_call(session: "Session", peer: str, token: "Token", *, leave: bool) -> bytes | None:
    """Return what is to be sent; None where it is so already."""
    from ocn.cli.settlement.output import moment
    from ocn.errors import ConfigurationError
    from ocn.settlement.lanes import calls

    lane = session.lane(peer, session.vault, token.address)
    enabled, leaves_at = await session.reader.setoff(session.vault, peer, token.address)
    if not leave:
        return None if enabled and not leaves_at else calls.enable_setoff(lane).data
    if not enabled:
        raise ConfigurationError(f"what {peer} pays in {token.symbol} is not kept for it")
    if not leaves_at:
        return calls.request_leave_setoff(lane).data
    if leaves_at > await session.now():
        raise ConfigurationError(
            f"set-off with {peer} in {token.symbol} ends at {moment(leaves_at)}, not before",
            hint="Run this again then.",
        )
    return calls.leave_setoff(lane)


async def _after(session: "Session", peer: str, token: "Token") -> dict[str, Any]:
    from ocn.cli.settlement.output import moment

    enabled, leaves_at = await session.reader.setoff(session.vault, peer, token.address)
    return {"peer": peer, "token": token.symbol, "setoff": enabled, "leaves_at": moment(leaves_at)}
