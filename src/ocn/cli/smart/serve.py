"""``ocn smart serve``: plan sites over the network, as a party of role SCSP."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from ocn.cli.literal import literal
from ocn.cli.options import takes
from ocn.cli.simulate.joining import Joining
from ocn.cli.simulate.options import joining_options
from ocn.cli.smart.oscp import OscpOptions, oscp_options
from ocn.errors import ConfigurationError
from ocn.ocpi.roles import Role
from ocn.ocpi.versions import VersionNumber

if TYPE_CHECKING:
    from ocn.smart_charging.page import PageServing
    from ocn.smart_charging.service.sites.served import ServedSite
    from ocn.smart_charging.service.smart_charging import SmartCharging

    MakePage = Callable[[SmartCharging], tuple[PageServing, str] | None]

_PAGE = "Page"
EPILOG = """
The first start needs a TOKEN_A and registers; later ones need the directory alone. What the planner asks of
whom, and how it is hired, is in docs/how-to/plan-a-site.md.

[bold]Examples[/bold]

  ocn smart serve --party DE PLN --site yard.toml --node http://127.0.0.1:8080 --token-a TOKEN

  ocn smart serve --party DE PLN --site a.toml --site b.toml --node http://127.0.0.1:8080 --page-port 8090
"""


@takes(joining=joining_options, oscp=oscp_options)
def serve(
    site: Annotated[list[Path], typer.Option("--site", help="A site file; repeat it for more sites.")],
    joining: Joining,
    oscp: OscpOptions,
    read_every: Annotated[
        int,
        typer.Option(
            "--read-every", min=1, max=86400, help="Seconds after which sessions are read again from CPOs."
        ),
    ] = 300,
    page_port: Annotated[
        int | None,
        typer.Option(
            "--page-port",
            min=0,
            max=65535,
            help="Serve the page of all sites there; 0 takes a free port. Without it there is no page.",
            rich_help_panel=_PAGE,
        ),
    ] = None,
    page_host: Annotated[
        str, typer.Option("--page-host", help="Address of the page.", rich_help_panel=_PAGE)
    ] = "127.0.0.1",
    page_name: Annotated[
        list[str] | None,
        typer.Option(
            "--page-name",
            help="A further host name that the page may be asked for by; repeat it.",
            rich_help_panel=_PAGE,
        ),
    ] = None,
    allow_grid_events: Annotated[
        bool,
        typer.Option(
            "--allow-grid-events",
            help="Whoever sees the page may lower a site's limit.",
            rich_help_panel=_PAGE,
        ),
    ] = False,
) -> None:
    """Plan the charging of sites over the network, until it is ended."""
    from ocn.cli.logs import set_up_logging
    from ocn.cli.signals import run_until_signalled
    from ocn.party.serving import bind
    from ocn.smart_charging.page import PageServing, PageSettings

    if joining.ocpi is VersionNumber.V2_1_1:
        raise ConfigurationError(
            "OCPI 2.1.1 has no charging profiles, and names nobody who sends",
            hint="Leave --ocpi out, or take 2.2.1.",
        )
    set_up_logging("warning")
    sites = _sites(site)
    oscp.refuse_nonsense(sites)

    def page(planner: "SmartCharging") -> "tuple[PageServing, str] | None":
        if page_port is None:
            return None
        events = planner if allow_grid_events else None
        settings = PageSettings(frozenset(page_name or []))
        serving = PageServing(planner, bind(page_host, page_port), settings, events)
        return serving, serving.url

    run_until_signalled(_serve(joining, sites, timedelta(seconds=read_every), page, oscp))


async def _serve(
    joining: Joining,
    sites: "Sequence[ServedSite]",
    read_every: timedelta,
    page: "MakePage",
    oscp: OscpOptions,
) -> None:
    from ocn.party.traffic import unwatched
    from ocn.smart_charging.service.sites.served import ServiceSettings
    from ocn.smart_charging.service.smart_charging import SmartCharging

    console = Console(highlight=False, soft_wrap=True)
    joining.refuse_directory_of_another(Role.SCSP)
    async with AsyncExitStack() as stack:
        connection = await stack.enter_async_context(joining.connection(unwatched))
        secret = connection.key.secret if connection.key is not None else b""
        settings = ServiceSettings(read_every=read_every)
        planner = SmartCharging(sites, connection.storage, secret=secret, settings=settings)
        listening = []
        if not joining.register_only:
            # before anything is registered: a port may be taken, or a library missing
            wanted = {"shows them": page(planner), "takes limits by OSCP 2.0": oscp.serving(planner)}
            listening = [(does, *each) for does, each in wanted.items() if each is not None]
        for _, serving, _ in listening:
            stack.push_async_callback(serving.stop)
        party = connection.party(
            joining.party, Role.SCSP, "Planner", planner.handlers, planner.modules, connection.storage
        )
        await stack.enter_async_context(party)
        registration = party.client.registration
        joining.refuse_registration_elsewhere(registration.versions_url)
        joining.keep_directory_for(Role.SCSP)
        console.print(
            f"[bold]{joining.party}[/bold] is registered with {joining.node} (OCPI {registration.version}), "
            f"reached at {party.base_url}; its directory is {joining.directory}"
        )
        if joining.register_only:
            return
        await stack.enter_async_context(planner.running(party.client))
        for served in sites:
            console.print(
                f"plans {literal(served.name)}: {served.cpo}, location {literal(served.location_id)}"
            )
        for does, serving, url in listening:
            await serving.start()
            console.print(f"{does} at {url}")
        await asyncio.Event().wait()


def _sites(files: list[Path]) -> "list[ServedSite]":
    from ocn.cli.smart.site_files import loaded_site
    from ocn.smart_charging.service.sites.served import ServedSite

    found = []
    for file in files:
        loaded = loaded_site(file)
        site = loaded.site
        if site.cpo is None or site.location is None:
            raise ConfigurationError(
                f"{file} does not say whose site it is",
                hint='Add cpo = "DE CPO" and location = "LOC1", the id in OCPI, to [site].',
            )
        feed = None if site.feed is None or site.feed.file is None else file.parent / site.feed.file
        found.append(
            ServedSite(site, site.cpo, site.location, loaded.prices, loaded.carbon, feed, loaded.price_files)
        )
    return found
