"""A registration as text, for a storage; sealed when there is a seal."""

from typing import Literal

import msgspec

from ocn.errors import ConfigurationError
from ocn.ocpi.modules import InterfaceRole
from ocn.ocpi.registration import CredentialsRole
from ocn.ocpi.versions import VersionNumber
from ocn.party.storage.registration import OutgoingToken, Registration
from ocn.party.storage.sealing import Seal


class _Endpoint(msgspec.Struct):
    module: str
    role: InterfaceRole
    url: str


class _Text(msgspec.Struct):
    form: Literal["plain", "sealed"]
    token: str
    base64_encoded: bool
    our_token_hash: bytes
    version: VersionNumber
    versions_url: str
    endpoints: list[_Endpoint]
    roles: list[CredentialsRole]
    own_versions_url: str = ""


def write_registration(registration: Registration, seal: Seal | None) -> bytes:
    """Write a registration; without a seal the token that this party sends stands there in the clear."""
    token = registration.their_token.token
    return msgspec.json.encode(
        _Text(
            form="sealed" if seal else "plain",
            token=seal.seal(token) if seal else token,
            base64_encoded=registration.their_token.base64_encoded,
            our_token_hash=registration.our_token_hash,
            version=registration.version,
            versions_url=registration.versions_url,
            own_versions_url=registration.own_versions_url,
            endpoints=[_Endpoint(m, role, url) for (m, role), url in registration.endpoints.items()],
            roles=list(registration.roles),
        )
    )


def read_registration(text: bytes, seal: Seal | None) -> Registration:
    """Read a registration.

    Raises:
        ConfigurationError: it is sealed and this is not the seal, or it is damaged.
    """
    try:
        stored = msgspec.json.decode(text, type=_Text)
    except msgspec.DecodeError as error:
        raise ConfigurationError("The stored registration cannot be read.") from error
    token = stored.token
    if stored.form == "sealed":
        if seal is None:
            raise ConfigurationError("The stored registration is sealed; open it with the same secret.")
        token = seal.unseal(token)
    return Registration(
        version=stored.version,
        versions_url=stored.versions_url,
        own_versions_url=stored.own_versions_url,
        their_token=OutgoingToken(token, stored.base64_encoded),
        our_token_hash=stored.our_token_hash,
        endpoints={(entry.module, entry.role): entry.url for entry in stored.endpoints},
        roles=tuple(stored.roles),
    )
