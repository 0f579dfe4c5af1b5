"""``ocn settlement`` ``vouchers`` and ``claim``: vouchers out of a database, and one cashed by hand."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ocn.cli.options import AsJson, takes
from ocn.cli.settlement.database import Database, lanes_of, opened_store
from ocn.cli.settlement.documents import read_document
from ocn.cli.settlement.options import settlement_options, vault_options
from ocn.errors import ConfigurationError

if TYPE_CHECKING:
    from ocn.chain.values import Receipt
    from ocn.cli.accounts import Keys
    from ocn.cli.settlement.network import Settlement
    from ocn.cli.settlement.session import Session
    from ocn.settlement.core.vouchers import SignedVoucher
    from ocn.settlement.core.wallet_vouchers import WalletVoucher

app = typer.Typer()
_PANEL = "Counterparties"
_LONGEST_FILE: Final = 16 * 1024


@app.command(
    "vouchers",
    rich_help_panel=_PANEL,
    epilog="Example: ocn settlement vouchers --database sqlite:///settlement.db --json",
)
def vouchers(
    database: Database,
    as_json: AsJson = False,
) -> None:
    """List the newest voucher of every lane: what anybody needs to have it cashed for its payee."""
    import asyncio

    from ocn.cli.output import show_all
    from ocn.settlement.protocol.public_vouchers import public_voucher

    async def read() -> list[dict[str, Any]]:
        async with opened_store(database) as store:
            newest = [await store.last(lane) for lane in await lanes_of(store)]
        return [public_voucher(recorded.voucher) for recorded in newest if recorded is not None]

    show_all(asyncio.run(read()), lambda row: row, as_json=as_json, nothing="There are no vouchers.")


@app.command(
    "claim", rich_help_panel=_PANEL, epilog="Example: SIGNER=0x... ocn settlement claim voucher.json"
)
@takes(settlement=settlement_options, keys=vault_options)
def claim(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="One voucher, as `vouchers --json` lists them.")
    ],
    settlement: "Settlement",
    keys: "Keys",
) -> None:
    """Have a voucher cashed for its payee; anybody may, and pays the gas.

    It may be signed by the payer's key or a hot key of it, or be one that the payer's contract wallet answers
    for (ERC-1271).
    """
    from ocn.cli.settlement.output import show_outcome

    voucher = _read(file)

    async def change(session: "Session") -> tuple[dict[str, Any], list["Receipt"]]:
        lane = voucher.lane
        if not session.has(lane):
            raise ConfigurationError(f"the voucher is for {lane.contract} on chain {lane.chain_id}")
        token = await session.tokens.token(lane.token)
        before = await session.reader.exposure(lane.payer, lane.payee, lane.token)
        if voucher.cumulative <= before.claimed:
            raise ConfigurationError(
                f"{session.shown(before.claimed, token)} {token.symbol} are claimed on this lane already,"
                f" and the voucher is for {session.shown(voucher.cumulative, token)}"
            )
        if not before.claimable:
            raise ConfigurationError(f"{lane.payer} has no {token.symbol} there; what it owes stays owed")
        sent = await session.send("claim", await _call(session, voucher))
        after = await session.reader.exposure(lane.payer, lane.payee, lane.token)
        return {
            "payer": lane.payer,
            "payee": lane.payee,
            "token": token.symbol,
            "paid": session.shown(after.claimed - before.claimed, token),
            "claimed": session.shown(after.claimed, token),
        }, [sent]

    show_outcome(*settlement.run(change, keys), as_json=settlement.as_json)


def _read(path: Path) -> "SignedVoucher | WalletVoucher":
    from ocn.ocpi.errors import InvalidParameters
    from ocn.settlement.protocol.public_vouchers import read_public_voucher

    try:
        return read_public_voucher(read_document(path, "voucher", _LONGEST_FILE))
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from error
    except InvalidParameters as error:
        raise ConfigurationError(f"{path} is no voucher: {error.message}") from error


async def _call(session: "Session", voucher: "SignedVoucher | WalletVoucher") -> bytes:
    """Return the call that cashes it: of a key that counts for the payer, else of the payer's wallet."""
    from ocn.settlement.core.vouchers import SignedVoucher
    from ocn.settlement.core.wallet_vouchers import WalletVoucher
    from ocn.settlement.lanes import calls

    payer = voucher.lane.payer
    if isinstance(voucher, SignedVoucher) and await _counts(session, voucher):
        return calls.claim_one(voucher)
    if not await session.is_contract(payer):
        raise ConfigurationError(
            f"the voucher is not signed by {payer} or a key of it, and {payer} is no contract wallet",
            hint="So looks a stranger's, and one for another chain, contract, token or vault.",
        )
    shown = WalletVoucher(voucher.lane, voucher.cumulative, voucher.evidence, voucher.signature)
    return calls.claim_wallet(shown)


async def _counts(session: "Session", voucher: "SignedVoucher") -> bool:
    """Whether a key of the payer has signed it, or one that was removed and still reaches the reserve."""
    from ocn.settlement.errors import VoucherInvalid

    payer = voucher.lane.payer
    try:
        signer = voucher.signer
    except VoucherInvalid:
        return False
    known = await session.reader.signer(payer, signer)
    return signer == payer or bool(known.rights or known.retires_at)
