"""``ocn settlement``: reserve, release, exposure."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ocn.cli.options import takes
from ocn.cli.settlement.options import Amount, OneToken, Payee, TokenName, settlement_options, vault_options

if TYPE_CHECKING:
    from ocn.chain.values import Receipt
    from ocn.cli.accounts import Keys
    from ocn.cli.settlement.network import Settlement
    from ocn.cli.settlement.session import Session
    from ocn.settlement.lanes import LaneIndex
    from ocn.settlement.lanes.tokens import Token

app = typer.Typer()
_PANEL = "Counterparties"


@app.command(
    "reserve",
    rich_help_panel=_PANEL,
    epilog="Example: SIGNER=0x... ocn settlement reserve 100 --token EUR --payee 0x63ed...d1a4",
)
@takes(settlement=settlement_options, keys=vault_options)
def reserve(amount: Amount, token: TokenName, payee: Payee, settlement: "Settlement", keys: "Keys") -> None:
    """Set free money aside for one payee, who can then count on it."""
    from ocn.cli.accounts import account
    from ocn.cli.settlement.output import show_outcome
    from ocn.settlement.lanes import calls

    paid = account(payee)

    async def change(session: "Session") -> tuple[dict[str, Any], list["Receipt"]]:
        kind, units = await session.amount(amount, token)
        await session.require_free(kind, units)
        call = calls.reserve(session.lane(session.vault, paid, kind.address), units)
        receipt = await session.send("reserve", call.data)
        return await _after(session, paid, kind), [receipt]

    show_outcome(*settlement.run(change, keys), as_json=settlement.as_json)


@app.command(
    "release",
    rich_help_panel=_PANEL,
    epilog="Example: SIGNER=0x... ocn settlement release 40 --token EUR --payee 0x63ed...d1a4",
)
@takes(settlement=settlement_options, keys=vault_options)
def release(
    token: TokenName,
    payee: Payee,
    settlement: "Settlement",
    keys: "Keys",
    amount: Annotated[
        str | None,
        typer.Argument(metavar="AMOUNT", help="Announce that so much leaves the reserve, in whole units."),
    ] = None,
    cancel: Annotated[bool, typer.Option("--cancel", help="Take the announcement back.")] = False,
) -> None:
    """Take money out of a reserve: announce it, and after the time of notice run this without AMOUNT.

    Until then the payee can still claim it.
    """
    from ocn.cli.accounts import account
    from ocn.cli.settlement.output import show_outcome

    if cancel and amount is not None:
        raise typer.BadParameter("Give AMOUNT or --cancel, not both.")
    paid = account(payee)

    async def change(session: "Session") -> tuple[dict[str, Any], list["Receipt"]]:
        kind = await session.token(token)
        data = await _release_call(session, paid, kind, amount, cancel=cancel)
        receipt = await session.send("release", data)
        return await _after(session, paid, kind), [receipt]

    show_outcome(*settlement.run(change, keys), as_json=settlement.as_json)


@app.command(
    "exposure",
    rich_help_panel=_PANEL,
    epilog="Example: ocn settlement exposure --party 0x63ed...d1a4 --json",
)
@takes(settlement=settlement_options)
def exposure(
    settlement: "Settlement",
    party: Annotated[str, typer.Option("--party", help="Address of the vault.")],
    counterparty: Annotated[
        str | None, typer.Option("--counterparty", help="With this vault only, by its address.")
    ] = None,
    token: OneToken = None,
) -> None:
    """Show what a party and its counterparties can count on: one line a direction and token."""
    from ocn.cli.accounts import account
    from ocn.cli.output import show_all

    vault = account(party)
    other = None if counterparty is None else account(counterparty)

    async def read(session: "Session") -> list[dict[str, Any]]:
        tokens = {one.address: one for one in await session.chosen_tokens(token)}
        return _rows(await session.index(), vault, other, tokens)

    found = settlement.run(read)
    show_all(found, lambda row: row, as_json=settlement.as_json, nothing="There are no such lanes.")


def _rows(
    index: "LaneIndex", vault: str, other: str | None, tokens: dict[str, "Token"]
) -> list[dict[str, Any]]:
    from ocn.cli.settlement.output import lane_row

    rows = []
    for key, lane in index.lanes_of(vault):
        payer, payee = key.first, key.second
        counterparty = payee if payer == vault else payer
        if key.third in tokens and other in (None, counterparty):
            direction = "pays" if payer == vault else "is paid"
            free = index.free(key.third, payer)
            rows.append(lane_row(direction, counterparty, tokens[key.third], lane, free))
    return sorted(rows, key=lambda row: (row["counterparty"], row["token"], row["direction"]))


async def _release_call(
    session: "Session", payee: str, token: "Token", amount: str | None, *, cancel: bool
) -> bytes:
    """Return the next step of a release, or say in people's words why there is none."""
    from ocn.cli.settlement.output import moment
    from ocn.errors import ConfigurationError
    from ocn.settlement.lanes import calls

    lane = session.lane(session.vault, payee, token.address)
    there = await session.reader.exposure(session.vault, payee, token.address)
    if cancel:
        return calls.request_release(lane, 0).data
    if amount is not None:
        units = session.units(amount, token)
        if units > there.reserved:
            raise ConfigurationError(
                f"{session.shown(there.reserved, token)} {token.symbol} are reserved for {payee},"
                f" not {session.shown(units, token)}"
            )
        return calls.request_release(lane, units).data
    if not there.exit:
        raise ConfigurationError(
            f"no release of {token.symbol} reserved for {payee} was announced",
            hint="Give AMOUNT to announce one.",
        )
    if there.exit_ready_at > await session.now():
        raise ConfigurationError(
            f"{session.shown(there.exit, token)} {token.symbol} leave the reserve at"
            f" {moment(there.exit_ready_at)}, not before",
            hint="Run this again then.",
        )
    return calls.release(lane)


async def _after(session: "Session", payee: str, token: "Token") -> dict[str, Any]:
    """What a payee can count on after a change."""
    from ocn.cli.settlement.output import moment

    there = await session.reader.exposure(session.vault, payee, token.address)
    return {
        "payee": payee,
        "token": token.symbol,
        "reserved": session.shown(there.reserved, token),
        "free": session.shown(there.free, token),
        "leaving": session.shown(there.exit, token),
        "leaves_at": moment(there.exit_ready_at),
    }
