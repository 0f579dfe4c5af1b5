"""What a simulated eMSP answers and keeps: tokens of its drivers, sessions they have started, their bills."""

from collections.abc import Awaitable, Callable

from ocn.ocpi.objects import AuthorizationInfo, Cdr, LocationReferences, Session, Token
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.versions import VersionNumber
from ocn.party.errors import UnknownToken
from ocn.party.json_text import JsonObject, decode_object
from ocn.party.lists import ListQuery, Page
from ocn.party.request import Request
from ocn.party.storage.port import PartyStorage
from ocn.party.storage.stored_receiver import StoredReceiver
from ocn.simulation.emsp.bill_checks import BillCheck, BillChecks
from ocn.simulation.updates import Updates


class DriverTokens:
    """Handlers of the tokens sender interface."""

    def __init__(
        self, tokens: tuple[Token, ...], reference: Callable[[PartyId, str], Awaitable[str]]
    ) -> None:
        self._tokens = tokens
        self._reference = reference

    async def list_tokens(self, _: Request, query: ListQuery) -> Page[Token]:
        """All tokens."""
        return Page.of(self._tokens, query)

    async def authorize_token(
        self, request: Request, uid: str, token_type: str, location: LocationReferences | None
    ) -> AuthorizationInfo:
        """Say whether a driver may charge."""
        for token in self._tokens:
            if (token["uid"], token["type"]) == (uid, token_type):
                info: AuthorizationInfo = {
                    "allowed": "ALLOWED" if token["valid"] else "BLOCKED",
                    "token": token,
                }
                if token["valid"]:
                    info["authorization_reference"] = await self._reference(request.sender, uid)
                    if location is not None:
                        info["location"] = location
                return info
        raise UnknownToken(f"there is no token {uid[:36]} of type {token_type[:20]}")


class CheckedCdrs:
    """Keeps CDRs as :class:`StoredReceiver` does, and beside them as they came, in this party's version.

    Each is checked when it has been kept: what is wrong with a CDR is a matter between people, not of HTTP.
    """

    def __init__(
        self, receiver: StoredReceiver, checks: BillChecks, version: Callable[[], VersionNumber]
    ) -> None:
        self._receiver = receiver
        self._checks = checks
        self._version = version
        self.as_sent: dict[tuple[PartyId, str], JsonObject] = {}
        self.checked: dict[tuple[PartyId, str], BillCheck] = {}

    async def post_cdr(self, request: Request, cdr: Cdr) -> None:
        """Keep it, and check it."""
        await self._receiver.post_cdr(request, cdr)
        owner = PartyId(cdr["country_code"], cdr["party_id"])
        self.as_sent[owner, cdr["id"]] = decode_object(request.sent)
        self.checked[owner, cdr["id"]] = await self._checks.check(cdr, owner, self._version())


class StartedSessions(StoredReceiver):
    """Keeps what others push, and knows sessions by the reference that their START_SESSION had."""

    def __init__(self, storage: PartyStorage, updates: Updates) -> None:
        super().__init__(storage)
        self._updates = updates
        self.session_ids: dict[tuple[PartyId, str], str] = {}

    async def put_session(self, request: Request, owner: PartyId, session_id: str, session: Session) -> bool:
        """Keep it."""
        new = await super().put_session(request, owner, session_id, session)
        if reference := session.get("authorization_reference"):
            self.session_ids[owner, reference] = session_id
            await self._updates.tell()
        return new
