"""The pipeline, and the application around it."""

from ocn.node.authentication.answers import AnswersToNodes
from ocn.node.authentication.callers import Callers
from ocn.node.compose.hub import admin, hub_modules, peer_door
from ocn.node.compose.parts import Parts
from ocn.node.compose.shared import Shared
from ocn.node.compose.ways_out import every_way
from ocn.node.config import NodeConfig
from ocn.node.edge.application import Application
from ocn.node.edge.rendering import ErrorRenderer
from ocn.node.members import Members
from ocn.node.pipeline import Pipeline
from ocn.node.responding.responder import Responder
from ocn.node.routing.addressing import Addressing
from ocn.node.routing.open_routing import OpenRouting
from ocn.node.routing.receivers import Receivers
from ocn.node.routing.router import Router


def assemble(config: NodeConfig, parts: Parts, members: Members) -> Application:
    """Wire a node. ``members`` must have been refreshed once; nothing is opened or started here."""
    shared = Shared(config, parts, members)
    return Application(
        pipeline=_pipeline(shared),
        hub_modules=hub_modules(shared),
        errors=ErrorRenderer(clock=parts.clock, key=parts.key, always_sign=config.signatures.required),
        answer_signing=AnswersToNodes(key=parts.key, now_ms=parts.now_ms),
        peers=peer_door(shared),
        client_info=shared.client_info,
        side=admin(shared).asgi(),
        clock=parts.clock,
        address=shared.address,
    )


def _pipeline(shared: Shared) -> Pipeline:
    parts = shared.parts
    return Pipeline(
        authentication=Callers(
            members=shared.members,
            directory=parts.directory,
            party_signatures=shared.party_signatures,
            strict_signatures=shared.strict_signatures,
            proofs=shared.proofs,
            heard=shared.client_info.last_seen.note,
        ),
        addressing=Addressing(
            hub=shared.persona.party,
            open_routing=OpenRouting(
                directory=parts.directory, owners=shared.stored, sightings=shared.sightings
            ),
            links=parts.links,
        ),
        rules=shared.demands,
        routing=Router(
            receivers=Receivers(address=shared.address, directory=parts.directory),
            audiences=shared.audiences,
            handed_out=shared.handed_out,
            url_check=parts.url_check,
            clock=parts.clock,
            key=parts.key,
            strict_links=shared.strict_links,
        ),
        forwarding=every_way(shared),
        responding=Responder(
            party_signatures=shared.party_signatures,
            handed_out=shared.handed_out,
            url_check=parts.url_check,
            clock=parts.clock,
            key=parts.key,
            strict_signatures=shared.strict_signatures,
            strict_links=shared.strict_links,
            demands=shared.signature_demands,
        ),
    )
