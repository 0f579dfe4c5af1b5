"""``ocn settlement``: a party's money in the contract Lanes, and what it is exposed to."""

import typer

from ocn.cli import (
    settlement_cases,
    settlement_claim,
    settlement_dispute,
    settlement_disputes,
    settlement_hold_back,
    settlement_lanes,
    settlement_money,
    settlement_setoff,
)

app = typer.Typer(
    name="settlement",
    no_args_is_help=True,
    help="Money for charging sessions: deposit, reserve, withdraw, and see who counts on what.",
    epilog=(
        "A change is signed by --signer, --keystore or the variable SIGNER, the key of the vault. Amounts are"
        " whole units, such as 12.5. Example: ocn settlement balance --party 0x... --json"
    ),
)
app.add_typer(settlement_cases.app, name="cases")
app.add_typer(settlement_dispute.app, name="dispute")
for part in (
    settlement_money,
    settlement_lanes,
    settlement_setoff,
    settlement_hold_back,
    settlement_disputes,
    settlement_claim,
):
    app.add_typer(part.app)
