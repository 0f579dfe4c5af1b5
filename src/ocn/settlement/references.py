"""Who charges at an eMSP's expense, by the reference that each authorisation gets."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from ocn.ocpi.party_id import PartyId
from ocn.ocpi.timestamps import format_datetime, parse_datetime
from ocn.party.clock import utc_now
from ocn.party.json_text import JsonObject
from ocn.party.lists import ListQuery
from ocn.party.storage.port import PartyStorage

_KIND: Final = "ocn-settlement-references"
_A_DAY: Final = timedelta(days=1)
_KEPT_FOR: Final = timedelta(days=30)
"""After the time in which it had to be used; a session is paid for the first time within that, or never."""
_AT_ONCE: Final = 4
"""Old ones forgotten with each new one, so that there is never much more than is needed."""


class GivenReferences:
    """:class:`ocn.settlement.ports.Drivers`: each reference stands for one session, of one token, at one CPO.

    The eMSP gives one as ``authorization_reference`` with each START_SESSION, RESERVE_NOW and real-time
    authorisation; OCPI from 2.2 on says that the session SHALL repeat it. A session that was started without
    asking (a whitelisted card, off line) has none: a back end that wants to pay for those says so by
    overriding :meth:`charges`.
    """

    def __init__(
        self, storage: PartyStorage, *, good_for: timedelta = _A_DAY, now: Callable[[], datetime] = utc_now
    ) -> None:
        """Keep references in the party's storage; a session must be told of within ``good_for``."""
        self._storage = storage
        self._good_for = good_for
        self._now = now
        self._lock = asyncio.Lock()

    async def give(self, cpo: PartyId, token_uid: str) -> str:
        """Return a new reference; it counts once this returns."""
        reference = str(uuid4())
        until = format_datetime(self._now() + self._good_for)
        given = {"reference": reference, "token": token_uid, "until": until, "session": ""}
        async with self._lock:
            await self._forget_old(cpo)
            await self._storage.put(_KIND, cpo, reference, given)
        return reference

    async def charges(self, owner: PartyId, session: JsonObject) -> bool:
        """See the port. The first session that has a reference keeps it."""
        reference, session_id = session.get("authorization_reference"), str(session.get("id")).casefold()
        if not isinstance(reference, str):
            return False
        async with self._lock:
            given = await self._storage.get(_KIND, owner, reference)
            if given is None or not _same_token(session, given["token"]):
                return False
            if given["session"]:
                return bool(given["session"] == session_id)
            if self._now() > parse_datetime(given["until"]):
                return False
            await self._storage.put(_KIND, owner, reference, given | {"session": session_id})
            return True

    async def _forget_old(self, cpo: PartyId) -> None:
        for old in (await self._storage.page(_KIND, cpo, ListQuery(limit=_AT_ONCE))).items:
            if self._now() > parse_datetime(old["until"]) + _KEPT_FOR:
                await self._storage.remove(_KIND, cpo, str(old.get("reference")))


def _same_token(session: JsonObject, uid: str) -> bool:
    token = session.get("cdr_token")
    return isinstance(token, dict) and str(token.get("uid")).casefold() == uid.casefold()
