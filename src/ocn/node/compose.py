"""Put a node together: the only file that picks concrete classes.

:func:`assemble` wires the stages from ports alone, so that a test can give it others; ``serve`` (in
:mod:`ocn.node.service`) opens the real ones and keeps the node running.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from ocn.node.admin.application import AdminApplication
from ocn.node.admin.client_info import ClientInfoView
from ocn.node.admin.conversions import ConversionPages
from ocn.node.admin.copies import CopyPages
from ocn.node.admin.invitations import Invitations
from ocn.node.admin.views import NodeView
from ocn.node.authentication.answers import AnswersToNodes
from ocn.node.authentication.callers import Callers
from ocn.node.client_info import ClientInfo, ClientInfoStore, Timing
from ocn.node.client_info.gate import Gate
from ocn.node.client_info.nodes import PATH as CLIENT_INFO_PATH
from ocn.node.clock import SystemClock, now_ms
from ocn.node.config import NodeConfig
from ocn.node.converting.delivery import Converting
from ocn.node.converting.reports import ConversionReports
from ocn.node.converting.signing import Signing
from ocn.node.converting.stored import conversion_of_stored
from ocn.node.copies.courier import CourierSettings
from ocn.node.copies.dispatching import Dispatching
from ocn.node.copies.making import Making
from ocn.node.copies.parts import CopyParts
from ocn.node.copies.schedule import Schedule
from ocn.node.edge.application import Application
from ocn.node.edge.rendering import ErrorRenderer
from ocn.node.forwarding.broadcasts import Broadcasts, PushStore
from ocn.node.forwarding.deliveries import Deliveries, StoredObjects
from ocn.node.forwarding.delivery import Delivery
from ocn.node.forwarding.hub_memory import HubMemory, NotedPushes
from ocn.node.forwarding.lanes import Lanes
from ocn.node.forwarding.legs import Legs
from ocn.node.forwarding.nothing_stored import NothingStored
from ocn.node.forwarding.reports import BroadcastReports
from ocn.node.forwarding.sender import Sender
from ocn.node.forwarding.sighted import Sighted
from ocn.node.handed_out import HandedOut, Lifetimes
from ocn.node.hub_modules.answering import HubModules
from ocn.node.hub_modules.credentials import HubCredentials
from ocn.node.hub_modules.discovery import Discovery
from ocn.node.hub_modules.ocn_rules import RulesModule
from ocn.node.hub_modules.persona import Persona
from ocn.node.hub_modules.possession import Possession
from ocn.node.hub_modules.reach import Reach
from ocn.node.hub_modules.registration import Registration
from ocn.node.members import Members
from ocn.node.model import SignatureDemand
from ocn.node.object_store.cursor import Cursors
from ocn.node.object_store.feed import FEED_PATH, ObjectFeed
from ocn.node.object_store.lists import ListLimits, StoredLists
from ocn.node.object_store.noting import Notes
from ocn.node.object_store.port import ObjectStore
from ocn.node.ocn_rules import admits_party
from ocn.node.party_signatures import PartySignatures
from ocn.node.peers import NodeProofs, PeerDoor, PeerHandler, Peers, SignedExchange
from ocn.node.pipeline import Pipeline
from ocn.node.ports import (
    Clock,
    Directory,
    LinkStore,
    ObjectOwners,
    Outbound,
    PlatformStore,
    UrlCheck,
)
from ocn.node.responding.responder import Responder
from ocn.node.routing.addressing import Addressing
from ocn.node.routing.audiences import Audiences
from ocn.node.routing.open_routing import OpenRouting
from ocn.node.routing.receivers import Receivers
from ocn.node.routing.router import Router
from ocn.node.routing.sharing import Sharing
from ocn.node.routing.sightings import Sightings
from ocn.node.rules.demands import Demands
from ocn.node.storage import MemoryClientInfoStore
from ocn.node.strict import SignatureDemands, StrictLinks, StrictSignatures
from ocn.ocpi.party_id import PartyId
from ocn.signing import PrivateKey, ReplayWindow
from ocn.signing.strict import Window

BROADCASTS_WAITING = 1_000
"""Per lane of a receiver; what comes after that it has to fetch."""
COPIES_POLL_S = 1.0
"""How soon a replica finds copies that another has stored."""
_REPLAYS_REMEMBERED = 1_000_000
_REPLAYS_PER_NODE = 250_000


class HubStore(PushStore, StoredObjects, ObjectOwners, Protocol):
    """What the hub has been sent: kept from broadcasts, given back by GET ALL, asked by open routing."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a node is made of besides its settings."""

    key: PrivateKey
    admin_key: str
    platforms: PlatformStore
    links: LinkStore
    directory: Directory
    outbound: Outbound
    url_check: UrlCheck
    index_view: Callable[[], dict[str, object]]
    problems: Callable[[], list[str]]
    lanes: Lanes = field(default_factory=lambda: Lanes(most_waiting=BROADCASTS_WAITING))
    stored: HubStore = field(default_factory=NothingStored)
    """What stands in for the hub's memory when there are no ``objects``."""
    objects: ObjectStore | None = None
    """The hub's memory: kept from broadcasts, asked by GET ALL and open routing."""
    notes: Notes | None = None
    """Given when direct pushes are kept too; its ``run`` is the caller's to run."""
    clients: ClientInfoStore = field(default_factory=MemoryClientInfoStore)
    copies: CopyParts | None = None
    clock: Clock = field(default_factory=SystemClock)
    now_ms: Callable[[], int] = now_ms

    def __repr__(self) -> str:
        return f"Parts(address={self.key.address})"


