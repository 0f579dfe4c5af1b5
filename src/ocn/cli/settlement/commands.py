"""``ocn settlement``: a party's money in the contract Lanes, and what it is exposed to."""

import typer

from ocn.cli.settlement import cases, claim, hold_back, lanes, money, setoff
from ocn.cli.settlement.dispute import commands as dispute
from ocn.cli.settlement.dispute import listing

app = typer.Typer(
    name="settlement",
    no_args_is_help=True,
    help="Money for charging sessions: deposit, reserve, withdraw, and see who counts on what.",
    epilog=(
        "A change is signed by --signer, --keystore or the variable SIGNER, the key of the vault. Amounts are"
        " whole units, such as 12.5. Example: ocn settlement balance --party 0x... --json"
    ),
)
app.add_typer(cases.app, name="cases")
app.add_typer(dispute.app, name="dispute")
for part in (money, lanes, setoff, hold_back, listing, claim):
    app.add_typer(part.app)
