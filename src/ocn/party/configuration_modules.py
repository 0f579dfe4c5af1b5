"""Versions, version details and credentials, as this party serves them to its node."""

from collections.abc import Iterable, Sequence

import msgspec

from ocn.ocpi import headers as h
from ocn.ocpi.errors import InvalidParameters, MethodNotAllowed, UnknownObject
from ocn.ocpi.modules import InterfaceRole, ModuleID
from ocn.ocpi.registration import Credentials, Endpoint, Version, VersionDetails
from ocn.ocpi.versions import VersionNumber
from ocn.party.answers import Answer
from ocn.party.asgi import Asked
from ocn.party.client import endpoint_url
from ocn.party.credentials import Door, Introduction
from ocn.party.handshake import Handshake
from ocn.party.routes import Interface


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
        endpoints = [
            Endpoint(module, endpoint_url(self._base_url, version, module, role), role)
            for module, role in self._interfaces
        ]
        own = Endpoint(
            ModuleID.CREDENTIALS, f"{self._base_url}/ocpi/{version}/credentials", InterfaceRole.SENDER
        )
        return VersionDetails(version, [own, *endpoints])

    async def _credentials(self, asked: Asked, version: VersionNumber, body: bytes) -> Answer:
        token = self._door.admitted_to_register(asked.headers.get(h.AUTHORIZATION)) or ""
        registered = self._door.registration is not None
        match asked.method:
            case "GET":
                return Answer(self._introduction.credentials(token))
            case "POST" if not registered and self._door.is_invitation(token):
                return Answer(await self._handshake.welcome(_read(body), version))
            case "PUT" if registered:
                return Answer(await self._handshake.welcome(_read(body), version))
            case "DELETE" if registered:
                await self._door.leave()
                return Answer()
            case "POST" | "PUT" | "DELETE":
                state = "registered already" if registered else "not registered"
                raise MethodNotAllowed(f"{asked.method} credentials: this peer is {state}")
            case _:
                raise MethodNotAllowed(f"credentials do not take {asked.method}")


def _read(body: bytes) -> Credentials:
    try:
        return msgspec.json.decode(body, type=Credentials)
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidParameters("the body is no credentials object") from error


def _only_get(asked: Asked) -> None:
    if asked.method != "GET":
        raise MethodNotAllowed(f"{asked.method} is not served here")
