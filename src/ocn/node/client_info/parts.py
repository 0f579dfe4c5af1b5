"""What HubClientInfo is worked with, each part given the others that it asks."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from ocn.node.client_info.introductions import Introductions
from ocn.node.client_info.last_seen import LastSeen
from ocn.node.client_info.lead import Lead
from ocn.node.client_info.listing import Listing
from ocn.node.client_info.nodes import Nodes
from ocn.node.client_info.probes import Probes
from ocn.node.client_info.pushes import Pushes
from ocn.node.client_info.roster import Roster
from ocn.node.client_info.store import ClientInfoStore
from ocn.node.client_info.telling import Telling
from ocn.node.client_info.views import Admits, Sight, Views
from ocn.node.members import Members
from ocn.node.peers import Peers
from ocn.node.ports import Clock, Directory, Outbound

_OTHERWISE: Final = timedelta(minutes=5)
"""For what has an interval even when platforms are never asked whether they are alive."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How long things may take. ``still_alive`` of nothing: platforms are never asked."""

    still_alive: timedelta = timedelta(minutes=5)
    node_down_after: timedelta = timedelta(minutes=10)
    push_timeout_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Parts:
    """All of them; ``news`` is set where something may have changed."""

    members: Members
    clock: Clock
    timing: Timing
    news: asyncio.Event
    lead: Lead
    last_seen: LastSeen
    roster: Roster
    nodes: Nodes
    listing: Listing
    views: Views
    probes: Probes
    introductions: Introductions
    telling: Telling


def parts_of(
    *,
    address: str,
    store: ClientInfoStore,
    members: Members,
    directory: Directory,
    outbound: Outbound,
    peers: Peers,
    clock: Clock,
    now_ms: Callable[[], int],
    timing: Timing,
    admits: Admits,
) -> Parts:
    """Wire everything up; nothing is read or sent."""
    news = asyncio.Event()
    often = timing.still_alive or _OTHERWISE
    last_seen = LastSeen(store, now_ms)

    def is_down(operator: str) -> bool | None:  # asked of nodes, which ask the roster themselves
        return nodes.is_down(operator)

    roster = Roster(
        address=address,
        store=store,
        members=members,
        directory=directory,
        last_seen=last_seen,
        is_down=is_down,
    )
    nodes = Nodes(
        peers=peers,
        store=store,
        roster=roster,
        directory=directory,
        clock=clock,
        interval=often,
        down_after=timing.node_down_after,
        wake=news.set,
    )
    sight = Sight(members, admits)
    views = Views(store, members, sight)
    pushes = Pushes(outbound, timeout_s=timing.push_timeout_s)
    probes = Probes(
        outbound=outbound,
        members=members,
        last_seen=last_seen,
        clock=clock,
        interval=timing.still_alive,
        timeout_s=timing.push_timeout_s,
    )
    introductions = Introductions(
        store=store,
        roster=roster,
        members=members,
        directory=directory,
        pushes=pushes,
        last_seen=last_seen,
        clock=clock,
    )
    telling = Telling(
        members=members,
        roster=roster,
        views=views,
        pushes=pushes,
        introductions=introductions,
        last_seen=last_seen,
        clock=clock,
        again_after=often,
    )
    return Parts(
        members=members,
        clock=clock,
        timing=timing,
        news=news,
        lead=Lead(store),
        last_seen=last_seen,
        roster=roster,
        nodes=nodes,
        listing=Listing(store, roster, sight),
        views=views,
        probes=probes,
        introductions=introductions,
        telling=telling,
    )
