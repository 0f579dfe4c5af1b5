"""What several stages of one node use: made once, when it is first asked for."""

from datetime import timedelta
from functools import cached_property

from ocn.node.client_info import ClientInfo, Timing, parts_of
from ocn.node.compose.parts import HubStore, Parts
from ocn.node.config import NodeConfig
from ocn.node.converting.reports import ConversionReports
from ocn.node.converting.stored import conversion_of_stored
from ocn.node.forwarding.hub_memory import HubMemory
from ocn.node.forwarding.reports import BroadcastReports
from ocn.node.handed_out import HandedOut, Lifetimes
from ocn.node.hub_modules.persona import Persona
from ocn.node.members import Members
from ocn.node.model import SignatureDemand
from ocn.node.object_store.cursor import Cursors
from ocn.node.object_store.lists import ListLimits, StoredLists
from ocn.node.ocn_rules import admits_party
from ocn.node.party_signatures import PartySignatures
from ocn.node.peers import NodeProofs, Peers, SignedExchange
from ocn.node.routing.audiences import Audiences
from ocn.node.routing.sharing import Sharing
from ocn.node.routing.sightings import Sightings
from ocn.node.rules.demands import Demands
from ocn.node.stages import Address
from ocn.node.strict import SignatureDemands, StrictLinks, StrictSignatures
from ocn.ocpi.party_id import PartyId
from ocn.signing import ReplayWindow
from ocn.signing.strict import Window

_REPLAYS_REMEMBERED = 1_000_000
_REPLAYS_PER_NODE = 250_000


class Shared:
    """The pieces of one node. Nothing here is opened or started."""

    def __init__(self, config: NodeConfig, parts: Parts, members: Members) -> None:
        self.config = config
        self.parts = parts
        self.members = members
        self.address = parts.key.address
        self.broadcast_reports = BroadcastReports()
        self.conversion_reports = ConversionReports()
        self.sightings = Sightings()
        self.strict_links = StrictLinks(key=parts.key, now_ms=parts.now_ms)

    @cached_property
    def persona(self) -> Persona:
        """Who the node is towards its parties."""
        hub = self.config.hub
        return Persona(self.config.base_url, PartyId(hub.country_code, hub.party_id), hub.name)

    @cached_property
    def handed_out(self) -> HandedOut:
        """The addresses that stand for others."""
        limits = self.config.limits
        lifetimes = Lifetimes(
            page=timedelta(hours=limits.page_link_hours),
            callback=timedelta(hours=limits.callback_hours),
            location=timedelta(days=limits.location_days),
            longest_reservation=timedelta(days=limits.longest_reservation_days),
        )
        return HandedOut(
            url=self.config.base_url, links=self.parts.links, clock=self.parts.clock, lifetimes=lifetimes
        )

    @property
    def node_timeout_s(self) -> float:
        """How long a node is given: longer than a platform, so that its own timeout can still reach us."""
        return self.config.limits.forward_timeout_seconds * 1.2

    @cached_property
    def proofs(self) -> NodeProofs:
        """Checks what other nodes sign."""
        max_age_ms = self._node_max_age_ms
        replays = ReplayWindow(
            max_age_ms=max_age_ms, max_entries=_REPLAYS_REMEMBERED, max_per_node=_REPLAYS_PER_NODE
        )
        return NodeProofs(
            address=self.address, replays=replays, now_ms=self.parts.now_ms, max_age_ms=max_age_ms
        )

    @cached_property
    def exchange(self) -> SignedExchange:
        """Sends to other nodes, signed, and checks their answers."""
        return SignedExchange(
            key=self.parts.key,
            outbound=self.parts.outbound,
            now_ms=self.parts.now_ms,
            max_age_ms=self._node_max_age_ms,
        )

    @property
    def _node_max_age_ms(self) -> int:
        return int(self.config.limits.node_clock_skew_seconds * 1000)

    @cached_property
    def signature_demands(self) -> SignatureDemands:
        """What party signatures the node demands."""
        settings = self.config.signatures
        return SignatureDemands(SignatureDemand(settings.demand), notary=settings.required)

    @cached_property
    def party_signatures(self) -> PartySignatures:
        """Checks notary signatures of parties."""
        return PartySignatures(self.parts.directory, complete=self.config.signatures.complete)

    @cached_property
    def strict_signatures(self) -> StrictSignatures:
        """Checks strict signatures of parties."""
        settings = self.config.signatures
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
            self.parts.directory,
            window=window,
            replays=replays,
            now_ms=self.parts.now_ms,
            by_operator=settings.strict_by_operator,
            is_copy_permitted=self._is_copy_permitted,
            copies_for=self.copies_for,
        )

    @property
    def copies_for(self) -> timedelta:
        """How old a copy may be whose strict signature is sent, and taken."""
        return timedelta(hours=self.config.copies.give_up_hours)

    def _is_copy_permitted(self, user: PartyId, service: PartyId, address: Address) -> bool:
        copies = self.parts.copies
        return copies is not None and copies.agreements.permits(
            user, service, address.module, address.interface_role
        )

    @cached_property
    def demands(self) -> Demands:
        """The rules of receivers connected here, and the node's own."""
        return Demands(self.members, signatures=self.signature_demands)

    @cached_property
    def audiences(self) -> Audiences:
        """Whom broadcasts concern."""
        return Audiences(
            address=self.address,
            members=self.members,
            directory=self.parts.directory,
            admission=self.demands,
        )

    @cached_property
    def client_info(self) -> ClientInfo:
        """Who is there."""
        parts, settings = self.parts, self.config.client_info
        wired = parts_of(
            address=self.address,
            store=parts.clients,
            members=self.members,
            directory=parts.directory,
            outbound=parts.outbound,
            peers=Peers(
                address=self.address,
                url=self.config.base_url,
                directory=parts.directory,
                exchange=self.exchange,
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
        return ClientInfo(wired)

    @cached_property
    def stored(self) -> HubStore:
        """What the hub has been sent."""
        parts, settings = self.parts, self.config.store
        if parts.objects is None:
            return parts.stored
        sharing = Sharing(members=self.members, directory=parts.directory, admission=self.demands)
        lists = StoredLists(
            store=parts.objects,
            cursors=Cursors(parts.key.secret, timedelta(hours=settings.cursor_hours)),
            clock=parts.clock,
            sees=sharing.sees,
            reachable=sharing.reachable,
            convert=conversion_of_stored(self.config.conversion.as_policy, parts.clock),
            limits=ListLimits(settings.page_objects, settings.page_bytes),
        )
        return HubMemory(url=self.config.base_url, store=parts.objects, lists=lists)
