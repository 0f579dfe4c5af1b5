"""The local network on a terminal, when it is up."""

from typing import Any

from rich.console import Console
from rich.markup import escape


def show(console: Console, facts: dict[str, Any]) -> None:
    """Show what :mod:`ocn.cli.network.facts` has found."""

    def line(name: str, value: object) -> None:
        console.print(f"  {name:12} {escape(str(value))}")

    console.print(f"[dim]Up. Logs are in {escape(facts['logs'])}. Ctrl-C ends everything.[/dim]")
    console.print(f"[dim]As shell variables, all of this is in {escape(facts['variables'])}[/dim]")
    console.print("\n[bold]Chain[/bold]")
    for name, value in facts["chain"].items():
        line(name, value)
    for node in facts["nodes"]:
        console.print(f"\n[bold]{node['name']}[/bold]")
        for name in ("url", "versions_url", "operator", "admin_key"):
            line(name, node[name])
    console.print("\n[bold]Parties to talk to[/bold]")
    for party in facts["parties"]:
        line(party["party"], f"at {party['node']}")
    if facts["driver"] is not None:
        console.print("\n[bold]A car to plan: paste this, and it charges at DE CPO[/bold]\n")
        console.print(f"  {facts['driver']}\n", markup=False)
    you = facts["you"]
    console.print(f"\n[bold]You: {you['party']}, {you['role']} at {you['node']}[/bold]")
    line("versions", you["versions_url"])
    if you["registered"]:
        console.print("  Your party is registered already.")
        return
    line("TOKEN_A", you["token_a"])
    console.print("  First list your party in the registry (the key is yours, made just now):\n")
    console.print(f"  {you['set_party']}\n", markup=False)
