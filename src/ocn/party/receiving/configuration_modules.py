"""Versions, version details and credentials, as this party serves them to its node."""

from collections.abc import Iterable, Sequence

import msgspec

from ocn.ocpi import headers as h
from ocn.ocpi.errors import InvalidParameters, MethodNotAllowed, UnknownObject
from ocn.ocpi.modules import InterfaceRole, ModuleID
from ocn.ocpi.registration import Credentials, Endpoint, Version, VersionDetails
from ocn.ocpi.sides import only_role, sides
from ocn.ocpi.versions import VersionNumber
from ocn.party.identity.credentials import Door, Introduction
from ocn.party.identity.introductions import read_credentials
from ocn.party.joining.handshake import Handshake
from ocn.party.json_text import decode_json
from ocn.party.receiving.answers import Answer
from ocn.party.receiving.asgi import Asked
from ocn.party.receiving.routes import Interface, is_in
from ocn.party.sending.client import endpoint_url


class ConfigurationModules:
    """The doorway: what a peer may ask before, during and after the handshake."""

    def __init__(
        self,
        base_url: str,
        door: Door,
        handshake: Handshake,
        introduction: Introduction,
        *,
        versions: Sequence[VersionNumber],
        interfaces: Iterable[Interface],
    ) -> None:
        self._base_url = base_url
        self._door = door
        self._handshake = handshake
        self._introduction = introduction
        self._versions = tuple(versions)
        self._interfaces = sorted(interfaces)

    async def answer(self, asked: Asked, steps: tuple[str, ...], body: bytes) -> Answer:
        """Answer ``versions``, ``{version}`` or ``{version}/credentials``; the token has been checked.

        Raises:
            UnknownObject, MethodNotAllowed, InvalidParameters, ServerFault: as OCPI says.
        """
        if steps == ("versions",):
            _only_get(asked)
            return Answer([Version(v, f"{self._base_url}/ocpi/{v}") for v in self._versions])
        if steps[0] not in self._versions:
            raise UnknownObject("no such version or address")
        version = VersionNumber(steps[0])
        if len(steps) == 1:
            _only_get(asked)
            return Answer(self._details(version))
        if steps[1:] == (ModuleID.CREDENTIALS,):
            return await self._credentials(asked, version, body)
        raise UnknownObject("no such address")

    def _details(self, version: VersionNumber) -> VersionDetails:
        offered = [
            (module, role, endpoint_url(self._base_url, version, module, role))
            for module, role in self._interfaces
            if is_in(module, version) and (version.has_routing or self._is_own_side(module, role))
        ]
        own = ModuleID.CREDENTIALS, InterfaceRole.SENDER, f"{self._base_url}/ocpi/{version}/credentials"
        return VersionDetails(
            version,
            [
                Endpoint(module, url, role if version.has_routing else "")
                for module, role, url in (own, *offered)
            ],
        )

    def _is_own_side(self, module: str, role: InterfaceRole) -> bool:
        """In 2.1.1 a module stands in the details once, and who its platform is says which side it is."""
        own_role = only_role(role.role for role in self._introduction.roles)
        return own_role is not None and (module, role) in sides(own_role).items()

    async def _credentials(self, asked: Asked, version: VersionNumber, body: bytes) -> Answer:
        token = self._door.admitted_to_register(asked.headers.get(h.AUTHORIZATION)) or ""
        registered = self._door.registration is not None
        match asked.method:
            case "GET":
                return Answer(self._introduction.credentials(token, version))
            case "POST" if not registered and self._door.is_invitation(token):
                return Answer(await self._handshake.welcome(_read(body, version), version))
            case "PUT" if registered:
                return Answer(await self._handshake.welcome(_read(body, version), version))
            case "DELETE" if registered:
                await self._door.leave()
                return Answer()
            case "POST" | "PUT" | "DELETE":
                state = "registered already" if registered else "not registered"
                raise MethodNotAllowed(f"{asked.method} credentials: this peer is {state}")
            case _:
                raise MethodNotAllowed(f"credentials do not take {asked.method}")


def _read(body: bytes, version: VersionNumber) -> Credentials:
    try:
        return read_credentials(decode_json(body), version)
    except msgspec.ValidationError as error:
        raise InvalidParameters("the body is no credentials object") from error


def _only_get(asked: Asked) -> None:
    if asked.method != "GET":
        raise MethodNotAllowed(f"{asked.method} is not served here")
