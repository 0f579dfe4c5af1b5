"""``ocn node``: run a node, check its settings; what is asked of a running one is in ``node_admin``."""

import re
from pathlib import Path

import typer

from ocn.cli.node import admin, copies
from ocn.cli.node.admin_options import PANEL

app = typer.Typer(help="Run a node, check its settings, ask a running one.", no_args_is_help=True)

_FILE = typer.Option(None, "--config", "-c", help="TOML file with the settings.", show_default=False)

_EXAMPLES = """
Settings come from the file and from variables OCN_NODE_...; variables win.

[bold]Examples[/bold]

  ocn node run --config node.toml

  OCN_NODE_URL=https://node.example.org OCN_NODE_IDENTITY__KEY_FILE=/run/secrets/key ocn node run
"""


@app.command(epilog=_EXAMPLES)
def run(config: Path | None = _FILE) -> None:
    """Run a node until it is told to stop (Ctrl-C, SIGTERM); requests under way are answered first."""
    import gc

    import structlog
    import uvloop

    from ocn.cli.logs import set_up_logging
    from ocn.node.config import load_config
    from ocn.node.serving import serve

    settings = load_config(config)
    set_up_logging(settings.log.level, json_lines=settings.log.json_lines)

    _allow_many_connections()

    def started(address: str) -> None:
        # What was made at start-up lives as long as the process: keep the collector from looking at it.
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 50, 50)
        if settings.log.json_lines:
            structlog.get_logger().info("node_listening", address=address)
        else:
            typer.echo(f"node listening on {address}", err=True)

    uvloop.run(serve(settings, on_started=started))


@app.command(epilog=_EXAMPLES.replace("node run", "node check"))
def check(config: Path | None = _FILE) -> None:
    """Read the settings, say what is wrong with them, and show them without secrets."""
    from rich.console import Console
    from rich.table import Table

    from ocn.node.config import load_config

    settings = load_config(config)
    table = Table(title=f"Settings of {settings.base_url}", title_justify="left")
    table.add_column("setting", no_wrap=True)
    table.add_column("value", overflow="fold")  # a setting is shown whole, however narrow the terminal
    for name, value in settings.model_dump(mode="json").items():
        if isinstance(value, dict):
            for part, inner in value.items():
                table.add_row(f"{name}.{part}", _shown(f"{name}.{part}", inner))
        else:
            table.add_row(name, _shown(name, value))
    Console().print(table)


app.add_typer(admin.app)
app.add_typer(copies.app, name="copies", rich_help_panel=PANEL)


def _allow_many_connections() -> None:
    """Take as many open files as the system allows: a request in flight takes two."""
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _shown(name: str, value: object) -> str:
    """Show a setting; of an endpoint or database, nothing that may be a password or an access key."""
    text = "" if value is None else str(value)
    if name == "chain.url":
        return re.sub(r"^(\w+://)(?:[^/@]*@)?([^/?]+).*$", r"\1\2", text)
    return re.sub(r"(?<=://)[^/@]*@|\?.*$", "…", text) if name == "database.url" else text
