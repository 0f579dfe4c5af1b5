"""``ocn settlement dispute open``: freeze what a session cost while it is held back."""

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ocn.cli.options import takes
from ocn.cli.settlement.database import Database, lanes_of, opened_store
from ocn.cli.settlement.options import settlement_options, vault_options
from ocn.errors import ConfigurationError

if TYPE_CHECKING:
    from ocn.chain.values import Receipt
    from ocn.cli.accounts import Keys
    from ocn.cli.settlement.network import Settlement
    from ocn.cli.settlement.session import Session
    from ocn.settlement.disputable import Held

app = typer.Typer()
_MOST: Final = 20


@app.command(
    "open",
    epilog="Example: SIGNER=0x... ocn settlement dispute open --session S1 --database sqlite:///settlement.db",
)
@takes(settlement=settlement_options, keys=vault_options)
def open_dispute(
    database: Database,
    settlement: "Settlement",
    keys: "Keys",
    session_id: Annotated[str, typer.Option("--session", help="All that this session cost.")] = "",
    cdr: Annotated[str, typer.Option("--cdr", help="All that the session of this CDR cost.")] = "",
    voucher: Annotated[
        int | None,
        typer.Option("--voucher", min=1, help="What this voucher of the lane paid, by its number."),
    ] = None,
    amount: Annotated[
        str | None, typer.Option("--amount", help="No more than it takes to freeze so much, in whole units.")
    ] = None,
    payee: Annotated[str | None, typer.Option("--payee", help="Address of the vault that was paid.")] = None,
    token: Annotated[str | None, typer.Option("--token", "-t", help="Name of the token, or address.")] = None,
    most: Annotated[int, typer.Option("--most", min=1, help="Transactions, one for each voucher.")] = _MOST,
    check: Annotated[bool, typer.Option("--check", help="Say what would be frozen; send nothing.")] = False,
) -> None:
    """As the payer, freeze what was paid and is held back. The arbiter then has eight windows to divide it.

    The database of the settlement has the vouchers that prove it. Every tick of a session is an amount of
    its own, and so a transaction; the dearest go first. It costs their gas, whoever is right.
    """
    from ocn.cli.accounts import account
    from ocn.cli.settlement.output import show_outcome

    if not (session_id or cdr or voucher):
        raise typer.BadParameter("Say what: --session, --cdr or --voucher.")
    paid = "" if payee is None else account(payee)

    async def change(session: "Session") -> tuple[dict[str, Any], list["Receipt"]]:
        from ocn.settlement.disputable import Disputable, Meant

        kind = "" if token is None else (await session.token(token)).address
        meant = Meant(session_id, cdr, voucher, paid, kind)
        async with opened_store(database) as store:
            lanes = [lane for lane in await lanes_of(store) if session.has(lane)]
            disputable = Disputable(session.reader, store, session.vault, await session.now())
            held = await disputable.held(lanes, meant)
        held = await _enough(session, held, amount)
        if len(held) > most:
            raise ConfigurationError(
                f"{meant} was paid by {len(held)} amounts, and each is a transaction",
                hint=f"Give --most {len(held)}, or --amount for less.",
            )
        outcome = await _outcome(session, held)
        if check:
            return outcome, []
        sent = await _send(session, held, outcome)
        return {**outcome, "deadline": await _deadline(session, held)}, sent

    show_outcome(*settlement.run(change, keys), as_json=settlement.as_json)


async def _enough(session: "Session", held: list["Held"], amount: str | None) -> list["Held"]:
    """Return the first of them that reach an amount."""
    if amount is None:
        return held
    token = await session.tokens.token(held[0].lane.token)
    wanted, chosen = session.units(amount, token), 0
    for place, each in enumerate(held, 1):
        chosen += each.amount
        if chosen >= wanted:
            return held[:place]
    raise ConfigurationError(
        f"{session.shown(chosen, token)} {token.symbol} of it are held back,"
        f" not {session.shown(wanted, token)}"
    )


async def _outcome(session: "Session", held: list["Held"]) -> dict[str, Any]:
    """Say what is frozen and what it costs; the contract is asked about every call first."""
    from ocn.cli.settlement.output import moment

    lane = held[0].lane
    token = await session.tokens.token(lane.token)
    _, arbiter = await session.reader.hold_back(lane.payer, lane.payee, lane.token)
    gas = [await session.gas_of(_call(each)) for each in held]
    return {
        "payer": lane.payer,
        "payee": lane.payee,
        "arbiter": arbiter,
        "token": token.symbol,
        "amount": session.shown(sum(each.amount for each in held), token),
        "held_until": moment(min(each.bucket.held_until for each in held)),
        "gas": sum(gas),
        "evidence": sorted({"0x" + each.bucket.evidence.hex() for each in held}),
        "leaves": ["0x" + each.found.hash.hex() for each in held],
        "documents": ["0x" + each.found.leaf.document.hex() for each in held],
        "vouchers": [str(each.found.entry.number) for each in held],
        "amounts": [session.shown(each.amount, token) for each in held],
    }


async def _send(session: "Session", held: list["Held"], outcome: dict[str, Any]) -> list["Receipt"]:
    session.say(
        f"dispute: freezes {outcome['amount']} {outcome['token']} with {len(held)} transactions,"
        f" about {outcome['gas']} gas; the arbiter is {outcome['arbiter']}"
    )
    return [await session.send("dispute", _call(each)) for each in held]


async def _deadline(session: "Session", held: list["Held"]) -> str | None:
    """Until when the arbiter may divide the first of them."""
    from ocn.cli.settlement.output import moment

    lane = held[0].lane
    _, until = await session.reader.disputed(lane.payer, lane.payee, lane.token, held[0].found.hash)
    return moment(until)


def _call(held: "Held") -> bytes:
    from ocn.settlement.lanes import calls

    return calls.dispute(held.lane, held.bucket.epoch, held.found.proof)