def assemble(config: NodeConfig, parts: Parts, members: Members) -> Application:
    """Wire a node. ``members`` must have been refreshed once; nothing is opened or started here."""
    persona = Persona(config.base_url, PartyId(config.hub.country_code, config.hub.party_id), config.hub.name)
    handed_out = HandedOut(
        url=config.base_url, links=parts.links, clock=parts.clock, lifetimes=_lifetimes(config)
    )
    strict_signatures = _strict_signatures(config, parts)
    reports = BroadcastReports()
    proofs, exchange = _between_nodes(config, parts)
    client_info = _client_info(config, parts, members, exchange)
    hub_modules = _hub_modules(config, parts, members, persona, strict_signatures, client_info)
    demands = Demands(members, signatures=_signature_demands(config))
    stored = _stored(config, parts, members, demands)
    conversions = ConversionReports()
    sightings = Sightings()
    audiences = Audiences(
        address=parts.key.address, members=members, directory=parts.directory, admission=demands
    )
    forwarding = _forwarding(
        config,
        parts,
        persona,
        exchange,
        reports,
        stored,
        client_info,
        conversions,
        strict_signatures,
        sightings,
        audiences,
    )
    return Application(
        pipeline=_pipeline(
            config,
            parts,
            members,
            persona,
            handed_out,
            proofs,
            strict_signatures,
            forwarding,
            demands,
            stored,
            client_info,
            sightings,
            audiences,
        ),
        hub_modules=hub_modules,
        errors=ErrorRenderer(clock=parts.clock, key=parts.key, always_sign=config.signatures.required),
        answer_signing=AnswersToNodes(key=parts.key, now_ms=parts.now_ms),
        peers=PeerDoor(
            directory=parts.directory,
            proofs=proofs,
            handlers={
                **_peer_handlers(parts, members),
                CLIENT_INFO_PATH: client_info.nodes.answer,
            },
            now_ms=parts.now_ms,
        ),
        client_info=client_info,
        side=_admin(config, parts, members, persona, reports, client_info, conversions).asgi(),
        clock=parts.clock,
        address=parts.key.address,
    )


def _peer_handlers(parts: Parts, members: Members) -> dict[str, PeerHandler]:
    handlers: dict[str, PeerHandler] = {}
    if parts.objects is not None:
        handlers[FEED_PATH] = ObjectFeed(
            store=parts.objects, is_ours=lambda owner: members.by_party(owner) is not None
        )
    return handlers


def _between_nodes(config: NodeConfig, parts: Parts) -> tuple[NodeProofs, SignedExchange]:
    max_age_ms = int(config.limits.node_clock_skew_seconds * 1000)
    replays = ReplayWindow(
        max_age_ms=max_age_ms, max_entries=_REPLAYS_REMEMBERED, max_per_node=_REPLAYS_PER_NODE
    )
    proofs = NodeProofs(
        address=parts.key.address, replays=replays, now_ms=parts.now_ms, max_age_ms=max_age_ms
    )
    exchange = SignedExchange(
        key=parts.key, outbound=parts.outbound, now_ms=parts.now_ms, max_age_ms=max_age_ms
    )
    return proofs, exchange


def _client_info(config: NodeConfig, parts: Parts, members: Members, exchange: SignedExchange) -> ClientInfo:
    settings = config.client_info
    return ClientInfo(
        address=parts.key.address,
        store=parts.clients,
        members=members,
        directory=parts.directory,
        outbound=parts.outbound,
        peers=Peers(
            address=parts.key.address, url=config.base_url, directory=parts.directory, exchange=exchange
        ),
        clock=parts.clock,
        now_ms=parts.now_ms,
        timing=Timing(
            still_alive=timedelta(minutes=settings.still_alive_minutes),
            node_down_after=timedelta(minutes=settings.node_offline_minutes),
            push_timeout_s=settings.push_timeout_seconds,
        ),
        admits=lambda platform, party: admits_party(platform.rules, party),
    )


