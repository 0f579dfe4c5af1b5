"""Registering with a node, renewing that, ending it (the credentials module of every version)."""

from collections.abc import Sequence

import msgspec

from ocn.ocpi.errors import UnsupportedVersion, UnusableClientApi
from ocn.ocpi.modules import ModuleID
from ocn.ocpi.registration import Credentials, FlatCredentials
from ocn.ocpi.sides import only_role
from ocn.ocpi.versions import PREFERRED_VERSIONS, VersionNumber
from ocn.party.errors import (
    AnswerUnusable,
    NotRegistered,
    PartyError,
    RegistrationFailed,
    RegistrationRefused,
    RequestFailed,
    TokenMissing,
)
from ocn.party.identity.credentials import Door, Introduction
from ocn.party.identity.introductions import read_credentials
from ocn.party.joining.discovery import Offer, discover
from ocn.party.json_text import encode_json
from ocn.party.sending.channel import Call, Channel
from ocn.party.signatures.strict import StrictSignatures
from ocn.party.storage.registration import OutgoingToken, Registration, token_hash


class Handshake:
    """The four moves of the credentials module, from this party's side and as a peer's answer to them."""

    def __init__(
        self,
        channel: Channel,
        door: Door,
        introduction: Introduction,
        *,
        versions: Sequence[VersionNumber] = PREFERRED_VERSIONS,
        strict: StrictSignatures | None = None,
    ) -> None:
        self._channel = channel
        self._door = door
        self._introduction = introduction
        self._versions = versions
        self._strict = strict or StrictSignatures()

    async def register(self, versions_url: str, token_a: str | None) -> Registration:
        """Register with TOKEN_A; the tokens and endpoints are stored when this returns.

        A failure changes nothing. Tokens are sent in Base64 as 2.2.1 says, and raw to a node that refuses
        that; what worked is kept.

        Raises:
            TokenMissing: there is no TOKEN_A.
            NoCommonVersion, CredentialsNotOffered, RegistrationFailed: the node cannot or will not.
            PeerUnreachable: the node does not answer.
        """
        if not token_a:
            raise TokenMissing(
                "This party is not registered yet and was given no TOKEN_A.",
                hint="Ask the node's operator for a registration token and start with it once.",
            )
        offer, token = await self._discover_either_way(versions_url, token_a)
        return await self._agree("POST", versions_url, offer, token)

    @property
    def is_outdated(self) -> bool:
        """Whether the peer knows this party at another address, or in a version that it speaks no more."""
        current = self._current()
        moved = current.own_versions_url != self._introduction.versions_url
        return moved or current.version not in self._versions

    async def update(self) -> Registration:
        """Renew tokens, roles and endpoints with PUT.

        Raises:
            NotRegistered: there is nothing to renew; otherwise as :meth:`register`.
        """
        current = self._current()
        offer = await self._discover(current.versions_url, current.their_token, self._versions)
        return await self._agree("PUT", current.versions_url, offer, current.their_token)

    async def unregister(self) -> None:
        """End the registration with DELETE and forget it.

        Raises:
            NotRegistered: there is nothing to end.
            RequestFailed, PeerUnreachable: the node did not confirm; the registration is kept.
        """
        current = self._current()
        offer = await self._discover(current.versions_url, current.their_token, self._versions)
        await self._channel.expect(
            Call("DELETE", offer.credentials_url, module=ModuleID.CREDENTIALS), current.their_token
        )
        await self._door.leave()

    async def welcome(self, theirs: Credentials, version: VersionNumber) -> Credentials | FlatCredentials:
        """Answer a peer's POST or PUT: read its endpoints under the token it gave, store, answer with ours.

        Raises:
            UnusableClientApi: its versions or details cannot be read; nothing has changed.
            UnsupportedVersion: it does not have the version it called under.
        """
        known = self._door.registration
        encoded = version.token_is_base64 if known is None else known.their_token.base64_encoded
        token = OutgoingToken(theirs.token, encoded)
        try:
            offer = await self._discover(theirs.url, token, (version,))
        except RegistrationFailed as error:
            raise UnsupportedVersion(error.message) from error
        except PartyError as error:
            raise UnusableClientApi(f"your versions cannot be read: {error.message}") from error
        ours = self._door.expect()
        await self._door.settle(self._registration(offer, theirs, token, ours))
        return self._introduction.credentials(ours, version)

    def _current(self) -> Registration:
        if self._door.registration is None:
            raise NotRegistered("This party is not registered with a node.")
        return self._door.registration

    async def _discover_either_way(self, url: str, token_a: str) -> tuple[Offer, OutgoingToken]:
        encoded, raw = (OutgoingToken(token_a, base64_encoded=way) for way in (True, False))
        try:
            return await self._discover(url, encoded, self._versions), encoded
        except (RequestFailed, AnswerUnusable) as refusal:
            try:
                return await self._discover(url, raw, self._versions), raw
            except (RequestFailed, AnswerUnusable):
                raise RegistrationFailed(
                    f"The node cannot be read with this TOKEN_A: {refusal.message}",
                    hint="It may have been used already, or have expired; ask for another.",
                ) from refusal

    async def _discover(self, url: str, token: OutgoingToken, versions: Sequence[VersionNumber]) -> Offer:
        own_role = only_role(role.role for role in self._introduction.roles)
        return await discover(self._channel, url, token, versions, own_role=own_role)

    async def _agree(
        self, method: str, versions_url: str, offer: Offer, token: OutgoingToken
    ) -> Registration:
        ours = self._door.expect()
        try:
            registration = await self._exchanged(method, versions_url, offer, token, ours)
            await self._door.settle(registration)
        except BaseException:
            self._door.withdraw(ours)
            raise
        return registration

    async def _exchanged(
        self, method: str, versions_url: str, offer: Offer, token: OutgoingToken, ours: str
    ) -> Registration:
        body = encode_json(self._introduction.credentials(ours, offer.version))
        proof = await self._proof(method, offer, body)
        call = Call(method, offer.credentials_url, body, module=ModuleID.CREDENTIALS, proof=proof)
        try:
            reply = await self._channel.expect(call, token)
        except RequestFailed as error:
            raise RegistrationRefused(f"The node refused the registration: {error.message}") from error
        try:
            theirs = read_credentials(reply.data, offer.version)
        except msgspec.ValidationError as error:
            raise AnswerUnusable(f"{call.url} answered something else than OCPI says: {error}") from error
        theirs_token = OutgoingToken(theirs.token, token.base64_encoded)
        return self._registration(offer, theirs, theirs_token, ours, versions_url)

    async def _proof(self, method: str, offer: Offer, body: bytes) -> str | None:
        """Show that the one party of this platform holds its key; one key cannot speak for several."""
        parties = {role.party for role in self._introduction.roles}
        if len(parties) != 1:
            return None
        return await self._strict.prove(
            method, offer.version.value, offer.credentials_url, body, parties.pop()
        )

    def _registration(
        self,
        offer: Offer,
        theirs: Credentials,
        their_token: OutgoingToken,
        ours: str,
        versions_url: str | None = None,
    ) -> Registration:
        return Registration(
            version=offer.version,
            versions_url=versions_url or theirs.url,
            own_versions_url=self._introduction.versions_url,
            their_token=their_token,
            our_token_hash=token_hash(ours),
            endpoints=offer.endpoints,
            roles=tuple(theirs.roles),
        )
