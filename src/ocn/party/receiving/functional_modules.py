"""The modules that parties talk through: a request that was let in, to the handler that serves it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias
from uuid import uuid4

from ocn.ocpi import headers as h
from ocn.ocpi.errors import InvalidParameters, MethodNotAllowed, ServerFault, UnknownObject
from ocn.ocpi.modules import InterfaceRole, ModuleID
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role
from ocn.ocpi.versions import VERSION_BY_NUMBER, VersionNumber
from ocn.party.json_text import JsonObject
from ocn.party.object_edge import ObjectEdge
from ocn.party.outcomes import not_supported
from ocn.party.receiving.answers import Answer, Terms
from ocn.party.receiving.asgi import Asked, read_query
from ocn.party.receiving.followups import Followups
from ocn.party.receiving.routes import Interface, Routes, is_in
from ocn.party.request import Request
from ocn.party.sending.client import Client, endpoint_url
from ocn.party.signatures.notary import Signatures
from ocn.party.signatures.strict import StrictSignatures
from ocn.party.subjects import subject_of, subject_of_result

CustomHandler: TypeAlias = Callable[[Request], Awaitable[Answer]]
"""Serves a custom module: any method, any path below the endpoint, any body."""
LateResult: TypeAlias = Callable[[Request, str, JsonObject], Awaitable[None]]
"""See :class:`ocn.party.handlers.CommandsSender`, and for profiles ``ChargingProfileResults`` there."""
_ROLES = {"sender": InterfaceRole.SENDER, "receiver": InterfaceRole.RECEIVER}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a functional request goes: version, interface and the path below its endpoint."""

    version: str
    interface: Interface
    path: tuple[str, ...]

    @classmethod
    def at(cls, steps: Sequence[str]) -> "Place | None":
        """Read ``{version}/{sender|receiver}/{module}/...``; None for anything else."""
        if len(steps) < 3 or steps[1] not in _ROLES:
            return None
        return cls(steps[0], (steps[2], _ROLES[steps[1]]), tuple(steps[3:]))


class FunctionalModules:
    """Serves what :class:`Routes` knows, asynchronous results, and custom modules."""

    def __init__(
        self,
        base_url: str,
        client: Client,
        routes: Routes,
        terms: Terms,
        *,
        own: Sequence[PartyId],
        signatures: Signatures,
        strict: StrictSignatures,
        followups: Followups,
        custom: Mapping[Interface, CustomHandler],
        late_results: Mapping[str, LateResult],
        edge: ObjectEdge,
    ) -> None:
        self._base_url = base_url
        self._client = client
        self._routes = routes
        self._terms = terms
        self._own = tuple(own)
        self._signatures = signatures
        self._strict = strict
        self._followups = followups
        self._custom = custom
        self._late_results = late_results
        self._edge = edge

    async def answer(self, asked: Asked, place: Place, body: bytes) -> Answer:
        """Check the routing and the signature, then ask the handler.

        Raises:
            OcpiError: what the handler or a check raised.
        """
        agreed = self._client.agreed
        spoken = agreed.version if agreed else VERSION_BY_NUMBER.get(place.version, VersionNumber.V2_2_1)
        request = self._request(asked, place, body, spoken)
        if place.interface[0] != ModuleID.HUB_CLIENT_INFO:
            await self._signatures.check_request(
                asked.headers, asked.raw_query, body, sender=request.sender, own=request.receiver
            )
            await self._strict.check_request(
                asked.method, asked.path, asked.raw_query, asked.headers, body, own=request.receiver
            )
        if handler := self._custom.get(place.interface):
            return await handler(request)
        if result_id := _result_id(place):
            subject = subject_of_result(request.module, request.sender, request.receiver)
            request = replace(request, body=await self._edge.request_in(body, subject, spoken))
            return await self._result(request, result_id)
        subject = subject_of(asked.method, place.interface, place.path, request.sender, request.receiver)
        request = replace(request, body=await self._edge.request_in(body, subject, spoken))
        return await self._edge.answer_out(await self._served(request, place, spoken), subject, spoken)

    async def _served(self, request: Request, place: Place, spoken: VersionNumber) -> Answer:
        route, method = self._routes.find(place.interface, request.method, place.path, spoken)
        if method is None and place.interface[0] == ModuleID.COMMANDS:
            return Answer({"result": not_supported().result, "timeout": 0})
        if method is None:
            raise MethodNotAllowed("this back end does not do that")
        if self._followups.full:
            raise ServerFault("too many results are owed already")
        return await route.shape(method, request, self._terms)

    def _request(self, asked: Asked, place: Place, body: bytes, spoken: VersionNumber) -> Request:
        module, role = place.interface
        if not is_in(module, spoken):
            raise UnknownObject(f"OCPI {spoken}, which was agreed on, has no {module}")
        sender, receiver = self._parties(asked.headers, module, spoken)
        correlation_id = asked.headers.get(h.CORRELATION_ID) or str(uuid4())
        return Request(
            method=asked.method,
            endpoint=endpoint_url(self._base_url, place.version, module, role),
            module=module,
            interface_role=role,
            path=place.path,
            query=read_query(asked.raw_query),
            headers=asked.headers,
            body=body,
            sent=body,
            request_id=asked.headers.get(h.REQUEST_ID) or str(uuid4()),
            correlation_id=correlation_id,
            sender=sender,
            receiver=receiver,
            from_hub=sender in self._hubs(),
            caller=self._client.to(sender, as_party=receiver, correlation_id=correlation_id),
        )

    def _parties(
        self, headers: Mapping[str, str], module: str, spoken: VersionNumber
    ) -> tuple[PartyId, PartyId]:
        if module == ModuleID.HUB_CLIENT_INFO:
            return self._own[0], self._own[0]
        if not spoken.has_routing:
            peers = self._hubs()
            if not peers:
                raise ServerFault("the handshake with this party is not at its end")
            return min(peers, key=str), self._own[0]
        sender = _party(headers, h.FROM_COUNTRY, h.FROM_PARTY)
        if sender is None:
            raise InvalidParameters("OCPI-from-country-code and OCPI-from-party-id are missing")
        receiver = _party(headers, h.TO_COUNTRY, h.TO_PARTY) or self._own[0]
        if receiver not in self._own:
            raise InvalidParameters(f"this platform does not speak for {receiver}")
        return sender, receiver

    def _hubs(self) -> set[PartyId]:
        agreed = self._client.agreed
        return {role.party for role in agreed.roles if role.role == Role.HUB} if agreed else set()

    async def _result(self, request: Request, result_id: str) -> Answer:
        if request.method != "POST":
            raise MethodNotAllowed("results are posted")
        result = request.json()
        if self._client.results.take(result_id, result):
            return Answer()
        late_result = self._late_results.get(request.module)
        if late_result is None:
            raise UnknownObject("nobody awaits a result under this address")
        await late_result(request, result_id, result)
        return Answer()


def _result_id(place: Place) -> str | None:
    if len(place.path) != 2 or place.interface[1] is not InterfaceRole.SENDER:
        return None
    if place.interface[0] == ModuleID.COMMANDS:
        return place.path[1]
    return (
        place.path[1]
        if place.interface[0] == ModuleID.CHARGING_PROFILES and place.path[0] == "result"
        else None
    )


def _party(headers: Mapping[str, str], country: str, party: str) -> PartyId | None:
    country_code, party_id = headers.get(country), headers.get(party)
    if country_code is None and party_id is None:
        return None
    try:
        return PartyId(country_code or "", party_id or "")
    except ValueError as error:
        raise InvalidParameters(f"routing headers: {error}") from error