def _pipeline(
    config: NodeConfig,
    parts: Parts,
    members: Members,
    persona: Persona,
    handed_out: HandedOut,
    proofs: NodeProofs,
    strict_signatures: StrictSignatures,
    forwarding: Delivery,
    demands: Demands,
    stored: HubStore,
    client_info: ClientInfo,
    sightings: Sightings,
    audiences: Audiences,
) -> Pipeline:
    party_signatures = PartySignatures(parts.directory, complete=config.signatures.complete)
    signature_demands = _signature_demands(config)
    return Pipeline(
        authentication=Callers(
            members=members,
            directory=parts.directory,
            party_signatures=party_signatures,
            strict_signatures=strict_signatures,
            proofs=proofs,
            heard=client_info.last_seen.note,
        ),
        addressing=Addressing(
            hub=persona.party,
            open_routing=OpenRouting(directory=parts.directory, owners=stored, sightings=sightings),
            links=parts.links,
        ),
        rules=demands,
        routing=Router(
            receivers=Receivers(address=parts.key.address, directory=parts.directory),
            audiences=audiences,
            handed_out=handed_out,
            url_check=parts.url_check,
            clock=parts.clock,
            key=parts.key,
            strict_links=_strict_links(parts),
        ),
        forwarding=forwarding,
        responding=Responder(
            party_signatures=party_signatures,
            handed_out=handed_out,
            url_check=parts.url_check,
            clock=parts.clock,
            key=parts.key,
            strict_signatures=strict_signatures,
            strict_links=_strict_links(parts),
            demands=signature_demands,
        ),
    )


def _strict_signatures(config: NodeConfig, parts: Parts) -> StrictSignatures:
    settings = config.signatures
    window = Window(
        skew_ms=int(settings.strict_clock_skew_seconds * 1000),
        lifetime_ms=int(settings.strict_lifetime_seconds * 1000),
    )
    replays = ReplayWindow(
        max_age_ms=window.remembered_ms,
        max_entries=_REPLAYS_REMEMBERED,
        max_per_node=_REPLAYS_PER_NODE,
    )
    return StrictSignatures(
        parts.directory,
        window=window,
        replays=replays,
        now_ms=parts.now_ms,
        by_operator=settings.strict_by_operator,
    )


def _strict_links(parts: Parts) -> StrictLinks:
    return StrictLinks(key=parts.key, now_ms=parts.now_ms)


def _signature_demands(config: NodeConfig) -> SignatureDemands:
    return SignatureDemands(SignatureDemand(config.signatures.demand), notary=config.signatures.required)


def _forwarding(
    config: NodeConfig,
    parts: Parts,
    persona: Persona,
    exchange: SignedExchange,
    reports: BroadcastReports,
    stored: HubStore,
    client_info: ClientInfo,
    conversions: ConversionReports,
    strict_signatures: StrictSignatures,
    sightings: Sightings,
    audiences: Audiences,
) -> Delivery:
    one = _to_one(config, parts, exchange, conversions, strict_signatures)
    one = Gate(one, client_info.introductions)
    if parts.notes is not None:
        one = NotedPushes(one=one, notes=parts.notes)
    one = Sighted(one=one, sightings=sightings)
    legs = Legs(hub=persona.party, key=parts.key, strict_links=_strict_links(parts), audiences=audiences)
    broadcasts = Broadcasts(
        one=one,
        legs=legs,
        lanes=parts.lanes,
        store=stored,
        reports=reports,
        clock=parts.clock,
    )
    deliveries = Deliveries(one=one, broadcasts=broadcasts, stored=stored)
    if parts.copies is None or not config.copies.enabled:
        return deliveries
    making = Making(url=config.base_url, key=parts.key, clock=parts.clock)
    named = config.copies.responses_to
    responses_to = frozenset(PartyId.parse(service) for service in named.split(",") if service)
    return parts.copies.copying(deliveries, making, responses_to)


def _to_one(
    config: NodeConfig,
    parts: Parts,
    exchange: SignedExchange,
    conversions: ConversionReports,
    strict_signatures: StrictSignatures,
) -> Delivery:
    """Return the way to one receiver, which messages and copies of them take alike."""
    sender = Sender(
        address=parts.key.address,
        outbound=parts.outbound,
        exchange=exchange,
        timeout_s=config.limits.forward_timeout_seconds,
        node_timeout_s=_node_timeout_s(config),
    )
    return Converting(
        one=sender,
        policy=config.conversion.as_policy,
        known=parts.objects,
        reports=conversions,
        clock=parts.clock,
        signing=Signing(
            demands=_signature_demands(config),
            links=_strict_links(parts),
            signatures=strict_signatures,
        ),
    )


