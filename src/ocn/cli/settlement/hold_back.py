"""``ocn settlement hold-back``: both vaults agree on holding a lane's payments back, by hand."""

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ocn.cli.options import takes
from ocn.cli.settlement.options import Payee, TokenName, settlement_options, vault_options

if TYPE_CHECKING:
    from ocn.chain.values import Receipt
    from ocn.cli.accounts import Keys
    from ocn.cli.settlement.network import Settlement
    from ocn.cli.settlement.session import Session
    from ocn.settlement.core.holding_back import HoldBack
    from ocn.settlement.core.lane import Lane

app = typer.Typer()
_PANEL = "Counterparties"
_HOUR_S: Final = 3600
_GOOD_FOR_S: Final = 86_400
_MOST_HOURS: Final = 720


@app.command(
    "hold-back",
    rich_help_panel=_PANEL,
    epilog=(
        "Example: SIGNER=0x... ocn settlement hold-back 24 --token EUR --payer 0x... --payee 0x..."
        " --arbiter 0x..."
    ),
)
@takes(settlement=settlement_options, keys=vault_options)
def hold_back(
    hours: Annotated[
        int, typer.Argument(metavar="HOURS", min=0, max=_MOST_HOURS, help="How long; 0 for no longer at all.")
    ],
    token: TokenName,
    payer: Annotated[str, typer.Option("--payer", help="Address of the vault that pays.")],
    payee: Payee,
    settlement: "Settlement",
    keys: "Keys",
    arbiter: Annotated[str | None, typer.Option("--arbiter", help="Address of who decides disputes.")] = None,
    signed: Annotated[
        str | None, typer.Option("--signed", help="What the other side printed: agree to it, and send both.")
    ] = None,
) -> None:
    """Agree on holding payments back: one side signs and prints, the other gives that with --signed.

    What is printed is good for a day, and for the next signed call of both vaults.
    """
    from ocn.cli.accounts import account
    from ocn.cli.settlement.output import show_outcome

    if bool(hours) != bool(arbiter):
        raise typer.BadParameter("Give --arbiter with HOURS above 0, and only then.")
    vaults = account(payer), account(payee)
    judge = "" if arbiter is None else account(arbiter)
    if judge in vaults:
        raise typer.BadParameter("The arbiter must be a third party, not one of the two vaults.")

    async def change(session: "Session") -> tuple[dict[str, Any], list["Receipt"]]:
        kind = await session.token(token)
        lane = session.lane(*vaults, kind.address)
        _require_side(session.vault, lane)
        if signed is None:
            return await _sign(session, await _next(session, lane, hours * _HOUR_S, judge)), []
        sent = await session.send("hold-back", _accepted(session, lane, hours * _HOUR_S, judge, signed))
        window, found = await session.reader.hold_back(lane.payer, lane.payee, lane.token)
        return {"payer": lane.payer, "payee": lane.payee, "window_s": window, "arbiter": found}, [sent]

    fields, sent = settlement.run(change, keys)
    if signed is None and not settlement.as_json:
        typer.echo(fields["signed"])  # whole and alone, to be copied or piped
    else:
        show_outcome(fields, sent, as_json=settlement.as_json)


def _require_side(vault: str, lane: "Lane") -> None:
    from ocn.errors import ConfigurationError

    if vault not in (lane.payer, lane.payee):
        raise ConfigurationError(f"the signer {vault} is neither the payer nor the payee")


async def _next(session: "Session", lane: "Lane", window_s: int, arbiter: str) -> "HoldBack":
    from ocn.settlement.core.holding_back import HoldBack

    return HoldBack(
        lane,
        window_s,
        arbiter,
        await session.reader.nonce(lane.payer),
        await session.reader.nonce(lane.payee),
        await session.now() + _GOOD_FOR_S,
    )


async def _sign(session: "Session", agreed: "HoldBack") -> dict[str, Any]:
    from ocn.settlement.protocol.content import wrapped
    from ocn.settlement.protocol.hold_back import hold_back_object

    signature = agreed.signed_with(session.key, session.vault)
    return {"signed": wrapped(hold_back_object(agreed, signature))["content"]}


def _accepted(session: "Session", lane: "Lane", window_s: int, arbiter: str, text: str) -> bytes:
    """Return the call that both agree on, the other side by its signature and this one by sending it."""
    from ocn.chain.values import ZERO_ADDRESS
    from ocn.errors import ConfigurationError
    from ocn.ocpi.errors import InvalidParameters
    from ocn.party.json_text import decode_object
    from ocn.settlement.core.vouchers import expanded
    from ocn.settlement.lanes import calls
    from ocn.settlement.protocol.hold_back import read_hold_back

    try:
        agreed, signature = read_hold_back(decode_object(text.encode()), lane)
    except InvalidParameters as error:
        raise ConfigurationError(f"--signed cannot be read: {error.message}") from error
    if (agreed.window_s, agreed.arbiter) != (window_s, arbiter):
        raise ConfigurationError(
            f"the other side signed {agreed.window_s} s and the arbiter {agreed.arbiter or 'none'},"
            f" not {window_s} s and {arbiter or 'none'}"
        )
    pays = session.vault == lane.payer
    agreed.require_signed_by(lane.payee if pays else lane.payer, signature)
    signatures = (None, expanded(signature)) if pays else (expanded(signature), None)
    return calls.agree_hold_back(lane, window_s, arbiter or ZERO_ADDRESS, agreed.deadline, *signatures)
