"""What the node answers itself: its own modules to parties, messages of other nodes, the admin API."""

from datetime import timedelta

from ocn.node.admin.application import AdminApplication
from ocn.node.admin.client_info import ClientInfoView
from ocn.node.admin.conversions import ConversionPages
from ocn.node.admin.copies import CopyPages
from ocn.node.admin.invitations import Invitations
from ocn.node.admin.views import NodeView
from ocn.node.client_info.nodes import PATH as CLIENT_INFO_PATH
from ocn.node.compose.shared import Shared
from ocn.node.hub_modules.answering import HubModules
from ocn.node.hub_modules.credentials import HubCredentials
from ocn.node.hub_modules.discovery import Discovery
from ocn.node.hub_modules.ocn_rules import RulesModule
from ocn.node.hub_modules.possession import Possession
from ocn.node.hub_modules.reach import Reach
from ocn.node.hub_modules.registration import Registration
from ocn.node.object_store.feed import FEED_PATH, ObjectFeed
from ocn.node.peers import PeerDoor, PeerHandler


def hub_modules(shared: Shared) -> HubModules:
    """Return versions, credentials, OcnRules and HubClientInfo."""
    parts, members, persona = shared.parts, shared.members, shared.persona
    reach = Reach(address=shared.address, hub=persona.party, members=members, directory=parts.directory)
    credentials = HubCredentials(persona, reach.roles)
    registration = _registration(shared, credentials)
    return HubModules(
        persona=persona,
        members=members,
        credentials=credentials,
        registration=registration,
        directory=parts.directory,
        rules=RulesModule(members=members, store=parts.platforms, registration=registration),
        client_info=shared.client_info.listing,
        heard=shared.client_info.last_seen.note,
        clock=parts.clock,
    )


def _registration(shared: Shared, credentials: HubCredentials) -> Registration:
    config, parts = shared.config, shared.parts
    return Registration(
        url=shared.persona.url,
        credentials=credentials,
        address=shared.address,
        members=shared.members,
        store=parts.platforms,
        directory=parts.directory,
        discovery=Discovery(
            own_url=shared.persona.url,
            outbound=parts.outbound,
            url_check=parts.url_check,
            timeout_s=config.limits.registration_timeout_seconds,
        ),
        possession=Possession(
            shared.strict_signatures,
            required=config.signatures.possession == "required",
            clock=parts.clock,
        ),
        clock=parts.clock,
    )


def peer_door(shared: Shared) -> PeerDoor:
    """Return what answers messages of nodes in their own name."""
    parts, members = shared.parts, shared.members
    handlers: dict[str, PeerHandler] = {CLIENT_INFO_PATH: shared.client_info.nodes.answer}
    if parts.objects is not None:
        handlers[FEED_PATH] = ObjectFeed(
            store=parts.objects, is_ours=lambda owner: members.by_party(owner) is not None
        )
    return PeerDoor(directory=parts.directory, proofs=shared.proofs, handlers=handlers, now_ms=parts.now_ms)


def admin(shared: Shared) -> AdminApplication:
    """Return the operator's side."""
    config, parts, members = shared.config, shared.parts, shared.members
    conversion_pages = ConversionPages(
        reports=shared.conversion_reports,
        default=config.conversion.as_policy,
        members=members,
        store=parts.platforms,
    )
    copy_pages = CopyPages(parts.copies, parts.clock) if parts.copies else None
    return AdminApplication(
        admin_key=parts.admin_key,
        persona=shared.persona,
        address=shared.address,
        members=members,
        store=parts.platforms,
        directory=parts.directory,
        reports=shared.broadcast_reports,
        client_info=ClientInfoView(shared.client_info.roster, shared.client_info.last_seen, members),
        invitations=Invitations(
            hub=shared.persona.party,
            store=parts.platforms,
            members=members,
            clock=parts.clock,
            lifetime=timedelta(days=config.limits.invitation_days),
        ),
        node_view=NodeView(
            persona=shared.persona,
            address=shared.address,
            members=members,
            index_view=parts.index_view,
            find_problems=parts.problems,
            count_copies=copy_pages.counts if copy_pages else None,
        ),
        more=[
            *conversion_pages.routes(),
            *(copy_pages.routes() if copy_pages else ()),
        ],
    )
