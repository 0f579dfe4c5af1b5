"""Answer requests to the node's own modules: who may ask, and what is asked."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from ocn.node.client_info.listing import Listing
from ocn.node.hub_modules.credentials import HubCredentials, read_credentials
from ocn.node.hub_modules.ocn_rules import RulesModule
from ocn.node.hub_modules.persona import Persona
from ocn.node.hub_modules.possession import Presented
from ocn.node.hub_modules.registration import CATCH_UP_S, Registration, platform_role
from ocn.node.links import PARTY_DOOR
from ocn.node.members import Members
from ocn.node.model import Invitation, Platform
from ocn.node.ports import Clock, Directory
from ocn.ocpi.authorization import token_candidates
from ocn.ocpi.errors import MethodNotAllowed, Unauthorized
from ocn.ocpi.modules import ModuleID
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.roles import Role
from ocn.ocpi.sides import only_role
from ocn.ocpi.versions import VERSION_BY_NUMBER, VersionNumber


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever presents a token of ours: an invited party or a registered platform, and the token itself."""

    token: str
    invitation: Invitation | None
    platform: Platform | None

    def __repr__(self) -> str:
        return f"Caller(invitation={self.invitation!r}, platform={self.platform!r})"

    @property
    def parties(self) -> frozenset[PartyId]:
        """The parties it speaks for, or may."""
        known = self.platform or self.invitation
        return known.parties if known else frozenset()

    def connected(self) -> Platform:
        """Return the platform; refuse an invited party, which has none yet."""
        if self.platform is None:
            raise Unauthorized("a TOKEN_A serves for versions and credentials only")
        return self.platform


class HubModules:
    """Versions, details, credentials, OcnRules, and HubClientInfo to be read."""

    def __init__(
        self,
        *,
        persona: Persona,
        members: Members,
        credentials: HubCredentials,
        registration: Registration,
        directory: Directory,
        rules: RulesModule,
        client_info: Listing,
        heard: Callable[[str], None],
        clock: Clock,
    ) -> None:
        self._persona = persona
        self._members = members
        self._credentials = credentials
        self._registration = registration
        self._directory = directory
        self._rules = rules
        self._client_info = client_info
        self._heard = heard
        self._clock = clock

    def serves(self, path: str) -> bool:
        """Whether a path below the party door is one of the node's own modules."""
        segments = path.strip("/").split("/", 3)
        if len(segments) > 3:
            return _rules_path(segments) is not None
        return (
            segments == ["versions"]
            or (len(segments) == 1 and segments[0] in VERSION_BY_NUMBER)
            or (len(segments) == 2 and segments[0] in VERSION_BY_NUMBER and segments[1] == "credentials")
            or _rules_path(segments) is not None
            or _client_info_version(segments) is not None
        )

    def refuse_strangers(self, authorization: str) -> None:
        """Raise Unauthorized unless the header holds a token of ours: nobody else's body is worth reading."""
        if self._members.by_authorization(authorization) is None:
            self._caller(authorization)

    async def answer(
        self,
        method: str,
        path: str,
        authorization: str,
        body: bytes,
        *,
        query: str = "",
        signatures: str = "",
    ) -> object:
        """Return the ``data`` of the answer, UNSET for none, or a page of a list with its headers.

        ``signatures`` is the strict header.

        Raises:
            OcpiError: the request is refused; nothing has changed.
        """
        caller = self._caller(authorization)
        if caller.platform is not None:
            self._heard(caller.platform.id)
        segments = path.strip("/").split("/")
        if (rest := _rules_path(segments)) is not None:
            return await self._rules.answer(method, rest, caller.connected(), body)
        if (version := _client_info_version(segments)) is not None:
            platform = caller.connected()
            if method != "GET":
                raise MethodNotAllowed("hubclientinfo is read here; changes are pushed by the hub")
            return await self._client_info.page(platform, self._persona.client_info_url(version), query)
        if segments[-1] == "credentials":
            url = f"{self._persona.url}{PARTY_DOOR}/{path.strip('/')}"
            presented = Presented(method, segments[0], url, body, signatures)
            return await self._exchange(presented, VERSION_BY_NUMBER[segments[0]], caller)
        if method != "GET":
            raise MethodNotAllowed("only GET is served here")
        if segments == ["versions"]:
            return self._persona.versions()
        version = VERSION_BY_NUMBER[segments[0]]
        return self._persona.details(version, await self._viewer(version, caller))

    async def _exchange(self, presented: Presented, version: VersionNumber, caller: Caller) -> object:
        body = presented.body
        match presented.method, caller.platform, caller.invitation:
            case "GET", _, _:
                return self._credentials(version, caller.token, caller.parties)
            case "POST", None, Invitation() as invitation:
                return await self._registration.register(
                    invitation, read_credentials(body, version), presented
                )
            case "PUT", Platform() as platform, _:
                return await self._registration.update(platform, read_credentials(body, version), presented)
            case "DELETE", Platform() as platform, _:
                await self._registration.unregister(platform)
                return msgspec.UNSET
            case "POST", _, _:
                raise MethodNotAllowed("already registered; use PUT to renew")
            case (("PUT" | "DELETE"), _, _):
                raise MethodNotAllowed("not registered yet; use POST with this TOKEN_A")
            case _:
                raise MethodNotAllowed("credentials take GET, POST, PUT and DELETE")

    async def _viewer(self, version: VersionNumber, caller: Caller) -> Role | None:
        role = self._role(caller)
        if role is None and not version.has_routing:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CATCH_UP_S):
                    await self._directory.caught_up()
            role = self._role(caller)
        return role

    def _role(self, caller: Caller) -> Role | None:
        """Return the one side of the market that whoever asks stands for, as far as anybody said it."""
        if caller.platform is not None:
            return platform_role(caller.platform)
        said = caller.invitation.roles if caller.invitation else {}
        listings = [self._directory.party(party) for party in caller.parties - said.keys()]
        listed = [role for listing in listings if listing for role in listing.roles]
        return only_role([*said.values(), *listed])

    def _caller(self, authorization: str) -> Caller:
        candidates = token_candidates(authorization)
        for token in candidates:
            platform = self._members.by_token((token,))
            invitation = self._members.invitation((token,))
            if platform is not None or (invitation is not None and invitation.expires_at > self._clock.now()):
                return Caller(token, invitation, platform)
        raise Unauthorized("the Authorization header holds no token of this node")


def _client_info_version(segments: list[str]) -> VersionNumber | None:
    """Return the version of ``sender/{version}/hubclientinfo``, which 2.1.1 does not have."""
    if len(segments) != 3 or segments[0] != "sender" or segments[2] != ModuleID.HUB_CLIENT_INFO:
        return None
    version = VERSION_BY_NUMBER.get(segments[1])
    return version if version is not None and version.has_routing else None


def _rules_path(segments: list[str]) -> list[str] | None:
    """Return what follows OcnRules in ``receiver/{version}/ocnrules`` or ``{version}/receiver/ocnrules``."""
    if len(segments) >= 3 and segments[2] == "ocnrules" and "receiver" in segments[:2]:
        return segments[3:] if segments[0] in VERSION_BY_NUMBER or segments[1] in VERSION_BY_NUMBER else None
    return None
