"""``ocn settlement``: balance, deposit, withdraw."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ocn.cli.options import takes
from ocn.cli.settlement.options import Amount, TokenName, settlement_options, vault_options

if TYPE_CHECKING:
    from ocn.chain.values import Receipt
    from ocn.cli.accounts import Keys
    from ocn.cli.settlement.network import Settlement
    from ocn.cli.settlement.session import Session
    from ocn.settlement.lanes import LaneIndex
    from ocn.settlement.lanes.tokens import Token

app = typer.Typer()
_PANEL = "Money"
_OneToken = Annotated[str | None, typer.Option("--token", "-t", help="This token only, by name or address.")]


@app.command(
    "balance",
    rich_help_panel=_PANEL,
    epilog="Example: ocn settlement balance --party 0x63ed...d1a4 --token EUR",
)
@takes(settlement=settlement_options)
def balance(
    settlement: "Settlement",
    party: Annotated[str, typer.Option("--party", help="Address of the vault.")],
    token: _OneToken = None,
) -> None:
    """Show a party's money: in its wallet, free, in its reserves, and in those made for it."""
    from ocn.cli.accounts import account
    from ocn.cli.output import show_all

    vault = account(party)

    async def read(session: "Session") -> list[dict[str, Any]]:
        tokens = await session.chosen_tokens(token)
        index = await session.index()
        return [await _balance(session, index, vault, one) for one in tokens]

    found = settlement.run(read)
    show_all(found, lambda row: row, as_json=settlement.as_json, nothing="No token is known.")


@app.command(
    "deposit",
    rich_help_panel=_PANEL,
    epilog="Example: SIGNER=0x... ocn settlement deposit 250 --token EUR",
)
@takes(settlement=settlement_options, keys=vault_options)
def deposit(
    amount: Amount,
    token: TokenName,
    settlement: "Settlement",
    keys: "Keys",
    party: Annotated[
        str | None, typer.Option("--for", help="Address of another vault, which the money is for.")
    ] = None,
) -> None:
    """Move tokens from the signer's wallet into its vault, where they are free."""
    from ocn.cli.accounts import account
    from ocn.cli.settlement.output import show_outcome
    from ocn.settlement.lanes import calls

    other = None if party is None else account(party)

    async def change(session: "Session") -> tuple[dict[str, Any], list["Receipt"]]:
        kind, units = await session.amount(amount, token)
        await session.require_in_wallet(kind, units)
        vault = other or session.vault
        receipts = await session.allow(kind, units)
        receipts.append(await session.send("deposit", calls.deposit(vault, kind.address, units)))
        return {"party": vault, **await session.free_of(vault, kind)}, receipts

    show_outcome(*settlement.run(change, keys), as_json=settlement.as_json)


@app.command(
    "withdraw",
    rich_help_panel=_PANEL,
    epilog="Example: ocn settlement withdraw 100 --token EUR --keystore vault.json",
)
@takes(settlement=settlement_options, keys=vault_options)
def withdraw(
    amount: Amount,
    token: TokenName,
    settlement: "Settlement",
    keys: "Keys",
    to: Annotated[
        str | None, typer.Option("--to", help="Address of another wallet than the signer's own.")
    ] = None,
) -> None:
    """Pay free money out to a wallet. What is reserved has to be released first."""
    from ocn.cli.accounts import account
    from ocn.cli.settlement.output import show_outcome
    from ocn.settlement.lanes import calls

    receiver = None if to is None else account(to)

    async def change(session: "Session") -> tuple[dict[str, Any], list["Receipt"]]:
        kind, units = await session.amount(amount, token)
        await session.require_free(kind, units)
        wallet = receiver or session.vault
        call = calls.withdraw(session.vault, kind.address, units, wallet)
        receipt = await session.send("withdraw", call.data)
        return {"to": wallet, **await session.free_of(session.vault, kind)}, [receipt]

    show_outcome(*settlement.run(change, keys), as_json=settlement.as_json)


@app.command(
    "mint",
    rich_help_panel="Local network",
    epilog="Example: SIGNER=0x... ocn settlement mint 1000 --token EUR",
)
@takes(settlement=settlement_options, keys=vault_options)
def mint(
    amount: Amount,
    token: TokenName,
    settlement: "Settlement",
    keys: "Keys",
    owner: Annotated[
        str | None, typer.Option("--for", help="Address of another wallet than the signer's own.")
    ] = None,
) -> None:
    """Make money of a test token, on a local network; it is worth nothing anywhere."""
    from ocn.cli.accounts import account
    from ocn.cli.settlement.output import show_outcome
    from ocn.settlement.lanes import erc20

    other = None if owner is None else account(owner)

    async def change(session: "Session") -> tuple[dict[str, Any], list["Receipt"]]:
        session.require_local()
        kind, units = await session.amount(amount, token)
        wallet = other or session.vault
        data = erc20.MINT.encode(wallet.lower(), units)
        receipt = await session.send("mint", data, to=kind.address)
        held = await session.tokens.balance(kind.address, wallet)
        return {"wallet": wallet, "token": kind.symbol, "balance": session.shown(held, kind)}, [receipt]

    show_outcome(*settlement.run(change, keys), as_json=settlement.as_json)


async def _balance(session: "Session", index: "LaneIndex", vault: str, token: "Token") -> dict[str, Any]:
    lanes = [(key, lane) for key, lane in index.lanes_of(vault) if key.third == token.address]
    amounts = {
        "wallet": await session.tokens.balance(token.address, vault),
        "free": index.free(token.address, vault),
        "reserved": sum(lane.reserved for key, lane in lanes if key.first == vault),
        "leaving": sum(lane.exit for key, lane in lanes if key.first == vault),
        "reserved_for_it": sum(lane.reserved for key, lane in lanes if key.second == vault),
    }
    return {
        "token": token.symbol,
        **{name: session.shown(units, token) for name, units in amounts.items()},
        "address": token.address,
    }
