"""Options of the commands that start a local network."""

from pathlib import Path
from typing import Annotated

import typer

Directory = Annotated[
    Path | None,
    typer.Option(
        "--directory",
        help="Keep the network's state here, for the next start. By default it is temporary.",
        show_default=False,
    ),
]
_PORT = "TCP port; 0 takes a free one."
ChainPort = Annotated[int, typer.Option("--chain-port", min=0, max=65535, help=f"The chain's {_PORT}")]
Node1Port = Annotated[int, typer.Option("--node1-port", min=0, max=65535, help=f"Node 1's {_PORT}")]
Node2Port = Annotated[int, typer.Option("--node2-port", min=0, max=65535, help=f"Node 2's {_PORT}")]