def _node_timeout_s(config: NodeConfig) -> float:
    return config.limits.forward_timeout_seconds * 1.2


def dispatching(config: NodeConfig, parts: Parts, members: Members, copies: CopyParts) -> Dispatching:
    """Wire what sends copies to services; to be run beside the node."""
    _, exchange = _between_nodes(config, parts)
    chosen = config.copies
    settings = CourierSettings(
        schedule=Schedule(
            first=timedelta(seconds=chosen.first_retry_seconds),
            longest=timedelta(seconds=chosen.longest_retry_seconds),
        ),
        give_up=timedelta(hours=chosen.give_up_hours),
        in_flight=chosen.in_flight_per_service,
        lease=timedelta(seconds=_node_timeout_s(config) + 15),
        poll_s=COPIES_POLL_S,
    )
    way = _to_one(config, parts, exchange, ConversionReports(), _strict_signatures(config, parts))
    return copies.dispatching(
        way, address=parts.key.address, members=members, settings=settings, clock=parts.clock
    )


def _stored(config: NodeConfig, parts: Parts, members: Members, demands: Demands) -> HubStore:
    if parts.objects is None:
        return parts.stored
    sharing = Sharing(members=members, directory=parts.directory, admission=demands)
    lists = StoredLists(
        store=parts.objects,
        cursors=Cursors(parts.key.secret, timedelta(hours=config.store.cursor_hours)),
        clock=parts.clock,
        sees=sharing.sees,
        reachable=sharing.reachable,
        convert=conversion_of_stored(config.conversion.as_policy, parts.clock),
        limits=ListLimits(config.store.page_objects, config.store.page_bytes),
    )
    return HubMemory(url=config.base_url, store=parts.objects, lists=lists)


def _hub_modules(
    config: NodeConfig,
    parts: Parts,
    members: Members,
    persona: Persona,
    strict_signatures: StrictSignatures,
    client_info: ClientInfo,
) -> HubModules:
    discovery = Discovery(
        own_url=persona.url,
        outbound=parts.outbound,
        url_check=parts.url_check,
        timeout_s=config.limits.registration_timeout_seconds,
    )
    reach = Reach(address=parts.key.address, hub=persona.party, members=members, directory=parts.directory)
    credentials = HubCredentials(persona, reach.roles)
    registration = Registration(
        url=persona.url,
        credentials=credentials,
        address=parts.key.address,
        members=members,
        store=parts.platforms,
        directory=parts.directory,
        discovery=discovery,
        possession=Possession(
            strict_signatures,
            required=config.signatures.possession == "required",
            clock=parts.clock,
        ),
        clock=parts.clock,
    )
    return HubModules(
        persona=persona,
        members=members,
        credentials=credentials,
        registration=registration,
        directory=parts.directory,
        rules=RulesModule(members=members, store=parts.platforms, registration=registration),
        client_info=client_info.listing,
        heard=client_info.last_seen.note,
        clock=parts.clock,
    )


def _admin(
    config: NodeConfig,
    parts: Parts,
    members: Members,
    persona: Persona,
    reports: BroadcastReports,
    client_info: ClientInfo,
    conversions: ConversionReports,
) -> AdminApplication:
    conversion_pages = ConversionPages(
        reports=conversions, default=config.conversion.as_policy, members=members, store=parts.platforms
    )
    return AdminApplication(
        admin_key=parts.admin_key,
        persona=persona,
        address=parts.key.address,
        members=members,
        store=parts.platforms,
        directory=parts.directory,
        reports=reports,
        client_info=ClientInfoView(client_info.roster, client_info.last_seen, members),
        invitations=Invitations(
            store=parts.platforms,
            members=members,
            clock=parts.clock,
            lifetime=timedelta(days=config.limits.invitation_days),
        ),
        node_view=NodeView(
            persona=persona,
            address=parts.key.address,
            members=members,
            index_view=parts.index_view,
            find_problems=parts.problems,
        ),
        more=[
            *conversion_pages.routes(),
            *(CopyPages(parts.copies, parts.clock).routes() if parts.copies else ()),
        ],
    )


def _lifetimes(config: NodeConfig) -> Lifetimes:
    limits = config.limits
    return Lifetimes(
        page=timedelta(hours=limits.page_link_hours),
        callback=timedelta(hours=limits.callback_hours),
        location=timedelta(days=limits.location_days),
        longest_reservation=timedelta(days=limits.longest_reservation_days),
    )
