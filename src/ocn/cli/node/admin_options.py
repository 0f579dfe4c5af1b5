"""Which node an operator's command is for, and how it prints."""

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ocn.cli.options import AsJson

if TYPE_CHECKING:
    from ocn.cli.node.admin_client import AdminClient

PANEL = "A running node"
_KEY = "OCN_NODE_IDENTITY__ADMIN_KEY"
_NODE = "Node"


@dataclass(frozen=True, slots=True)
class Operator:
    """A node to ask, and whether its answers are printed as they are."""

    client: "AdminClient"
    as_json: bool

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int | None] | None = None,
        body: object = None,
    ) -> Any:
        """Ask the node; raises AdminRefused."""
        return asyncio.run(self.client.ask(method, path, query=query, body=body))

    def show(
        self, found: list[dict[str, Any]], row: Callable[[dict[str, Any]], dict[str, Any]], nothing: str
    ) -> None:
        """Print a table of what was found, a row for each; as JSON whole."""
        from ocn.cli.output import show_all

        show_all(found, (lambda each: each) if self.as_json else row, as_json=self.as_json, nothing=nothing)

    def show_fields(self, found: dict[str, Any]) -> None:
        """Print one thing, member by member."""
        from ocn.cli.output import show_one

        shown = found if self.as_json else {name: told(value) for name, value in found.items()}
        show_one(shown, lambda each: each, as_json=self.as_json, missing="")


def operator_options(
    url: Annotated[
        str,
        typer.Option("--url", help="Address of the node.", envvar="OCN_NODE_URL", rich_help_panel=_NODE),
    ],
    admin_key_file: Annotated[
        Path | None,
        typer.Option(
            "--admin-key-file",
            help=f"File with the admin key; {_KEY} has the key itself.",
            envvar=f"{_KEY}_FILE",
            rich_help_panel=_NODE,
        ),
    ] = None,
    as_json: AsJson = False,
) -> Operator:
    """Where the node is, the operator's key, and how to print."""
    from pydantic import SecretStr

    from ocn.cli.node.admin_client import AdminClient
    from ocn.errors import ConfigurationError
    from ocn.node.config import read_secret

    text = None if admin_key_file else os.environ.get(_KEY)
    key = read_secret(SecretStr(text) if text else None, admin_key_file, "admin_key")
    if not key:
        raise ConfigurationError(
            "the admin key is missing", hint=f"Give --admin-key-file, or set {_KEY}_FILE or {_KEY}."
        )
    return Operator(AdminClient(url, key), as_json)


def told(value: object) -> object:
    """Return a value as a table shows it: nothing for None."""
    return "" if value is None else value
