"""Options of the commands that start a local network."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ocn.errors import ConfigurationError

if TYPE_CHECKING:
    from ocn.simulation.network.files import Ports

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


def chosen_ports(chain: int, *nodes: int) -> "Ports":
    """Return the ports that were asked for.

    Raises:
        ConfigurationError: one is asked for twice.
    """
    from ocn.simulation.network.files import Ports

    asked = [port for port in (chain, *nodes) if port]
    if len(set(asked)) < len(asked):
        raise ConfigurationError(
            "--chain-port, --node1-port and --node2-port name a port twice",
            hint="Give each its own, or 0 for a free one.",
        )
    return Ports(chain, nodes)
