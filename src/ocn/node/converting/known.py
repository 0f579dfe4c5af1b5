"""What a conversion asks of the objects kept here: looked up between two attempts, since it must not wait.

A conversion is pure and asks a question at once or never. So the first attempt answers nothing and notes
what was asked; the answers are fetched, and the conversion is done again with them. Most ask nothing.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal, DecimalException
from typing import Protocol, TypeVar

import msgspec

from ocn.conversion import (
    Context,
    ConversionRefused,
    JsonObject,
    JsonValue,
    ObjectKind,
    Strictness,
    convert,
)
from ocn.node.converting.crossing import NAMED
from ocn.node.converting.reservations import reservation_number
from ocn.node.model import LENIENT
from ocn.node.object_store.model import StoredObject
from ocn.node.object_store.names import NameKind
from ocn.ocpi.party_id import PartyId
from ocn.ocpi.unreadable import UNREADABLE
from ocn.ocpi.versions import VersionNumber

Result = TypeVar("Result")

MOST_BYTES_AT_ONCE = 256 * 1024
"""That are converted while nothing else is done: some twenty milliseconds."""
_MOST_ROUNDS = 3
_KINDS = {
    NameKind.LOCATION: ObjectKind.LOCATION,
    NameKind.SESSION: ObjectKind.SESSION,
    NameKind.CONTRACT: ObjectKind.TOKEN,
    NameKind.TOKEN: ObjectKind.TOKEN,
    NameKind.TARIFF: ObjectKind.TARIFF,
}
_COMMAND_TIMEOUT_S = 30
_DECODER: msgspec.json.Decoder[dict[str, JsonValue]] = msgspec.json.Decoder(dict, float_hook=Decimal)


class KnownObjects(Protocol):
    """The part of the object store that conversions ask."""

    async def find(self, kind: str, name: str, viewer: PartyId | None, /) -> list[StoredObject]:
        """Return what goes by a name, whoever owns it, as a party sees it."""
        ...


class Lookups:
    """Answers the questions of one conversion."""

    def __init__(
        self,
        known: KnownObjects | None,
        viewer: PartyId,
        *,
        token_uid: str | None,
        now: datetime,
        large: asyncio.Lock,
        owner: PartyId | None = None,
        token_owner: PartyId | None = None,
    ) -> None:
        """``token_uid`` names the token that an authorisation is about, whose issuer is ``viewer``.

        ``large`` is held by whichever large conversion has its turn.
        """
        self._known = known
        self._viewer = viewer
        self._token_uid = token_uid
        self._large = large
        self._plain = Context(
            owner=owner,
            token_owner=token_owner,
            tokens_of_contract=lambda contract: self._ask(NameKind.CONTRACT, contract),
            location_by_id=lambda location: self._one(NameKind.LOCATION, location),
            tariff_by_id=lambda tariff: self._one(NameKind.TARIFF, tariff),
            session_by_id=lambda session: self._one(NameKind.SESSION, session),
            alias=NAMED.alias,
            reservation_number=reservation_number,
            moment=now,
            command_timeout=_COMMAND_TIMEOUT_S,
        )
        self._found: dict[tuple[NameKind, str], list[JsonObject]] = {}
        self._asked: set[tuple[NameKind, str]] = set()

    async def attempt(
        self, conversion: Callable[[Context], Result], *, size: int, strict: Strictness = LENIENT
    ) -> Result:
        """Do a conversion, again whenever it asked for something that could be found.

        ``size`` is how many bytes it reads: a large one is done in a thread, for it would hold up every
        other message for a second and more.

        Raises:
            ConversionRefused, NeedsWholeObject: as the last attempt did.
        """
        for _ in range(_MOST_ROUNDS):
            try:
                result = await self._once(conversion, size, strict)
            except ConversionRefused:
                if not await self._fetched():
                    raise
            else:
                if not await self._fetched():
                    return result
        return await self._once(conversion, size, strict)

    async def _once(self, conversion: Callable[[Context], Result], size: int, strict: Strictness) -> Result:
        if size <= MOST_BYTES_AT_ONCE:
            return conversion(self._context(strict))
        async with self._large:  # several threads would leave less for the messages than one
            return await asyncio.to_thread(conversion, self._context(strict))

    def _context(self, strict: Strictness) -> Context:
        if self._token_uid is None and strict is LENIENT:
            return self._plain
        token = self._one(NameKind.TOKEN, self._token_uid) if self._token_uid else None
        return replace(self._plain, token=token, strict=strict)

    def _one(self, kind: NameKind, name: str) -> JsonObject | None:
        found = self._ask(kind, name)
        return found[0] if len(found) == 1 else None

    def _ask(self, kind: NameKind, name: str) -> Sequence[JsonObject]:
        if (kind, name) not in self._found:
            self._asked.add((kind, name))
        return self._found.get((kind, name), ())

    async def _fetched(self) -> bool:
        """Fetch what was asked for; say whether any of it was there."""
        asked, self._asked = self._asked, set()
        news = False
        for kind, name in asked:
            stored = [] if self._known is None else await self._known.find(kind, name, self._viewer)
            self._found[kind, name] = [value for each in stored if (value := _in_2_2_1(kind, each))]
            news = news or bool(self._found[kind, name])
        return news


def _in_2_2_1(kind: NameKind, stored: StoredObject) -> JsonObject | None:
    """Return a stored object in the version in which conversions ask for it, or None if there is no way."""
    context = Context(owner=stored.owner)
    try:
        value = _DECODER.decode(stored.body)
        return convert(_KINDS[kind], value, stored.version, VersionNumber.V2_2_1, context).value
    except (*UNREADABLE, DecimalException, ConversionRefused):
        return None
