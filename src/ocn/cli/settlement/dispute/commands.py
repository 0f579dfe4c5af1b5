"""``ocn settlement dispute``: open one, see it, answer it, rule it, release what nobody ruled in time."""

import typer

from ocn.cli.settlement.dispute import opening, ruling, showing

app = typer.Typer(
    no_args_is_help=True,
    help="Disputes over payments that are held back: open, show, concede, give up, rule, release.",
    epilog=(
        "LEAF is what `ocn settlement disputes` lists, or how it begins. A command that is refused says why"
        " before anything is sent.\n\n"
        "Example: ocn settlement dispute open --session S1 --database sqlite:///settlement.db"
    ),
)
for part in (opening, showing, ruling):
    app.registered_commands += part.app.registered_commands
