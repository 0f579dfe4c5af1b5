"""``ocn registry``: read and change the open registry, with the commands of the existing client."""

import typer

from ocn.cli.registry import agreements, nodes, parties, services

app = typer.Typer(
    name="registry",
    no_args_is_help=True,
    help="Read and change the registry: nodes, parties, services, agreements.",
    epilog=(
        "A change is signed by --signer, --keystore or the variable SIGNER. The -raw commands let a spender"
        " pay (--spender, SPENDER). Example: ocn registry get-party -c DE CPO --json"
    ),
)
for part in (nodes, parties, services, agreements):
    app.add_typer(part.app)
