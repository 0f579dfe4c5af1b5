"""``ocn registry``: the commands about nodes."""

from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from ocn.cli.options import takes
from ocn.cli.registry.options import connection_options, key_options, raw_key_options

if TYPE_CHECKING:
    from ocn.cli.accounts import Keys
    from ocn.cli.registry.session import Connection, RawKeys
    from ocn.registry.reading import RegistryReader

app = typer.Typer()
_PANEL = "Nodes"
_Url = Annotated[str, typer.Argument(metavar="URL", help="Public base URL of the node.")]


@app.command("get-node", rich_help_panel=_PANEL, epilog="Example: ocn registry get-node 0x63ed...d1a4")
@takes(connection=connection_options)
def get_node(
    address: Annotated[str, typer.Argument(help="The operator's address.")], connection: "Connection"
) -> None:
    """Show the URL of an operator's node."""
    from ocn.cli.accounts import account
    from ocn.cli.output import show_one
    from ocn.cli.registry.output import node_json

    operator = account(address)
    node = connection.ask(lambda reader: reader.node(operator))
    if node is not None and not connection.as_json:
        print(node.url)
        return
    missing = "Node operator not listed in registry."
    show_one(node, node_json, as_json=connection.as_json, missing=missing)


@app.command("list-nodes", rich_help_panel=_PANEL, epilog="Example: ocn registry list-nodes --json")
@takes(connection=connection_options)
def list_nodes(connection: "Connection") -> None:
    """List every node."""
    from ocn.cli.output import show_all
    from ocn.cli.registry.output import node_json

    nodes = connection.ask(lambda reader: reader.nodes())
    show_all(nodes, node_json, as_json=connection.as_json, nothing="No nodes are listed.")


@app.command(
    "set-node",
    rich_help_panel=_PANEL,
    epilog="Example: SIGNER=0x... ocn registry set-node https://node.example",
)
@takes(connection=connection_options, keys=key_options)
def set_node(domain: _Url, connection: "Connection", keys: "Keys") -> None:
    """List the signer's node under the origin (scheme, host, port) of a URL."""
    from ocn.registry import calls

    connection.change(calls.set_node(_origin(domain)), keys, unless=_has_node)


@app.command(
    "set-node-raw",
    rich_help_panel=_PANEL,
    epilog="Example: SIGNER=0x... SPENDER=0x... ocn registry set-node-raw https://node.example/ocn --typed",
)
@takes(connection=connection_options, keys=raw_key_options)
def set_node_raw(domain: _Url, connection: "Connection", keys: "RawKeys") -> None:
    """List the signer's node, paid by the spender; the URL is taken as written."""
    from ocn.registry import calls

    connection.change(calls.set_node(domain), keys, unless=_has_node)


@app.command(
    "delete-node", rich_help_panel=_PANEL, epilog="Example: ocn registry delete-node --keystore operator.json"
)
@takes(connection=connection_options, keys=key_options)
def delete_node(connection: "Connection", keys: "Keys") -> None:
    """Take the signer's node off the list."""
    _delete(connection, keys)


@app.command(
    "delete-node-raw",
    rich_help_panel=_PANEL,
    epilog="Example: SIGNER=0x... SPENDER=0x... ocn registry delete-node-raw",
)
@takes(connection=connection_options, keys=raw_key_options)
def delete_node_raw(connection: "Connection", keys: "RawKeys") -> None:
    """Take the signer's node off the list, paid by the spender."""
    _delete(connection, keys)


def _delete(connection: "Connection", keys: "Keys | RawKeys") -> None:
    from ocn.registry import calls

    connection.change(calls.delete_node(), keys)


async def _has_node(reader: "RegistryReader", owner: str) -> None:
    """Refuse to overwrite: the original contract never frees a node's previous URL again."""
    from ocn.errors import ConfigurationError

    if await reader.node(owner) is not None:
        raise ConfigurationError(
            "This operator has an existing node. Call delete-node to remove prior to updating.",
            hint=f"`ocn registry get-node {owner}` shows it.",
        )


def _origin(url: str) -> str:
    from ocn.errors import ConfigurationError

    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigurationError(f"Invalid URL: {url}", hint="Example: https://node.example:8080")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    shown = "" if port in (None, {"http": 80, "https": 443}[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{host}{shown}"
