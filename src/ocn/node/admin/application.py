"""The admin API and the public questions, over HTTP."""

import hmac
from collections.abc import Sequence
from dataclasses import replace

import msgspec
import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ocn.errors import OcnError
from ocn.node.admin.changing import put_changed
from ocn.node.admin.client_info import ClientInfoView
from ocn.node.admin.guarded import GuardedRoute, Handler, read_body
from ocn.node.admin.invitations import Invitations
from ocn.node.admin.views import NodeView, broadcast_view, invitation_view, platform_view
from ocn.node.forwarding.reports import BroadcastReports
from ocn.node.hub_modules.persona import Persona
from ocn.node.members import Members
from ocn.node.model import Platform, SignatureDemand
from ocn.node.ports import Directory, PlatformStore
from ocn.ocpi.authorization import token_candidates
from ocn.ocpi.errors import ClientFault
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import ConnectionStatus, Role

_log = structlog.get_logger("ocn.node.admin")


class _PartyCodes(msgspec.Struct):
    country_code: str
    party_id: str
    role: Role | None = None


class _Change(msgspec.Struct, forbid_unknown_fields=True):
    requires_signatures: bool | None = None
    signature_demand: SignatureDemand | None = None
    signs_strictly: bool | None = None


class AdminApplication:
    """Serves everything below neither door."""

    def __init__(
        self,
        *,
        admin_key: str,
        persona: Persona,
        address: str,
        members: Members,
        store: PlatformStore,
        directory: Directory,
        reports: BroadcastReports,
        client_info: ClientInfoView,
        invitations: Invitations,
        node_view: NodeView,
        more: Sequence[GuardedRoute] = (),
    ) -> None:
        self._admin_key = admin_key.encode()
        self._persona = persona
        self._address = address
        self._members = members
        self._store = store
        self._directory = directory
        self._reports = reports
        self._client_info = client_info
        self._invitations = invitations
        self._node_view = node_view
        self._more = more

    def asgi(self) -> Starlette:
        """Return the ASGI application."""
        guarded = self._guarded
        return Starlette(
            routes=[
                Route("/health", self._health),
                Route("/ready", self._ready),
                Route("/ocn/registry/node-info", self._node_info),
                Route("/ocn/registry/node/{country_code}/{party_id}", self._node_of),
                Route("/admin/generate-registration-token", guarded(self._invite), methods=["POST"]),
                Route("/admin/connection-status/{country_code}/{party_id}", guarded(self._status)),
                Route("/admin/node", guarded(self._node)),
                Route("/admin/invitations", guarded(self._list_invitations)),
                Route("/admin/invitations/{id}", guarded(self._withdraw), methods=["DELETE"]),
                Route("/admin/broadcasts", guarded(self._list_broadcasts)),
                Route("/admin/client-info", guarded(self._client_infos)),
                Route("/admin/platforms", guarded(self._platforms)),
                Route("/admin/platforms/{id}", guarded(self._platform), methods=["GET", "PATCH", "DELETE"]),
                Route("/admin/parties/{country_code}/{party_id}", guarded(self._party)),
                *(Route(path, guarded(handler), methods=methods) for path, handler, methods in self._more),
            ],
            exception_handlers={404: _no_such_path, 405: _no_such_path, OcnError: _failed},
        )

    def _guarded(self, handler: Handler) -> Handler:
        async def checked(request: Request) -> Response:
            presented = token_candidates(request.headers.get("authorization", ""))
            if not any(hmac.compare_digest(token.encode(), self._admin_key) for token in presented):
                return PlainTextResponse("Unauthorized: the admin key is missing or wrong\n", 401)
            try:
                return await handler(request)
            except ClientFault as error:
                return PlainTextResponse(f"{error}\n", error.http_status)

        return checked

    async def _list_broadcasts(self, _request: Request) -> Response:
        return JSONResponse([broadcast_view(report) for report in self._reports.latest()])

    async def _health(self, _request: Request) -> Response:
        return PlainTextResponse("OK")

    async def _ready(self, _request: Request) -> Response:
        problems = self._node_view.problems()
        return JSONResponse({"ready": not problems, "problems": problems}, 503 if problems else 200)

    async def _node_info(self, _request: Request) -> Response:
        return JSONResponse({"url": self._persona.url, "address": self._address.lower()})

    async def _node_of(self, request: Request) -> Response:
        party = _party(request)
        listing = self._directory.party(party) if party else None
        if listing is None or listing.node_url is None:
            return PlainTextResponse("The party is not registered on the OCN")
        return JSONResponse({"url": listing.node_url, "address": listing.operator})

    async def _node(self, _request: Request) -> Response:
        return JSONResponse(await self._node_view.as_json())

    async def _invite(self, request: Request) -> Response:
        codes = await read_body(request, list[_PartyCodes])
        try:
            roles = {PartyId(code.country_code, code.party_id): code.role for code in codes}
        except ValueError as error:
            raise ClientFault(str(error)) from error
        said = {party: role for party, role in roles.items() if role is not None}
        invitation, token = await self._invitations.issue(frozenset(roles), said)
        return JSONResponse(
            {
                "token": token,
                "versions": self._persona.versions_url,
                "id": invitation.id,
                "expires_at": invitation.expires_at.isoformat(),
            }
        )

    async def _list_invitations(self, _request: Request) -> Response:
        return JSONResponse([invitation_view(invitation) for invitation in self._members.invitations()])

    async def _withdraw(self, request: Request) -> Response:
        withdrawn = await self._invitations.withdraw(request.path_params["id"])
        return Response(status_code=204) if withdrawn else PlainTextResponse("no such invitation\n", 404)

    async def _status(self, request: Request) -> Response:
        party = _party(request)
        if platform := self._members.by_party(party) if party else None:
            return PlainTextResponse(str(platform.status))
        if party and any(party in invitation.parties for invitation in self._members.invitations()):
            return PlainTextResponse(str(ConnectionStatus.PLANNED))
        return PlainTextResponse("no such party here\n", 404)

    async def _client_infos(self, _request: Request) -> Response:
        return JSONResponse(self._client_info.as_json())

    async def _platforms(self, _request: Request) -> Response:
        return JSONResponse([platform_view(platform) for platform in self._members.platforms()])

    async def _party(self, request: Request) -> Response:
        party = _party(request)
        platform = self._members.by_party(party) if party else None
        if platform is None:
            return PlainTextResponse("no such party here\n", 404)
        return JSONResponse(platform_view(platform))

    async def _platform(self, request: Request) -> Response:
        platform = self._members.by_id(request.path_params["id"])
        if platform is None:
            return PlainTextResponse("no such platform\n", 404)
        if request.method == "DELETE":
            await self._store.remove(platform.id)
            await self._members.refresh()
            return Response(status_code=204)
        if request.method == "PATCH":
            platform = await self._changed(platform, await read_body(request, _Change))
        return JSONResponse(platform_view(platform))

    async def _changed(self, platform: Platform, change: _Change) -> Platform:
        named = {name: value for name, value in msgspec.structs.asdict(change).items() if value is not None}
        changed = replace(platform, **named)
        return await put_changed(changed, replaces=platform, store=self._store, members=self._members)


def _party(request: Request) -> PartyId | None:
    try:
        return PartyId(request.path_params["country_code"], request.path_params["party_id"])
    except ValueError:
        return None


async def _failed(_request: Request, error: Exception) -> Response:
    _log.error("admin_request_failed", error=str(error))
    return PlainTextResponse("the node could not do it now; its log says why\n", 503)


async def _no_such_path(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 404)
    return JSONResponse(
        {"status_code": 2000, "status_message": f"this node serves no {request.method} here"}, status
    )
