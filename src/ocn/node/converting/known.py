"""What a conversion asks of the objects kept here: looked up between two attempts, since it must not wait.

A conversion is pure and asks a question at once or never. So the first attempt answers nothing and notes
what was asked; the answers are fetched, and the conversion is done again with them. Most ask nothing.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal, DecimalException
from functools import partial
from typing import Protocol, TypeVar

import msgspec

from ocn.conversion import (
    LENIENT,
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


class _Questions:
    """What a conversion asked, and what is known of it by now.

    Apart from the lookups, because a context that held those who hold it would be a circle, and every
    message would leave one to the garbage collector.
    """

    __slots__ = ("asked", "found")

    def __init__(self) -> None:
        self.found: dict[tuple[NameKind, str], list[JsonObject]] = {}
        self.asked: set[tuple[NameKind, str]] = set()

    def all(self, kind: NameKind, name: str) -> Sequence[JsonObject]:
        if (kind, name) not in self.found:
            self.asked.add((kind, name))
        return self.found.get((kind, name), ())

    def one(self, kind: NameKind, name: str) -> JsonObject | None:
        found = self.all(kind, name)
        return found[0] if len(found) == 1 else None


class Attempts:
    """Does conversions that need nothing but the document."""

    def __init__(self, large: asyncio.Lock) -> None:
        """``large`` is held by whichever large conversion has its turn."""
        self._large = large

    async def attempt(
        self, conversion: Callable[[Context], Result], *, size: int, strict: Strictness = LENIENT
    ) -> Result:
        """Do a conversion.

        ``size`` is how many bytes it reads: a large one is done in a thread, for it would hold up every
        other message for a second and more.

        Raises:
            ConversionRefused, NeedsWholeObject: as the conversion does.
        """
        context = NAMED if strict is LENIENT else replace(NAMED, strict=strict)
        if size <= MOST_BYTES_AT_ONCE:
            return conversion(context)
        return await self._aside(conversion, context)

    async def _aside(self, conversion: Callable[[Context], Result], context: Context) -> Result:
        async with self._large:  # several threads would leave less for the messages than one
            return await asyncio.to_thread(conversion, context)


class Lookups(Attempts):
    """Does the conversions of one message, and answers their questions."""

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
        """``token_uid`` names the token that an authorisation is about, whose issuer is ``viewer``."""
        super().__init__(large)
        self._known = known
        self._viewer = viewer
        self._token_uid = token_uid
        self._questions = questions = _Questions()
        self._plain = Context(
            owner=owner,
            token_owner=token_owner,
            tokens_of_contract=partial(questions.all, NameKind.CONTRACT),
            location_by_id=partial(questions.one, NameKind.LOCATION),
            tariff_by_id=partial(questions.one, NameKind.TARIFF),
            alias=NAMED.alias,
            reservation_number=reservation_number,
            moment=now,
            command_timeout=_COMMAND_TIMEOUT_S,
        )

    async def attempt(
        self, conversion: Callable[[Context], Result], *, size: int, strict: Strictness = LENIENT
    ) -> Result:
        """Do a conversion, again whenever it asked for something that could be found."""
        for _ in range(_MOST_ROUNDS):
            try:
                result = await self._once(conversion, size, strict)
            except ConversionRefused:
                if not (self._questions.asked and await self._fetched()):
                    raise
            else:
                if not (self._questions.asked and await self._fetched()):
                    return result
        return await self._once(conversion, size, strict)

    async def _once(self, conversion: Callable[[Context], Result], size: int, strict: Strictness) -> Result:
        context = self._context(strict)
        if size <= MOST_BYTES_AT_ONCE:
            return conversion(context)
        return await self._aside(conversion, context)

    def _context(self, strict: Strictness) -> Context:
        if self._token_uid is None and strict is LENIENT:
            return self._plain
        token = self._questions.one(NameKind.TOKEN, self._token_uid) if self._token_uid else None
        return replace(self._plain, token=token, strict=strict)

    async def _fetched(self) -> bool:
        """Fetch what was asked for; say whether any of it was there."""
        questions = self._questions
        asked, questions.asked = questions.asked, set()
        news = False
        for kind, name in asked:
            stored = [] if self._known is None else await self._known.find(kind, name, self._viewer)
            questions.found[kind, name] = [value for each in stored if (value := _in_2_2_1(kind, each))]
            news = news or bool(questions.found[kind, name])
        return news


def _in_2_2_1(kind: NameKind, stored: StoredObject) -> JsonObject | None:
    """Return a stored object in the version in which conversions ask for it, or None if there is no way."""
    context = Context(owner=stored.owner)
    try:
        value = _DECODER.decode(stored.body)
        return convert(_KINDS[kind], value, stored.version, VersionNumber.V2_2_1, context).value
    except (*UNREADABLE, DecimalException, ConversionRefused):
        return None
