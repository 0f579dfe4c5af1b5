"""How messages leave: to one receiver, to everyone, to the hub's store, and as copies to services."""

from datetime import timedelta

from ocn.node.client_info.gate import Gate
from ocn.node.compose.parts import Parts
from ocn.node.compose.shared import Shared
from ocn.node.config import NodeConfig
from ocn.node.converting.delivery import Converting
from ocn.node.converting.signing import Signing
from ocn.node.copies.courier import CourierSettings
from ocn.node.copies.dispatching import Dispatching
from ocn.node.copies.making import Making
from ocn.node.copies.parts import CopyParts
from ocn.node.copies.schedule import Schedule
from ocn.node.copies.strict import StrictCopies
from ocn.node.delivery import Delivery
from ocn.node.forwarding.broadcasts import Broadcasts
from ocn.node.forwarding.deliveries import Deliveries
from ocn.node.forwarding.hub_memory import NotedPushes
from ocn.node.forwarding.legs import Legs
from ocn.node.forwarding.sender import Sender
from ocn.node.forwarding.sighted import Sighted
from ocn.node.members import Members
from ocn.ocpi.party_id import PartyId

_COPIES_POLL_S = 1.0
"""How soon a replica finds copies that another has stored."""


def to_one(shared: Shared) -> Delivery:
    """Return the way to one receiver, which messages and copies of them take alike."""
    config, parts = shared.config, shared.parts
    sender = Sender(
        address=shared.address,
        outbound=parts.outbound,
        exchange=shared.exchange,
        timeout_s=config.limits.forward_timeout_seconds,
        node_timeout_s=shared.node_timeout_s,
    )
    return Converting(
        one=sender,
        policy=config.conversion.as_policy,
        known=parts.objects,
        reports=shared.conversion_reports,
        clock=parts.clock,
        signing=Signing(
            demands=shared.signature_demands,
            links=shared.strict_links,
            notary=shared.party_signatures,
            signatures=shared.strict_signatures,
        ),
    )


def every_way(shared: Shared) -> Delivery:
    """Return the four ways, with what watches over them."""
    parts = shared.parts
    one: Delivery = Gate(to_one(shared), shared.client_info.introductions)
    if parts.notes is not None:
        one = NotedPushes(one=one, notes=parts.notes)
    one = Sighted(one=one, sightings=shared.sightings)
    broadcasts = Broadcasts(
        one=one,
        legs=Legs(
            hub=shared.persona.party,
            key=parts.key,
            strict_links=shared.strict_links,
            audiences=shared.audiences,
        ),
        lanes=parts.lanes,
        store=shared.stored,
        reports=shared.broadcast_reports,
        clock=parts.clock,
    )
    return _copying(shared, Deliveries(one=one, broadcasts=broadcasts, stored=shared.stored))


def _copying(shared: Shared, deliveries: Delivery) -> Delivery:
    config, parts = shared.config, shared.parts
    if parts.copies is None or not config.copies.enabled:
        return deliveries
    making = Making(url=config.base_url, key=parts.key, clock=parts.clock, strict=_strict_copies(shared))
    named = config.copies.responses_to
    responses_to = frozenset(PartyId.parse(service) for service in named.split(",") if service)
    return parts.copies.copying(deliveries, making, responses_to)


def _strict_copies(shared: Shared) -> StrictCopies:
    return StrictCopies(shared.strict_links, good_for=shared.copies_for)


def dispatching(config: NodeConfig, parts: Parts, members: Members, copies: CopyParts) -> Dispatching:
    """Wire what sends copies to services; to be run beside the node."""
    shared = Shared(config, parts, members)
    chosen = config.copies
    settings = CourierSettings(
        schedule=Schedule(
            first=timedelta(seconds=chosen.first_retry_seconds),
            longest=timedelta(seconds=chosen.longest_retry_seconds),
        ),
        give_up=timedelta(hours=chosen.give_up_hours),
        in_flight=chosen.in_flight_per_service,
        lease=timedelta(seconds=shared.node_timeout_s + 15),
        poll_s=_COPIES_POLL_S,
    )
    return copies.dispatching(
        to_one(shared),
        address=shared.address,
        members=members,
        settings=settings,
        clock=parts.clock,
        strict=_strict_copies(shared),
    )
